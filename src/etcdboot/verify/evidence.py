"""All that the checks look at, worked out once from the observations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from etcdboot.base.addresses import Url, parse_url
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.observations.cluster import Failure, MemberList, Observation, SeenMember, Status

if TYPE_CHECKING:  # endpoints alone are judged without a plan, and without its modules
    from etcdboot.plan.plan import ClusterPlan, MemberPlan


@dataclass(frozen=True, slots=True)
class Evidence:
    """The observations, sorted out.

    ``plan`` is None where only endpoints were given. ``cluster_id`` is that of the cluster judged, None when
    nobody told one; ``home`` are the endpoints that belong to it or do not say, ``astray`` those of another
    cluster. ``members`` is the member list to go by: that of the member which is furthest ahead.
    """

    plan: ClusterPlan | None
    observations: tuple[Observation, ...]
    cluster_id: int | None
    home: tuple[Observation, ...]
    astray: tuple[Observation, ...]
    members: tuple[SeenMember, ...] | None

    @property
    def reached(self) -> tuple[Observation, ...]:
        """The endpoints of the judged cluster where etcd said anything at all."""
        return tuple(each for each in self.home if each.unreached is None)

    @property
    def statuses(self) -> tuple[tuple[Observation, Status], ...]:
        """The endpoints of the judged cluster that told their status, with it."""
        return tuple((each, each.status) for each in self.home if isinstance(each.status, Status))

    @property
    def has_quorum(self) -> bool:
        """Whether a quorum of the judged cluster answered through any endpoint."""
        return any(each.has_quorum for each in self.home)

    @property
    def voters(self) -> int | None:
        """How many members have a vote, as far as anybody knows."""
        if self.members is not None:
            return sum(not each.is_learner for each in self.members)
        return len(self.plan.members) if self.plan else None

    @property
    def cluster(self) -> str:
        """What to call the cluster."""
        return self.plan.name if self.plan else "cluster"

    def name_of(self, member_id: int) -> str:
        """A member's name, else its id as etcdctl prints it."""
        named = (each.name for each in self.members or () if each.id == member_id and each.name)
        return next(named, f"{member_id:x}")

    def subject(self, observation: Observation) -> str:
        """The name of the member behind an endpoint, else the endpoint."""
        status = observation.known_status
        if status and any(each.id == status.member_id and each.name for each in self.members or ()):
            return self.name_of(status.member_id)
        if planned := planned_at(self.plan, observation.endpoint):
            return planned.name
        return str(observation.endpoint)


def gather(plan: ClusterPlan | None, observations: tuple[Observation, ...]) -> Evidence:
    """The evidence; total on any observations, also on none."""
    cluster_id = _judged_cluster(plan, observations)
    astray = tuple(each for each in observations if cluster_of(each) not in (None, cluster_id))
    home = tuple(each for each in observations if each not in astray)
    return Evidence(plan, observations, cluster_id, home, astray, _leading_list(home))


def planned_at(plan: ClusterPlan | None, endpoint: Url) -> MemberPlan | None:
    """The one planned member that serves that client URL; None for a URL of several, such as a balancer's."""
    serving = [each for each in plan.members if endpoint in each.advertise_client_urls] if plan else []
    return serving[0] if len(serving) == 1 else None


def cluster_of(observation: Observation) -> int | None:
    """The id of the cluster that an endpoint belongs to, if it told."""
    for each in (observation.status, observation.members):
        if not isinstance(each, Failure):
            return each.cluster_id
    return None


def same_urls(one: Iterable[str | Url], other: Iterable[str | Url]) -> bool:
    """Whether two lists hold the same URLs, in whatever order and spelling."""
    return {_canonical(each) for each in one} == {_canonical(each) for each in other}


def _canonical(url: str | Url) -> str:
    try:
        return str(parse_url(str(url)))
    except ValueError:  # etcd took it, so it is a URL to etcd
        return str(url)


def _judged_cluster(plan: ClusterPlan | None, observations: tuple[Observation, ...]) -> int | None:
    """Of several clusters the planned one: by its id, else by its members' names, else by headcount."""
    told = [cluster for cluster in map(cluster_of, observations) if cluster is not None]
    planned = {each.name for each in plan.members} if plan else set()

    def weight(cluster: int) -> tuple[bool, int, int, int]:
        seen = {name for each in observations if cluster_of(each) == cluster for name in _names(each)}
        is_predicted = plan is not None and cluster == plan.predicted_cluster_id
        return is_predicted, len(seen & planned), told.count(cluster), -told.index(cluster)

    return max(told, key=weight, default=None)


def _names(observation: Observation) -> set[str]:
    seen = observation.members
    return {each.name for each in seen.members} if isinstance(seen, MemberList) else set()


def _leading_list(home: tuple[Observation, ...]) -> tuple[SeenMember, ...] | None:
    def progress(observation: Observation) -> tuple[bool, int]:
        status = observation.known_status
        return observation.has_quorum, status.raft_index if status else 0

    for each in sorted(home, key=progress, reverse=True):
        if isinstance(each.members, MemberList):
            return each.members.members
    return None
