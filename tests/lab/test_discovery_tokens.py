"""Tokens of no use, used or of another size: what etcdboot says, and what becomes of the members."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from etcdboot.spec.spec import BootstrapMode
from lab.cluster.hosts import HostCluster
from lab.cluster.modes import FOUNDERS, rendered, start
from lab.cluster.operating import ENVIRONMENT, etcdboot
from lab.cluster.scene import Scene, Status, answer, assert_waiting, before_start, prepared, status
from lab.peers.fixtures import require_capability, require_peer
from lab.world.world import World
from samples.sampling import WHOLE

pytestmark = [pytest.mark.lab, pytest.mark.slow]

# Where a member that comes too late would become a v2 proxy, if that were left to 3.4 and 3.5; and v3.
EACH = (("v2 on 3.4", "3.4.23"), ("v2 on 3.5", "3.5.33"), ("v3 on 3.6, secured", "3.7.1"))
V2, V3 = EACH[1:2], EACH[2:]  # with ETCDBOOT_FULL_MATRIX=1 each test has both
ANOTHER = "make a new token: etcdboot discovery new --write"


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("network namespaces")
    with World() as world:
        yield world


def follower(cluster: HostCluster) -> str:
    """A member that does not lead."""
    seen = json.loads(cluster.etcdctl("endpoint", "status", "-w", "json").stdout)
    follows = [each["Status"]["leader"] != each["Status"]["header"]["member_id"] for each in seen]
    return next(name for name, yes in zip(cluster.hosts, follows, strict=True) if yes)


FOURTH: dict[str, object] = {"name": "etcd4", "host": "192.168.202.131"}


@pytest.fixture(scope="module", params=EACH, ids=": ".join)
def founded(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """A cluster that was founded with its token."""
    require_capability("network namespaces")
    with World() as world:
        scene = prepared(world, *request.param)
        start(scene.cluster)
        assert scene.cluster.verify("--wait", "60s")["verdict"] == "healthy", scene.cluster.said()
        assert status(scene.cluster).verdict == (0, {})
        yield scene


def test_a_used_token_turns_a_fourth_member_away_and_never_makes_it_a_proxy(founded: Scene) -> None:
    late = rendered(founded.another(FOURTH))
    three = frozenset(FOUNDERS)
    assert status(late) == Status(
        (4, {"EB552": ANOTHER, "EB554": ANOTHER}), three, three, frozenset({"etcd4"})
    )
    assert before_start(late, "etcd4") == (7, {"EB552": ANOTHER, "EB554": ANOTHER})

    start(late)
    assert late.processes["etcd4"].wait() == 1
    assert late.processes["etcd4"].says("discovery: cluster is full")
    assert late.hosts["etcd4"].run("ls /var/lib/etcd").stdout == "member\n"
    seen = founded.cluster.verify()
    assert (seen["verdict"], len(seen["members"])) == ("healthy", 3), seen


def test_a_member_that_lost_its_data_is_not_to_come_back_by_its_token(founded: Scene) -> None:
    """v2 turns it away; with v3 a follower dies of the leader's first word (a former leader does not)."""
    cluster = founded.cluster
    name = follower(cluster)
    cluster.processes[name].kill()
    cluster.hosts[name].run("rm -rf /var/lib/etcd")
    assert status(cluster).verdict == (0, {})
    code, errors = before_start(cluster, name)
    assert (code, set(errors)) == (7, {"EB544", "EB555"})
    assert "initial-cluster-state: existing" in errors["EB544"]
    assert ANOTHER in errors["EB555"]

    start(cluster, name)
    is_v2 = cluster.plan.bootstrap.mode is BootstrapMode.DISCOVERY_V2
    assert cluster.processes[name].wait() == (1 if is_v2 else 2)
    last_words = "discovery: found duplicate id" if is_v2 else r"tocommit\(\d+\) is out of range"
    assert cluster.processes[name].says(last_words)
    seen = cluster.verify()
    assert (seen["verdict"], seen["exit"]) == ("degraded", 5)
    assert {each["subject"] for each in seen["checks"] if each["code"] == "EB610" and each["remedy"]} == {
        name
    }


