"""Discovery hosts of no use: what etcdboot says of them, and what becomes of the members."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from etcdboot.spec.spec import BootstrapMode
from lab.cluster.meeting import meeting_place
from lab.cluster.modes import OPERATOR, Case, start
from lab.cluster.operating import ENVIRONMENT, etcdboot
from lab.cluster.scene import Scene, answer, assert_waiting, before_start, prepared, status
from lab.peers.fixtures import require_capability, require_peer
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("network namespaces")
    with World() as world:
        yield world


@pytest.mark.parametrize(("way", "release"), [("v2 on 3.5", "3.5.33"), ("v3 on 3.4", "3.7.1")])
def test_a_dead_discovery_host_is_named_by_everything_that_asks_it(
    world: World, way: str, release: str
) -> None:
    scene = prepared(world, way, release)
    scene.place.processes["meeting"].kill()
    for code, errors in (
        status(scene.cluster).verdict,
        before_start(scene.cluster, "etcd1"),
        answer(scene.cluster.etcdboot("discovery", "new", "--write", "-w", "json", check=False)),
    ):
        assert (code, list(errors)) == (6, ["EB560"])
        assert "start the discovery etcd" in errors["EB560"]
    start(scene.cluster)
    for each in scene.cluster.processes.values():
        assert each.says("context deadline exceeded|connection refused|cluster status check")
    assert_waiting(scene.cluster)


@pytest.fixture(scope="module")
def secured() -> Iterator[Scene]:
    require_capability("network namespaces")
    with World() as world:
        yield prepared(world, "v3 on 3.6, secured", "3.6.14")


OTHER_CA = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other -keyout /dev/null -out other-ca.pem"


@dataclass(frozen=True, slots=True)
class Key:
    """A change of ``bootstrap`` (None: the key is left out), and what comes of it.

    That is the code and words of the remedy, and what the member says; and whether it goes on, waiting.
    """

    changes: Mapping[str, object]
    code: str
    remedy: str
    words: str
    waits: bool = False


# A member that has a password first asks for a token of etcd's, and gives up where it hears nothing; without
# one it asks for the size, again and again.
NO_ANSWER = "failed to join discovery cluster .context deadline exceeded"
NO_FILES = dict.fromkeys(("discovery-cacert", "discovery-cert", "discovery-key"))
NO_USER = dict.fromkeys(("discovery-user", "discovery-password-file"))
KEYS = {
    "another CA": Key({"discovery-cacert": "other-ca.pem"}, "EB561", "discovery-cacert", NO_ANSWER),
    "another CA, no user": Key(
        {"discovery-cacert": "other-ca.pem"} | NO_USER,
        "EB561", "discovery-cacert", "certificate signed by unknown authority", waits=True,
    ),
    "no client certificate": Key(
        {"discovery-cert": None, "discovery-key": None},
        "EB561", "discovery-cert and discovery-key", NO_ANSWER,
    ),
    "no TLS": Key(
        {"discovery-endpoints": ["http://192.168.202.20:2379"]} | NO_FILES, "EB561", "https://", NO_ANSWER
    ),
    "another password": Key(
        {"discovery-password-file": "other-password"},
        "EB564", "discovery-password-file", "authentication failed, invalid user ID or password",
    ),
    "no user": Key(NO_USER, "EB564", "discovery-user", "etcdserver: permission denied", waits=True),
    "another user": Key({"discovery-user": "root"}, "EB564", "discovery-user", "authentication failed"),
}  # fmt: skip


@pytest.mark.parametrize("what", KEYS)
def test_a_way_in_that_is_wrong_is_named_before_a_member_takes_it(secured: Scene, what: str) -> None:
    key, cluster = KEYS[what], secured.cluster
    file = f"{cluster.folder}/cluster.yaml"
    good = secured.operator.read(file)
    spec = yaml.safe_load(good)
    spec["bootstrap"] |= key.changes
    spec["bootstrap"] = {name: value for name, value in spec["bootstrap"].items() if value is not None}
    try:
        cluster.on_desk("sh", "-c", f"echo wrong >other-password; test -e other-ca.pem || {OTHER_CA}")
        secured.operator.write(file, yaml.safe_dump(spec))
        cluster.etcdboot("render", "--prune")
        for code, errors in (status(cluster).verdict, before_start(cluster, "etcd1")):
            assert (code, list(errors)) == (7, [key.code])
            assert key.remedy in errors[key.code]
        cluster.hosts["etcd1"].run("rm -rf /etc/etcd /var/lib/etcd")
        start(cluster, "etcd1")
        assert cluster.processes["etcd1"].says(key.words)
        if key.waits:
            assert cluster.processes["etcd1"].exit_code is None
        else:
            assert cluster.processes["etcd1"].wait() == 1
    finally:
        secured.operator.write(file, good)
        if "etcd1" in cluster.processes:
            cluster.processes.pop("etcd1").kill()


@pytest.mark.parametrize("release", ["3.4.23", "3.6.14"])
def test_a_host_without_the_v2_api_makes_no_v2_token(world: World, release: str) -> None:
    operator = world.host("operator", OPERATOR)
    place = meeting_place(world, operator, release, has_v2=False)
    operator.write("/srv/cluster/cluster.yaml", Case(BootstrapMode.DISCOVERY_V2, "3.5.33", "off").spec())
    new = ("discovery", "new", f"--at={place.plan.endpoints[0]}", "--write", "-w", "json")
    code, errors = answer(place.etcdboot(*new, "--file=../cluster/cluster.yaml", check=False))
    assert (code, list(errors)) == (7, ["EB562"])
    assert "--enable-v2" in errors["EB562"]
    assert "discovery:" not in operator.read("/srv/cluster/cluster.yaml").decode()


@pytest.mark.parametrize("command", [("check",), ("render",), ("up", "--once")])
def test_a_release_without_v2_discovery_is_told_what_it_has_instead(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    """3.7 would take it in silence from a file, and each member would start alone."""
    bootstrap = {"discovery": "http://192.168.202.20:2379/v2/keys/_etcd/registry/token"}
    case = Case(BootstrapMode.DISCOVERY_V2, "3.7.1", "off", bootstrap=bootstrap)
    (tmp_path / "cluster.yaml").write_text(case.spec())
    if command[0] == "up":
        command += (f"--etcd={require_peer('etcd', '3.7.1')}",)
    done = subprocess.run(
        etcdboot(*command, "-w", "json"),
        cwd=tmp_path, env=os.environ | ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    code, errors = answer(done)
    assert (code, list(errors)) == (3, ["EB252"])
    assert errors["EB252"] == "it is gone in 3.7: take discovery-v3 (from 3.6), dns or static"
