"""``etcdboot discovery`` with real etcd: tokens made, watched, used up; and what etcd itself does then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.running import etcdboot, in_json
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.bootstrap.discovery_checks import objections
from etcdboot.effects.etcd import discovery_v2
from etcdboot.workflows.cluster import open_cluster
from etcdboot.workflows.discovery.registry import read_registry
from integration.discovery_etcd import DiscoveryEtcd, Members, discovery_etcd, members
from integration.local_cluster import wait_until

pytestmark = pytest.mark.integration

WAYS = {
    # mode, the members' release, the discovery host's, and what that is told
    "v2 on 3.4": ("discovery-v2", "3.4.23", "3.4.23", ("--enable-v2",)),
    "v2 on 3.5": ("discovery-v2", "3.6.14", "3.5.33", ("--enable-v2",)),
    "v3 on 3.4": ("discovery-v3", "3.6.14", "3.4.23", ()),
    "v3 on 3.7": ("discovery-v3", "3.7.1", "3.7.1", ()),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Members, DiscoveryEtcd]]:
    """Three members to be, with a spec that has a token, and the etcd that keeps it."""
    mode, release, host_release, extra = WAYS[request.param]
    with discovery_etcd(tmp_path / "host", host_release, *extra) as host, members(tmp_path, release) as some:
        some.describe(f"{{mode: {mode}}}")
        made = etcdboot("discovery", "new", "-f", some.file, "--at", host.url, "--write")
        assert made.exit_code == 0, made.stderr
        yield some, host


def status(some: Members, *options: str) -> dict[str, Any]:
    return in_json(etcdboot("discovery", "status", "-f", some.file, "-w", "json", *options))


def awaited(some: Members, *names: str) -> dict[str, Any]:
    """The status once these have registered, in this order."""
    wait_until(
        lambda: [each["name"] for each in status(some)["registered"]] == list(names), f"{names} registered"
    )
    return status(some)


def objected(some: Members, *fresh: str) -> list[Diagnostic]:
    """What etcdboot has against starting these without data, all others having some."""
    cluster = open_cluster(some.file)
    found = read_registry(cluster.plan.bootstrap, cluster.folder)
    begun = {each.name for each in cluster.plan.founders} - set(fresh)
    return list(objections(found, cluster.plan.founders, fresh, begun))


def test_members_are_seen_to_come_and_their_ids_are_as_predicted(way: tuple[Members, DiscoveryEtcd]) -> None:
    some, _ = way
    assert status(some)["missing"] == ["m0", "m1", "m2"]
    some.start("m1")
    seen = awaited(some, "m1")
    assert (seen["exit"], seen["complete"], seen["missing"]) == (4, False, ["m0", "m2"])
    some.start("m0")
    awaited(some, "m1", "m0")
    some.start("m2")
    waited = etcdboot("discovery", "status", "-f", some.file, "--wait", "30s")
    assert waited.exit_code == 0, waited.output
    assert "complete: 3 of 3 founders registered, 3 places" in waited.stdout
    seen = awaited(some, "m1", "m0", "m2")
    assert (seen["size"], seen["missing"], seen["surplus"], seen["duplicates"]) == (3, [], [], [])
    planned = {each.name: f"{each.predicted_id:x}" for each in open_cluster(some.file).plan.members}
    assert {each["name"]: each["id"] for each in seen["registered"]} == planned
    assert all(each["peer_urls"] == [some.peer_url(each["name"])] for each in seen["registered"])

    late = some.start("m3")  # nobody of the spec
    assert late.wait(30) == 1
    assert "discovery: cluster is full" in some.log("m3")
    assert status(some)["surplus"] == []  # it is turned away before it registers


def test_a_used_token_is_refused_as_etcd_refuses_it(way: tuple[Members, DiscoveryEtcd]) -> None:
    some, _ = way
    for name in ("m0", "m1", "m2"):
        some.start(name)
    assert etcdboot("discovery", "status", "-f", some.file, "--wait", "60s").exit_code == 0
    wait_until(lambda: some.leader() is not None, "a leader")
    assert objected(some) == []
    lost = next(name for name in some.running if name != some.leader())  # whose log the leader has counted on
    some.wipe(lost)
    [used] = objected(some, lost)
    assert used.code == "EB555"
    assert some.start(lost).wait(60) != 0
    by_v2 = open_cluster(some.file).plan.bootstrap.discovery
    assert ("found duplicate id" if by_v2 else "is out of range") in some.log(lost)
    assert ("found duplicate id" if by_v2 else "panics") in used.message


def test_a_name_that_two_members_have_is_a_duplicate(way: tuple[Members, DiscoveryEtcd]) -> None:
    some, _ = way
    some.start("m0")
    awaited(some, "m0")
    some.start("m1", called="m0")
    seen = awaited(some, "m0", "m0")
    assert [each["peer_urls"] for each in seen["duplicates"]] == [[some.peer_url("m1")]]
    assert {"EB557", "EB569"} <= {each["code"] for each in seen["diagnostics"]}
    assert "EB557" in [each.code for each in objected(some, "m2")]
    some.start("m2")
    by_v2 = open_cluster(some.file).plan.bootstrap.discovery
    etcd_says = "found duplicate name" if by_v2 else "failed to find remote peer in cluster"
    wait_until(lambda: etcd_says in some.log("m2"), etcd_says)


def test_a_token_for_fewer_members_turns_the_last_away(way: tuple[Members, DiscoveryEtcd]) -> None:
    some, host = way
    if open_cluster(some.file).plan.bootstrap.discovery:
        url = discovery_v2.make_token(host.url, "two", 2)
        some.describe(f"{{mode: discovery-v2, discovery: '{url}'}}")
    else:
        host.size("two", "2")
        some.describe(f"{{mode: discovery-v3, discovery-token: two, discovery-endpoints: [{host.endpoint}]}}")
    assert [each.code for each in objected(some, "m0", "m1", "m2")] == ["EB553"]
    for name in ("m0", "m1"):
        some.start(name)
    wait_until(lambda: len(status(some)["registered"]) == 2, "two registered")
    assert some.start("m2").wait(30) == 1
    assert "discovery: cluster is full" in some.log("m2")


@pytest.mark.parametrize("size", ["abc", "0"])
def test_a_bad_size_is_refused_as_etcd_refuses_it(tmp_path: Path, size: str) -> None:
    with discovery_etcd(tmp_path / "host", "3.6.14") as host, members(tmp_path, "3.6.14") as some:
        some.describe(f"{{mode: discovery-v3, discovery-token: tok, discovery-endpoints: [{host.endpoint}]}}")
        assert [each.code for each in objected(some, "m0", "m1", "m2")] == ["EB550"]
        assert some.start("m0").wait(30) == 1
        assert "discovery: size key not found" in some.log("m0")
        host.size("tok", size)
        assert [each.code for each in objected(some, "m0", "m1", "m2")] == ["EB551"]
        assert some.start("m1").wait(30) == 1
        assert "discovery: size key is bad" in some.log("m1")
        seen = status(some)
        assert (seen["exit"], seen["size"]) == (4, None)


def test_another_spelling_of_the_url_makes_members_that_never_meet(tmp_path: Path) -> None:
    with (
        discovery_etcd(tmp_path / "host", "3.5.33", "--enable-v2") as host,
        members(tmp_path, "3.5.33") as some,
    ):
        some.describe("{mode: discovery-v2}")
        assert etcdboot("discovery", "new", "-f", some.file, "--at", host.url, "--write").exit_code == 0
        url = open_cluster(some.file).plan.token
        some.start("m0", told=(f"--discovery={url.replace('127.0.0.1', 'localhost')}",))
        awaited(some, "m0")
        assert "EB559" in [each["code"] for each in status(some)["diagnostics"]]
        some.start("m1")
        seen = awaited(some, "m0", "m1")
        assert [each["severity"] for each in seen["diagnostics"] if each["code"] == "EB559"] == ["error"]
        some.start("m2")
        wait_until(lambda: "cluster ID mismatch" in some.log("m1"), "etcd hears a member of another cluster")


def test_a_used_token_is_replaced_and_the_spec_kept(way: tuple[Members, DiscoveryEtcd]) -> None:
    some, _ = way
    before = Path(some.file).read_text()
    old = open_cluster(some.file).plan.token
    Path(some.file).chmod(0o640)
    made = in_json(etcdboot("discovery", "new", "-f", some.file, "--write", "-w", "json"))
    assert (made["replaced"], made["written"], made["size"]) == (old, True, 3)
    [note] = [each for each in made["diagnostics"] if each["code"] == "EB566"]
    assert note["severity"] == "note"
    assert old in note["message"]
    after = Path(some.file).read_text()
    assert after == before.replace(old, made["token"])
    assert "# kept" in after
    assert Path(some.file).stat().st_mode & 0o777 == 0o640
    assert status(some)["missing"] == ["m0", "m1", "m2"]


def test_a_token_is_never_made_twice(way: tuple[Members, DiscoveryEtcd]) -> None:
    some, host = way
    options = ("-f", some.file, "--at", host.url, "--token", "mine")
    first = etcdboot("discovery", "new", *options)
    assert first.exit_code == 0
    assert first.stdout.strip().endswith("mine")
    again = etcdboot("discovery", "new", *options, "-w", "json")
    assert again.exit_code == 7
    assert [each["code"] for each in json.loads(again.stdout)["diagnostics"]] == ["EB565"]


def test_waiting_outlasts_a_discovery_host_that_is_away(tmp_path: Path) -> None:
    with members(tmp_path, "3.6.14") as some:
        some.describe('{mode: discovery-v3, discovery-token: tok, discovery-endpoints: ["127.0.0.1:1"]}')
        at_once = etcdboot("discovery", "status", "-f", some.file)
        assert at_once.exit_code == 6
        waited = etcdboot("discovery", "status", "-f", some.file, "--wait", "1s")
        assert waited.exit_code == 6
        assert "EB560" in waited.stderr
