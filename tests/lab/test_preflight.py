"""``check --live`` on real hosts: what it finds at home, and what can be said of them all from the desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from etcdboot.spec.spec import BootstrapMode, Target
from lab.cluster.hosts import HostCluster
from lab.cluster.modes import DOMAIN, OPERATOR, Case, rendered, start
from lab.peers.fixtures import require_capability
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]

LIVE = ("check", "--live", "-w", "json")
RECORD = f"srv-host=_etcd-server-ssl._tcp.{DOMAIN},etcd3.{DOMAIN}"


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("network namespaces")
    with World() as world:
        yield world


def desk(cluster: HostCluster, *words: str) -> dict[str, Any]:
    """What it says on the operator's host."""
    said: dict[str, Any] = json.loads(cluster.etcdboot(*LIVE, *words, check=False).stdout)
    return said


def home(cluster: HostCluster, name: str, *words: str) -> dict[str, Any]:
    """What it says on a member's host."""
    said: dict[str, Any] = json.loads(cluster.etcdboot_at(name, *LIVE, *words).stdout)
    return said


def codes(said: dict[str, Any]) -> list[str]:
    return [each["code"] for each in said["diagnostics"]]


def errors(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in said["diagnostics"] if each["severity"] == "error"]


def here(said: dict[str, Any]) -> list[str]:
    return [each["name"] for each in said["live"]["members"]]


def test_members_are_found_on_their_own_hosts_and_none_on_the_desk(world: World) -> None:
    cluster = rendered(HostCluster(world, Case(BootstrapMode.STATIC, "3.6.14").spec(), OPERATOR))
    at_home, at_desk = home(cluster, "etcd2"), desk(cluster)
    assert (at_home["exit"], here(at_home), codes(at_home)) == (0, ["etcd2"], [])
    assert (at_desk["exit"], here(at_desk), codes(at_desk)) == (0, [], [])
    assert [each["speaks"] for each in at_desk["live"]["peers"]] == [None] * 3
    away = home(cluster, "etcd2", "--member", "etcd1")
    assert (away["exit"], codes(away)) == (7, ["EB509"])

    start(cluster)
    assert cluster.verify("--wait", "60s")["verdict"] == "healthy", cluster.said()
    ids = {f"{cluster.plan.predicted_cluster_id:x}"}
    at_home, at_desk = home(cluster, "etcd2"), desk(cluster)
    assert (at_home["exit"], codes(at_home)) == (0, ["EB536"])
    assert (at_desk["exit"], codes(at_desk)) == (0, [])
    # No certificate of the desk is one that a peer takes: clients have another CA, a peer's names its host.
    for said, peers, seen in ((at_home, 2, ids), (at_desk, 3, {None})):
        assert len(said["live"]["peers"]) == peers
        assert {each["cluster_id"] for each in said["live"]["peers"]} == seen


def test_records_that_etcd_will_ask_for_must_be_there_until_it_has_begun(world: World) -> None:
    case = Case(BootstrapMode.DNS, "3.6.14", bootstrap={"discovery-srv": DOMAIN})
    cluster = rendered(HostCluster(world, case.spec(), OPERATOR))
    records = cluster.etcdboot("dns", "zone", "--format", "dnsmasq").stdout
    without_clients = "\n".join(line for line in records.splitlines() if "_etcd-client" not in line)
    world.dns(without_clients)
    for said in (desk(cluster), home(cluster, "etcd1")):
        assert (said["exit"], codes(said)) == (0, [])
        assert {each["status"] for each in said["live"]["dns"]["records"]} == {"ok"}
    world.dns("\n".join(line for line in records.splitlines() if not line.startswith(RECORD)))
    for said in (desk(cluster), home(cluster, "etcd1")):
        assert (said["exit"], codes(said)) == (4, ["EB577"])

    world.dns(records)
    start(cluster)
    assert cluster.verify("--wait", "60s")["verdict"] == "healthy", cluster.said()
    assert world.dnsmasq
    world.dnsmasq.kill()
    cluster.processes.pop("etcd1").kill()
    restart = home(cluster, "etcd1")
    assert (restart["exit"], restart["live"]["dns"]) == (0, None)
    cluster.hosts["etcd1"].run("rm -rf /var/lib/etcd")
    fresh = home(cluster, "etcd1")
    assert (fresh["exit"], codes(fresh)) == (6, ["EB575"])


def test_one_run_as_root_is_found_and_the_remedy_lets_the_unit_start(world: World) -> None:
    require_capability("root")
    case = Case(
        BootstrapMode.STATIC, "3.5.33", members=("etcd1",), sections={"render": {"targets": ["systemd"]}}
    )
    cluster = rendered(HostCluster(world, case.spec(), OPERATOR))
    host = cluster.hosts["etcd1"]
    cluster.deliver("etcd1", "/root/etcd1")
    host.run("sh /root/etcd1/install.sh")
    by_hand = host.start("exec /usr/local/bin/etcd --config-file /etc/etcd/etcd.conf.yml")
    by_hand.says("ready to serve client requests")
    by_hand.stop()
    found = home(cluster, "etcd1")
    (told,) = errors(found)
    assert (found["exit"], told["code"]) == (7, "EB537")
    host.run(told["hint"].partition(",")[0])
    assert errors(home(cluster, "etcd1")) == []

    files = ("/etc/etcd/pki/server-key.pem", "/etc/etcd/etcd.conf.yml")
    before = [host.run(f"stat -c '%u:%g %a' {file}").stdout.split() for file in files]
    host.run(["chown", "root:root", *files])
    host.run(["chmod", "0600", *files])
    closed = errors(home(cluster, "etcd1"))
    assert [(each["code"], each["message"].split()[-1]) for each in closed] == [
        ("EB591", file) for file in files
    ]
    for file, (owner, mode) in zip(files, before, strict=True):
        host.run(f"chown {owner} {file} && chmod {mode} {file}")
    assert errors(home(cluster, "etcd1")) == []
    cluster.start("etcd1", Target.SYSTEMD)
    cluster.processes["etcd1"].says("ready to serve client requests")
