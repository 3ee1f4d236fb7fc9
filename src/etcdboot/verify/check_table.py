"""Every check there is, in the order in which they are shown; a further one is a further row."""

from __future__ import annotations

from typing import Final

from etcdboot.observations.cluster import Layer
from etcdboot.verify import cluster_checks, endpoint_checks, member_checks
from etcdboot.verify.check import Check

CHECKS: Final[tuple[Check, ...]] = (
    Check("EB610", "reachable", Layer.NETWORK, endpoint_checks.reachable),
    Check("EB611", "authentic", Layer.TLS, endpoint_checks.authentic),
    Check("EB612", "allowed", Layer.AUTH, endpoint_checks.allowed),
    Check("EB613", "read", Layer.RAFT, endpoint_checks.read),
    Check("EB614", "one cluster", Layer.RAFT, cluster_checks.one_cluster),
    Check("EB615", "quorum", Layer.RAFT, cluster_checks.quorum),
    Check("EB616", "one leader", Layer.RAFT, cluster_checks.one_leader),
    Check("EB617", "members", Layer.RAFT, member_checks.members),
    Check("EB618", "learners", Layer.RAFT, member_checks.learners),
    Check("EB619", "ids", Layer.RAFT, member_checks.ids),
    Check("EB620", "releases", Layer.RAFT, cluster_checks.releases),
    Check("EB621", "alarms", Layer.DATA, cluster_checks.alarms),
)
