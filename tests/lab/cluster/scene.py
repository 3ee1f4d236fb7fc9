"""A scene for discovery faults: operator, meeting place and founders, and what etcdboot says of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from subprocess import CompletedProcess

import yaml

from lab.cluster.hosts import HostCluster
from lab.cluster.modes import OPERATOR, WAYS, Case, meet, rendered
from lab.world.host import Host
from lab.world.world import World


@dataclass
class Scene:
    """An operator, a place to meet, and three founders that have a token and have not started."""

    world: World
    operator: Host
    place: HostCluster
    cluster: HostCluster

    def another(self, *members: dict[str, object], **etcd: str) -> HostCluster:
        """A cluster that was given the same token."""
        spec = yaml.safe_load(self.operator.read(f"{self.cluster.folder}/cluster.yaml"))
        spec |= {"name": "another", "members": members, "etcd": spec["etcd"] | etcd}
        return HostCluster(self.world, yaml.safe_dump(spec), self.operator, folder="/srv/another")


def prepared(world: World, way: str, release: str) -> Scene:
    """The founders of a release, with a token by that way."""
    operator = world.host("operator", OPERATOR)
    place = WAYS[way].prepare(world, operator)
    assert isinstance(place, HostCluster)
    case = Case(WAYS[way].mode, release, "off", bootstrap=WAYS[way].keys)
    cluster = HostCluster(world, case.spec(), operator)
    meet(world, cluster, WAYS[way])
    return Scene(world, operator, place, rendered(cluster))


def answer(done: CompletedProcess[str]) -> tuple[int, dict[str, str]]:
    """The exit code of a command with ``-w json``, and the remedy of each error by its code."""
    said = json.loads(done.stdout)
    errors = {each["code"]: each["hint"] for each in said["diagnostics"] if each["severity"] == "error"}
    assert said["exit"] == done.returncode
    return done.returncode, errors


@dataclass(frozen=True, slots=True)
class Status:
    """What `discovery status` has against a token, as ``answer`` gives it, and the names that it tells."""

    verdict: tuple[int, dict[str, str]]
    registered: frozenset[str]
    surplus: frozenset[str]
    missing: frozenset[str]


def status(cluster: HostCluster) -> Status:
    """What `discovery status` says on the operator's host."""
    done = cluster.etcdboot("discovery", "status", "-w", "json", check=False)
    said = json.loads(done.stdout)
    registered, surplus = (
        frozenset(each["name"] for each in said.get(key, ())) for key in ("registered", "surplus")
    )
    return Status(answer(done), registered, surplus, frozenset(said.get("missing", ())))


def before_start(cluster: HostCluster, name: str) -> tuple[int, dict[str, str]]:
    """What `check --live` says on a member's host."""
    return answer(cluster.etcdboot_at(name, "check", "--live", "-w", "json"))


def assert_waiting(cluster: HostCluster) -> None:
    """The founders run, and `verify` says that they may be waiting; nobody ever will tell them to stop."""
    assert {each.exit_code for each in cluster.processes.values()} == {None}
    seen = cluster.verify("--timeout", "500ms")
    assert (seen["verdict"], seen["exit"]) == ("unreachable", 6)
    silent = [each["remedy"] for each in seen["checks"] if each["code"] == "EB610"]
    assert len(silent) == 3
    assert all("waits at its first start for the other founders" in each for each in silent)
