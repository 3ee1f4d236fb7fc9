"""A new CA in place of an old one, under a writer: nobody waits, and nobody gets in who should not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from etcdboot.effects.tls.client_auth_probe import Visit, receptions
from etcdboot.observations.client_auth import Answer
from lab.cluster.load import Load
from lab.cluster.loopback import LoopbackCluster, loopback_spec, running
from lab.pairwise import ends, in_turn

pytestmark = pytest.mark.lab

RELEASES = ("3.4.23", "3.5.33", "3.6.14", "3.7.1")


def rotate(cluster: LoopbackCluster, *arguments: str, code: int = 0) -> dict[str, Any]:
    """What ``certs rotate-ca -w json`` prints, once it left that exit code."""
    done = cluster.etcdboot("certs", "rotate-ca", "-w", "json", *arguments, check=False)
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["exit"] == code, said
    return said


def told(said: dict[str, Any]) -> set[tuple[str, str]]:
    """The codes of its errors, each with the member that it names."""
    errors = [each for each in said["diagnostics"] if each["severity"] == "error"]
    return {(each["code"], each["message"].split(" of ")[1].split()[0]) for each in errors}


def restart(cluster: LoopbackCluster, *names: str) -> None:
    """One member after the other, each once all are healthy."""
    for name in names:
        assert cluster.processes[name].stop() in (0, -15)
        cluster.start_member(name)
        seen = cluster.verify("--wait", "60s")
        assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"


def order(cluster: LoopbackCluster) -> list[str]:
    """As the command tells it: the leader last."""
    names: list[str] = rotate(cluster, "status", code=4)["order"]
    leaders = [each["name"] for each in cluster.verify()["members"] if each["leader"]]
    assert names[-1:] == leaders
    return names


def take_over(cluster: LoopbackCluster, load: Load) -> Load:
    """Another writer, with the credentials of now, before the first one ends; that one never failed."""
    following = cluster.load()
    following.await_progress()
    ends_well(load)
    return following


def ends_well(load: Load) -> None:
    load.await_progress()
    written = load.stop()
    assert (written.failed, written.missing) == (0, 0), written


@pytest.mark.parametrize(("release", "ca"), in_turn(RELEASES, ("shared", "split")))
def test_no_write_fails_through_all_steps_and_the_old_ca_counts_for_nothing_at_the_end(
    tmp_path: Path, release: str, ca: str
) -> None:
    certificates = {"ca": ca, "crl": {}, "intermediate": ca == "split"}
    name = "ca" if ca == "shared" else "root-ca"
    which = () if ca == "shared" else ("--ca", name)
    concerned = 2 if ca == "shared" else 1  # URLs of a member
    with running(tmp_path, loopback_spec(tmp_path, release, 3, certificates=certificates)) as cluster:
        old, its_key = ((tmp_path / f"pki/clients/root{end}").read_bytes() for end in (".pem", "-key.pem"))
        everyone = {"etcd1", "etcd2", "etcd3"}
        load = cluster.load()
        load.await_progress()

        said = rotate(cluster, *which)
        assert said["rotation"]["step"] == "bundle"
        cluster.etcdboot("render")  # into the very folders that the members run from
        assert told(rotate(cluster, *which, "--next", code=7)) == {("EB381", each) for each in everyone}
        *first, last = order(cluster)
        restart(cluster, *first)
        said = rotate(cluster, *which, "--next", code=7)
        assert told(said) == {("EB381", last)}
        restart(cluster, last)
        assert [each["answer"] for each in rotate(cluster, "status")["seen"]] == [True] * 3 * concerned
        cluster.etcdboot("certs", "renew", "etcd1/server")  # by the old CA, as ever
        load = take_over(cluster, load)

        assert rotate(cluster, *which, "--next")["rotation"]["step"] == "reissue"
        assert told(rotate(cluster, *which, "--next", code=7)) == {("EB382", each) for each in everyone}
        cluster.etcdboot("render")
        assert rotate(cluster, "status")["seen"]
        load = take_over(cluster, load)

        assert rotate(cluster, *which, "--next")["rotation"]["step"] == "drop"
        cluster.etcdboot("render")
        assert told(rotate(cluster, *which, "--next", code=7)) == {("EB383", each) for each in everyone}
        restart(cluster, *order(cluster))
        assert rotate(cluster, *which, "--next")["rotation"] is None
        ends_well(load)

        url = cluster.plan.members[0].advertise_client_urls[0]
        roots = (tmp_path / f"pki/{name}.pem").read_bytes()
        [seen] = receptions([Visit(url, old, its_key, roots)])
        assert seen.answer is Answer.REFUSED
        assert cluster.verify()["verdict"] == "healthy"
        assert cluster.etcdctl("endpoint", "health").returncode == 0
        assert cluster.etcdboot("certs", "status").returncode == 0


@pytest.mark.parametrize("release", ends(RELEASES))
def test_an_intermediate_is_replaced_without_any_restart(tmp_path: Path, release: str) -> None:
    with running(
        tmp_path, loopback_spec(tmp_path, release, 3, certificates={"intermediate": True})
    ) as cluster:
        load = cluster.load()
        load.await_progress()
        said = rotate(cluster, "--ca", "ca")
        assert said["rotation"]["step"] == "reissue"
        assert {code for code, _ in told(rotate(cluster, "--ca", "ca", "--next", code=7))} == {"EB382"}
        cluster.etcdboot("render")
        load = take_over(cluster, load)
        assert rotate(cluster, "--ca", "ca", "--next")["rotation"] is None
        ends_well(load)
        assert cluster.verify()["verdict"] == "healthy"


def test_the_way_back_is_as_safe_as_the_way_there(tmp_path: Path) -> None:
    spec = loopback_spec(tmp_path, "3.6.14", certificates={"ca": "shared"})
    with running(tmp_path, spec) as cluster:
        rotate(cluster)
        cluster.etcdboot("render")
        restart(cluster, "etcd1")
        rotate(cluster, "--next")
        cluster.etcdboot("render")
        assert rotate(cluster, "--abort")["rotation"]["step"] == "bundle"
        assert told(rotate(cluster, "--abort", code=7)) == {("EB382", "etcd1")}
        cluster.etcdboot("render")
        assert rotate(cluster, "--abort")["rotation"] is None
        cluster.etcdboot("render")
        restart(cluster, "etcd1")
        assert cluster.etcdboot("certs", "status", "--live").returncode == 0
