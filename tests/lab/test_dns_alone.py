"""The rendered records with nothing beside them: what a dnsmasq serves that is told of no other file."""

from __future__ import annotations

import pytest

from etcdboot.spec.spec import BootstrapMode
from lab.cluster.hosts import HostCluster
from lab.cluster.modes import DOMAIN, OPERATOR, Case
from lab.peers.fixtures import require_capability, require_peer
from lab.world.process import wait_until
from lab.world.world import World

pytestmark = pytest.mark.lab

SERVER = "192.168.202.53"


def test_dnsmasq_needs_nothing_but_the_rendered_file() -> None:
    require_capability("network namespaces")
    case = Case(BootstrapMode.DNS, "3.6.14", bootstrap={"discovery-srv": DOMAIN})
    with World() as world:
        cluster = HostCluster(world, case.spec(), OPERATOR)
        server = world.host("dns", SERVER)
        server.write("/srv/etcd.conf", cluster.etcdboot("dns", "zone", "--format", "dnsmasq").stdout)
        argv = [str(require_peer("dnsmasq")), "--keep-in-foreground", "-C", "/srv/etcd.conf"]
        server.start(argv)  # it talks to syslog, which is not there
        cluster.operator.settle(SERVER)
        # Asked as etcd asks: whom /etc/resolv.conf names.
        wait_until(
            "dnsmasq to answer", lambda: cluster.etcdboot("dns", "check", check=False).returncode != 6, 20.0
        )
        done = cluster.etcdboot("dns", "check")
        assert done.stdout.endswith(f"9 records, all fit; asked {SERVER}:53\n")
