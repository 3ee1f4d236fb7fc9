"""Every check there is, in the order in which they are shown; a further one is a further row."""

from __future__ import annotations

from typing import Final

from etcdboot.observations.cluster import Layer
from etcdboot.products.verify import agreement, condition, endpoints, membership
from etcdboot.products.verify.check import Check

CHECKS: Final[tuple[Check, ...]] = (
    Check("EB610", "reachable", Layer.NETWORK, endpoints.reachable),
    Check("EB611", "authentic", Layer.TLS, endpoints.authentic),
    Check("EB612", "allowed", Layer.AUTH, endpoints.allowed),
    Check("EB613", "read", Layer.RAFT, endpoints.read),
    Check("EB614", "one cluster", Layer.RAFT, agreement.one_cluster),
    Check("EB615", "quorum", Layer.RAFT, agreement.quorum),
    Check("EB616", "one leader", Layer.RAFT, agreement.one_leader),
    Check("EB617", "members", Layer.RAFT, membership.members),
    Check("EB618", "learners", Layer.RAFT, membership.learners),
    Check("EB619", "ids", Layer.RAFT, membership.ids),
    Check("EB620", "releases", Layer.RAFT, agreement.releases),
    Check("EB621", "alarms", Layer.DATA, condition.alarms),
)
