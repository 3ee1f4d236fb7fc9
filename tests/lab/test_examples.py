"""Every example becomes the cluster that it describes; with ETCDBOOT_FULL_MATRIX=1 on every release."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product

import pytest

from etcdboot.model.spec import Target
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import HostCluster
from lab.cluster.operating import EXAMPLES, example
from lab.peers.fixtures import ETCD_RELEASES, require_capability, require_peer
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]

NAMES = tuple(sorted(each.parent.name for each in EXAMPLES.glob("*/cluster.yaml")))
RELEASES = ETCD_RELEASES if os.environ.get("ETCDBOOT_FULL_MATRIX") == "1" else ("",)  # "": its own


def by_script(cluster: HostCluster, world: World) -> None:
    for name in cluster.hosts:
        cluster.start(name, Target.SCRIPT)


def by_procfile(cluster: HostCluster, world: World) -> None:
    honcho = str(require_peer("honcho"))
    command = f"cd /srv/cluster && exec {honcho} -f out/Procfile start"
    cluster.processes["honcho"] = cluster.operator.start(command)


def delivered(cluster: HostCluster, world: World) -> None:
    for name in cluster.hosts:
        cluster.deliver(name, "/etc/etcd")
        cluster.start(name, Target.SCRIPT)


def installed(cluster: HostCluster, world: World) -> None:
    require_capability("root")  # install.sh makes a user
    for name, host in cluster.hosts.items():
        cluster.deliver(name, f"/root/{name}")
        host.run(["sh", f"/root/{name}/install.sh"])
        cluster.start(name, Target.SYSTEMD)


def installed_by_name(cluster: HostCluster, world: World) -> None:
    records = [f"host-record=e{n}.example.com,10.0.1.1{n}" for n in range(1, 6)]
    world.dns("\n".join([*records, "host-record=etcd.example.com,10.0.1.11"]), "10.0.1.53")
    installed(cluster, world)


# How each example is started, and where its operator sits.
STARTS: dict[str, tuple[Callable[[HostCluster, World], None], str]] = {
    "five-members-rsa": (installed_by_name, "10.0.1.10"),
    "ipv6": (delivered, "fd00:e7cd::10"),
    "local": (by_procfile, "192.168.202.10"),
    "local-tls": (by_script, "192.168.202.10"),
    "three-hosts-tls": (installed, "192.168.202.10"),
}


@pytest.mark.parametrize(("name", "release"), tuple(product(NAMES, RELEASES)))
def test_an_example_becomes_a_cluster(name: str, release: str) -> None:
    require_capability("network namespaces")
    start, operator = STARTS[name]
    with World() as world:
        cluster = HostCluster(world, example(name, release), operator)
        cluster.etcdboot("certs")
        cluster.etcdboot("render")
        start(cluster, world)
        seen = cluster.verify("--wait", "60s")
        assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
        assert_agreed(cluster)
