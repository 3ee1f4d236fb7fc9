"""Three hosts become one cluster by every way to bootstrap, on every release that has it, with any TLS.

A mode's ways take turns in a pairwise sample; with ETCDBOOT_FULL_MATRIX=1 every cell that fits is shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest

from etcdboot.spec.spec import BootstrapMode, Settings, Target
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import HostCluster
from lab.cluster.modes import OPERATOR, TLS, WAYS, Case, meet, rendered, start
from lab.cluster.operating import objections
from lab.pairwise import covering
from lab.peers.fixtures import ETCD_RELEASES, require_capability
from lab.world.world import World
from samples.sampling import WHOLE

pytestmark = [pytest.mark.lab, pytest.mark.slow]

Cell = tuple[str, str, str, str]  # way, TLS, release, settings

V2, V3, DNS = BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3, BootstrapMode.DNS


def has_mode(way: str, release: str) -> bool:
    return {V2: release < "3.7", V3: release > "3.6"}.get(WAYS[way].mode, True)


# What no cluster can come of, and the code that `check` has for it.
UNFIT: Mapping[str, Callable[[str, str, str, str], bool]] = {
    "EB234": lambda way, tls, release, settings: (  # a password for all to see
        "secured" in way and settings != "config" and has_mode(way, release)
    ),
    "EB252": lambda way, tls, release, settings: not has_mode(way, release),
    "EB256": lambda way, tls, release, settings: (
        WAYS[way].mode is DNS and tls == "off" and release.startswith("3.4")
    ),
}


def fits(cell: Cell) -> bool:
    return not any(is_unfit(*cell) for is_unfit in UNFIT.values())


PRODUCT = tuple(product(WAYS, TLS, ETCD_RELEASES, map(str, Settings)))
FITTING = tuple(filter(fits, PRODUCT))


def sample() -> Iterator[Cell]:
    """Of each mode, TLS, release of another minor, and settings each beside each; each way at its turn."""
    rows: dict[tuple[str, ...], list[Cell]] = {}
    for cell in FITTING:
        if "3.5.1" not in cell:
            rows.setdefault((WAYS[cell[0]].mode, *cell[1:]), []).append(cell)
    shown = Counter[str]()
    for row in covering(rows):
        cell = min(rows[row], key=lambda each: shown[each[0]])
        shown[cell[0]] += 1
        yield cell
    for way in WAYS:
        if not shown[way]:
            yield next(cell for cell in FITTING if cell[0] == way)


SHOWN = FITTING if WHOLE else tuple(sample())


def spec(cell: Cell) -> str:
    """The spec of a cell, with no token made."""
    way, tls, release, settings = cell
    return Case(WAYS[way].mode, release, tls, settings, WAYS[way].keys).spec()


def test_check_refuses_every_cell_that_does_not_fit_and_no_other() -> None:
    expected = {cell: {code for code, is_unfit in UNFIT.items() if is_unfit(*cell)} for cell in PRODUCT}
    assert {cell: objections(spec(cell)) for cell in PRODUCT} == expected


@pytest.mark.parametrize("cell", SHOWN, ids=", ".join)
def test_three_hosts_become_a_cluster(cell: Cell) -> None:
    require_capability("network namespaces")
    way = WAYS[cell[0]]
    with World() as world:
        operator = world.host("operator", OPERATOR)
        way.prepare(world, operator)
        cluster = HostCluster(world, spec(cell), operator)
        meet(world, cluster, way)
        start(rendered(cluster))
        seen = cluster.verify("--wait", "60s")
        assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
        assert_agreed(cluster)
        assert ids_by_check(cluster) == {each["name"]: each["id"] for each in seen["members"]}


def test_a_user_of_the_unit_may_read_what_discovery_asks_for_and_nobody_else() -> None:
    """Certificates and a password for the discovery host, installed and started as the unit says."""
    require_capability("root")
    require_capability("network namespaces")
    way = WAYS["v3 on 3.6, secured"]
    with World() as world:
        operator = world.host("operator", OPERATOR)
        way.prepare(world, operator)
        targets = {"render": {"settings": "config", "targets": ["systemd"]}}
        case = Case(way.mode, "3.7.1", "off", bootstrap=way.keys, sections=targets)
        cluster = HostCluster(world, case.spec(), operator)
        meet(world, cluster, way)
        rendered(cluster)
        for name, host in cluster.hosts.items():
            cluster.deliver(name, f"/root/{name}")
            host.run(["sh", f"/root/{name}/install.sh"])
            secrets = ("/etc/etcd/etcd.conf.yml", "/etc/etcd/pki/discovery-key.pem")
            modes = host.run(["stat", "-c", "%U:%G %a", *secrets]).stdout
            assert modes == "root:etcd 640\n" * 2
            cluster.start(name, Target.SYSTEMD)
        assert cluster.verify("--wait", "60s")["verdict"] == "healthy", cluster.said()
        assert_agreed(cluster)
        for host in cluster.hosts.values():
            started = host.run("ps -C etcd -o user=,args=").stdout.split()
            assert started == ["etcd", "/usr/local/bin/etcd", "--config-file=/etc/etcd/etcd.conf.yml"]


def ids_by_check(cluster: HostCluster) -> dict[str, str]:
    """The members' ids as `check` foretells them."""
    said = json.loads(cluster.etcdboot("check", "-w", "json").stdout)
    return {each["name"]: each["predicted_id"] for each in said["cluster"]["members"]}
