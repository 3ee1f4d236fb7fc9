"""Every example becomes the cluster that it describes: as it stands, and on every release, form and target.

Pairwise; with ETCDBOOT_FULL_MATRIX=1 every cell of the matrix that fits.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from etcdboot.spec.spec import Settings, Target
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import HostCluster
from lab.cluster.operating import EXAMPLES, example
from lab.pairwise import covering, pairs
from lab.peers.fixtures import ETCD_RELEASES, require_capability, require_peer
from lab.world.world import World
from samples.sampling import WHOLE

pytestmark = [pytest.mark.lab, pytest.mark.slow]

NAMES = tuple(sorted(each.parent.name for each in EXAMPLES.glob("*/cluster.yaml")))
ON_LOOPBACK = ("local", "local-tls")  # all members on the operator's host, as a Procfile wants them

# Where each example's operator sits.
OPERATORS = {
    "five-members-rsa": "10.0.1.10",
    "ipv6": "fd00:e7cd::10",
    "local": "192.168.202.10",
    "local-tls": "192.168.202.10",
    "three-hosts-tls": "192.168.202.10",
    "two-tier-ca": "10.0.2.10",
}

# The names that an example's hosts go by, and who serves them.
DNS = {
    "five-members-rsa": (
        "\n".join(
            ["host-record=etcd.example.com,10.0.1.11"]
            + [f"host-record=e{n}.example.com,10.0.1.1{n}" for n in range(1, 6)]
        ),
        "10.0.1.53",
    ),
}

# How each example is started as it stands.
OWN_TARGETS = {
    "five-members-rsa": Target.SYSTEMD,
    "ipv6": Target.SCRIPT,
    "local": Target.PROCFILE,
    "local-tls": Target.SCRIPT,
    "three-hosts-tls": Target.SYSTEMD,
    "two-tier-ca": Target.SYSTEMD,
}

# A systemd unit wants absolute folders (EB244); the examples on loopback keep theirs beside the spec.
INSTALLED = {"out/{name}": "/etc/etcd/{name}", "data/{name}": "/var/lib/etcd/{name}"}

Cell = tuple[str, str, str, str]  # example, release, settings, target


def fits(cell: Cell) -> bool:
    name, _, _, target = cell
    return target != Target.PROCFILE or name in ON_LOOPBACK


FITTING = tuple(filter(fits, product(NAMES, ETCD_RELEASES, map(str, Settings), map(str, Target))))
CELLS = FITTING if WHOLE else covering(FITTING)


def by_script(cluster: HostCluster) -> None:
    for name, host in cluster.hosts.items():
        if host is not cluster.operator:
            cluster.deliver(name, "/etc/etcd")
        cluster.start(name, Target.SCRIPT)


def by_procfile(cluster: HostCluster) -> None:
    honcho = str(require_peer("honcho"))
    command = f"cd /srv/cluster && exec {honcho} -f out/Procfile start"
    cluster.processes["honcho"] = cluster.operator.start(command)


def installed(cluster: HostCluster) -> None:
    for name, host in cluster.hosts.items():
        cluster.deliver(name, f"/root/{name}")
        host.run(["sh", f"/root/{name}/install.sh"])
        cluster.start(name, Target.SYSTEMD)


STARTS: dict[Target, Callable[[HostCluster], None]] = {
    Target.SCRIPT: by_script,
    Target.SYSTEMD: installed,
    Target.PROCFILE: by_procfile,
}


def assert_becomes_a_cluster(name: str, spec: str, target: Target, *options: str) -> None:
    """From a spec on the operator's desk, rendered with ``options``, to members that all judges agree on."""
    require_capability("network namespaces")
    if target is Target.SYSTEMD:
        require_capability("root")  # install.sh makes a user
    with World() as world:
        cluster = HostCluster(world, spec, OPERATORS[name])
        if name in DNS:
            world.dns(*DNS[name])
        cluster.etcdboot("certs")
        cluster.etcdboot("render", *options)
        STARTS[target](cluster)
        seen = cluster.verify("--wait", "60s")
        assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
        releases = {str(each.release) for each in cluster.plan.members}
        assert {each["version"] for each in seen["members"]} == releases
        assert_agreed(cluster)


def copied(name: str, release: str, target: Target) -> str:
    """The example's spec for that release, with folders that fit the target."""
    spec = example(name, release)
    if target is Target.SYSTEMD:
        for relative, absolute in INSTALLED.items():
            spec = spec.replace(relative, absolute)
    return spec


def test_the_cells_show_every_example_release_form_and_target_that_fit_side_by_side() -> None:
    assert set(pairs(CELLS)) == set(pairs(FITTING))
    apart = set(pairs(product(NAMES, ETCD_RELEASES, map(str, Settings), map(str, Target)))) - set(
        pairs(CELLS)
    )
    hosts = set(NAMES) - set(ON_LOOPBACK)
    assert apart == {((0, name), (3, "procfile")) for name in hosts}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_becomes_a_cluster(name: str) -> None:
    assert_becomes_a_cluster(name, example(name), OWN_TARGETS[name])


@pytest.mark.parametrize(("name", "release", "settings", "target"), CELLS)
def test_an_example_becomes_a_cluster_on_every_release_in_every_form(
    name: str, release: str, settings: str, target: str
) -> None:
    spec = copied(name, release, Target(target))
    options = ("--settings", settings, "--target", target)
    assert_becomes_a_cluster(name, spec, Target(target), *options)