@pytest.mark.parametrize(("way", "release"), V2 + V3 if WHOLE else V3)
def test_a_stranger_that_took_a_place_is_named_and_so_is_who_is_missing(
    world: World, way: str, release: str
) -> None:
    scene = prepared(world, way, release)
    stranger = rendered(scene.another(FOURTH))
    start(stranger)
    start(scene.cluster, "etcd1", "etcd2")
    for each in (stranger.processes["etcd4"], *scene.cluster.processes.values()):
        each.says("serving client traffic")
    start(scene.cluster, "etcd3")
    assert scene.cluster.processes["etcd3"].wait() == 1
    assert scene.cluster.processes["etcd3"].says("discovery: cluster is full")
    found = status(scene.cluster)
    assert found.verdict == (4, {"EB554": ANOTHER})
    assert (found.surplus, found.missing) == (frozenset({"etcd4"}), frozenset({"etcd3"}))
    seen = scene.cluster.verify()
    told = {each["subject"]: each["seen"] for each in seen["checks"] if each["code"] == "EB617"}
    assert seen["verdict"] == "degraded"
    assert "is not in the spec" in told["etcd4"]
    assert "is not in the member list" in told["etcd3"]


@pytest.mark.parametrize(("way", "release"), V2 + V3 if WHOLE else V2)
def test_a_token_of_another_size_is_named(world: World, way: str, release: str) -> None:
    scene = prepared(world, way, release)
    cluster = scene.cluster
    token_of_size(scene, 5)
    assert status(cluster).verdict == (4, {"EB552": ANOTHER})
    assert before_start(cluster, "etcd1") == (7, {"EB552": ANOTHER})
    start(rendered(cluster))
    for each in cluster.processes.values():
        assert each.says("waiting for")
    assert_waiting(cluster)

    for name, host in cluster.hosts.items():
        cluster.processes[name].kill()
        host.run("rm -rf /var/lib/etcd")
    token_of_size(scene, 2)
    assert status(cluster).verdict == (4, {"EB553": ANOTHER})
    assert before_start(cluster, "etcd1") == (7, {"EB553": ANOTHER})
    start(rendered(cluster), "etcd1", "etcd2")
    assert cluster.processes["etcd1"].says("serving client traffic")
    start(cluster, "etcd3")
    assert cluster.processes["etcd3"].wait() == 1
    assert cluster.processes["etcd3"].says("discovery: cluster is full")


def token_of_size(scene: Scene, size: int) -> None:
    """Make a token for so many members, as without a spec, and write it into this one by hand."""
    file = f"{scene.cluster.folder}/cluster.yaml"
    spec = yaml.safe_load(scene.operator.read(file))
    written = spec["bootstrap"]
    words = [f"--size={size}", f"--mode={written['mode']}", f"--at={scene.place.plan.endpoints[0]}"]
    for option in ("cacert", "cert", "key", "user", "password-file"):
        if f"discovery-{option}" in written:
            words.append(f"--{option}={written[f'discovery-{option}']}")
    script = 'mkdir -p /srv/elsewhere && cd /srv/elsewhere && exec "$@"'
    command = ["sh", "-c", script, "elsewhere", *etcdboot("discovery", "new", *words)]
    written["discovery" if written["mode"] == "discovery-v2" else "discovery-token"] = scene.operator.run(
        command, env=ENVIRONMENT
    ).stdout.strip()
    scene.operator.write(file, yaml.safe_dump(spec))
    scene.cluster.reread()


LOOPBACK: tuple[dict[str, object], ...] = tuple(
    {"name": f"local{n}", "host": "127.0.0.1", "client-port": 2379 + 10 * n, "peer-port": 2380 + 10 * n}
    for n in range(3)
)


@pytest.mark.parametrize(("way", "release"), V2 + V3 if WHOLE else V3)
def test_up_starts_nothing_with_a_used_token_or_without_a_discovery_host(
    world: World, way: str, release: str
) -> None:
    scene = prepared(world, way, release)
    local = scene.another(*LOOPBACK)

    def up() -> tuple[int, dict[str, str]]:
        etcd = str(require_peer("etcd", release))
        return answer(local.etcdboot("up", "--once", "-w", "json", f"--etcd={etcd}", check=False))

    assert up() == (0, {})
    code, errors = up()  # its data went with it
    assert (code, list(errors)) == (7, ["EB555"])
    assert ANOTHER in errors["EB555"]
    scene.place.processes["meeting"].kill()
    code, errors = up()
    assert (code, list(errors)) == (6, ["EB560"])
    assert "start the discovery etcd" in errors["EB560"]
