"""Whether verify, etcdctl and the plan tell the same story of a running cluster."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Protocol

from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClientTls


class Cluster(Protocol):
    """A running cluster with its plan, as etcdboot and etcdctl see it."""

    @property
    def plan(self) -> ClusterPlan:
        """What it was made from."""

    def verify(self, *arguments: str) -> dict[str, Any]:
        """What ``etcdboot verify -w json`` prints."""

    def etcdctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the release's own etcdctl."""


def assert_agreed(cluster: Cluster) -> None:
    """verify finds nothing to say, etcdctl calls every endpoint healthy, and all tell the planned members."""
    seen = cluster.verify()
    assert (seen["ok"], seen["exit"], seen["verdict"]) == (True, 0, "healthy"), seen
    # Nobody can check the certificates that members make for themselves, and verify says so.
    unchecked = [("EB611", "warn")] if cluster.plan.client_tls is ClientTls.AUTO else []
    notes = [(each["code"], each["status"]) for each in seen["checks"] if each["status"] != "pass"]
    assert notes == unchecked, seen["checks"]
    health = json.loads(cluster.etcdctl("endpoint", "health", "-w", "json").stdout)
    told = {str(each) for each in cluster.plan.endpoints}
    assert {each["endpoint"]: each["health"] for each in health} == dict.fromkeys(told, True)
    assert {each["endpoint"] for each in seen["endpoints"] if each["health"]} >= told
    listed = json.loads(cluster.etcdctl("member", "list", "-w", "json").stdout)
    assert (
        f"{listed['header']['cluster_id']:x}"
        == seen["cluster_id"]
        == f"{cluster.plan.predicted_cluster_id:x}"
    )
    by_etcdctl = {
        (f"{each['ID']:x}", each["name"], *each["peerURLs"], *each["clientURLs"])
        for each in listed["members"]
    }
    by_verify = {
        (each["id"], each["name"], *each["peer_urls"], *each["client_urls"]) for each in seen["members"]
    }
    assert by_etcdctl == by_verify == _planned(cluster.plan)


def _planned(plan: ClusterPlan) -> set[tuple[str, ...]]:
    return {
        (
            f"{each.predicted_id:x}",
            each.name,
            *map(str, each.initial_advertise_peer_urls),
            *map(str, each.advertise_client_urls),
        )
        for each in plan.members
    }
