"""The IPv6 example on hosts that have no other address; needs no root."""

from __future__ import annotations

import pytest

from etcdboot.spec.spec import Target
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import HostCluster
from lab.cluster.operating import example
from lab.peers.fixtures import require_capability
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]


def test_hosts_with_ipv6_addresses_become_a_cluster_that_survives_a_cut() -> None:
    require_capability("network namespaces")
    with World() as world:
        cluster = HostCluster(world, example("ipv6"), "fd00:e7cd::10")
        cluster.etcdboot("certs")
        cluster.etcdboot("render")
        for name in cluster.hosts:
            cluster.deliver(name, "/etc/etcd")
            cluster.start(name, Target.SCRIPT)
        assert cluster.verify("--wait", "60s")["verdict"] == "healthy", cluster.said()
        assert_agreed(cluster)

        load = cluster.load()
        load.await_progress()
        lost, *others = cluster.hosts.values()  # the first is the one that is written to
        for other in others:
            world.cut(lost, other)
        load.await_progress()
        seen = cluster.verify("--timeout", "2s")
        assert (seen["verdict"], seen["exit"]) == ("degraded", 5), seen
        for other in others:
            world.mend(lost, other)
        assert cluster.verify("--wait", "60s")["verdict"] == "healthy", cluster.said()
        written = load.stop()
        assert (written.failed, written.missing) == (0, 0), written
        assert written.retried > 0, written
        assert_agreed(cluster)
