"""A member that joins later a cluster whose founders met by discovery or DNS: it is told of all of them."""

from __future__ import annotations

import pytest
import yaml

from lab.cluster.hosts import HostCluster
from lab.cluster.modes import ADDRESSES, FOUNDERS, OPERATOR, WAYS, Case, meet, rendered, start
from lab.peers.fixtures import require_capability
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]

JOINER = "etcd4"
# Way, release, settings.
CASES = (
    ("v2 on 3.4", "3.4.23", "env"),
    ("v2 on 3.5", "3.6.14", "flags"),
    ("v3 on 3.6, secured", "3.7.1", "config"),
    ("dns", "3.5.33", "config"),
)


@pytest.mark.parametrize(("way", "release", "settings"), CASES)
def test_a_joiner_needs_nothing_of_what_the_founders_met_by(way: str, release: str, settings: str) -> None:
    require_capability("network namespaces")
    with World() as world:
        operator = world.host("operator", OPERATOR)
        place = WAYS[way].prepare(world, operator)
        etcd = {"version": release, "flags": {"strict-reconfig-check": False}}  # which asks for 5 s of peace
        case = Case(WAYS[way].mode, release, "mutual", settings, WAYS[way].keys, sections={"etcd": etcd})
        cluster = HostCluster(world, case.spec(), operator)
        meet(world, cluster, WAYS[way])
        start(rendered(cluster))
        assert cluster.verify("--wait", "60s")["verdict"] == "healthy", cluster.said()
        founded = trees(cluster)

        add_joiner(cluster, case)
        if isinstance(place, HostCluster):
            place.processes["meeting"].kill()
        rendered(cluster)
        assert {name: trees(cluster)[name] for name in FOUNDERS} == founded
        joiner = trees(cluster)[JOINER]
        assert "discovery" not in joiner
        for name in ADDRESSES:
            assert f"{name}=https://" in joiner
        (url,) = map(str, cluster.plan.members[-1].initial_advertise_peer_urls)
        cluster.etcdctl("member", "add", JOINER, f"--peer-urls={url}")
        if way == "dns":
            world.dns(cluster.etcdboot("dns", "zone", "--format", "dnsmasq").stdout)
        start(cluster, JOINER)
        seen = cluster.verify("--wait", "60s")
        assert (seen["verdict"], seen["exit"]) == ("healthy", 0), f"{seen}\n{cluster.said()}"
        assert {each["status"] for each in seen["checks"]} == {"pass"}, seen["checks"]
        assert {each["name"] for each in seen["members"]} == set(ADDRESSES)


def add_joiner(cluster: HostCluster, case: Case) -> None:
    """Write one more member into the spec, as it stands with its token, and give it a host."""
    file = f"{cluster.folder}/cluster.yaml"
    spec = yaml.safe_load(cluster.operator.read(file))
    spec["members"].append(case.member(JOINER))
    cluster.operator.write(file, yaml.safe_dump(spec, sort_keys=False))
    cluster.reread()


def trees(cluster: HostCluster) -> dict[str, str]:
    """What each etcd is told, whatever file says it."""
    return {name: cluster.on_desk("sh", "-c", f"cat out/{name}/etcd.*").stdout for name in cluster.hosts}
