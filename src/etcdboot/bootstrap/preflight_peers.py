"""Whether what answers at the peer URLs is the cluster of the plan, and lets the members here in.

Sources: server/etcdserver/bootstrap.go (isMemberBootstrapped, bootstrapExistingClusterNoWAL) and
server/etcdserver/api/membership/cluster.go (ValidateClusterAndAssignIDs) at v3.6.14;
docs/etcd/bootstrap.md#joining-an-existing-cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import counted
from etcdboot.observations.cluster import SeenMember
from etcdboot.observations.host import PeerAnswer, Speech
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.spec.spec import ClusterState

# Seconds. HTTP's Date tells no more than whole ones, and an answer takes time; etcd logs a drift from 1 s on.
_CLOCKS_AGREE: Final = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """A member elsewhere, its place in the spec, and what one of its peer URLs showed."""

    index: int
    member: MemberPlan
    answer: PeerAnswer

    @property
    def path(self) -> str:
        """Where the member stands in the spec."""
        return f"members[{self.index}]"

    @property
    def at(self) -> str:
        """Member and URL, for a sentence."""
        return f"{self.member.name} ({self.answer.url})"

    @property
    def is_stranger(self) -> bool:
        """Whether something else than etcd answers; over TLS it may just not take our certificate."""
        answer = self.answer
        return answer.speech is Speech.OTHER or (answer.cluster_id is None and answer.ahead is not None)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The members elsewhere, beside those that are to start here.

    ``fresh`` are the names of those here that have no data; ``own`` are the clusters of those that have.
    """

    plan: ClusterPlan
    seen: tuple[Seen, ...]
    fresh: Collection[str] = ()
    own: frozenset[int] = frozenset()

    @property
    def cluster_ids(self) -> frozenset[int]:
        """The clusters that answer."""
        return frozenset(each.answer.cluster_id for each in self.seen if each.answer.cluster_id is not None)

    @property
    def rows(self) -> tuple[SeenMember, ...]:
        """The members of the cluster that runs, as the first of them knows them."""
        return next((each.answer.members for each in self.seen if each.answer.members), ())

    @property
    def ahead(self) -> int | None:
        """By how many seconds the others' clocks are ahead of ours: the middle one; None: nobody tells."""
        told = sorted(each.answer.ahead for each in self.seen if each.answer.ahead is not None)
        return told[len(told) // 2] if told else None

    def starting(self, state: ClusterState) -> Iterator[tuple[str, MemberPlan]]:
        """Those that are to start here without data, founders or joiners, with their places in the spec."""
        for index, member in enumerate(self.plan.members):
            if member.name in self.fresh and member.state is state:
                yield f"members[{index}]", member


def misfits(around: Neighbours) -> Iterator[Diagnostic]:
    """Peers with TLS where none is planned, without where it is, and those that are no peers at all."""
    for each in around.seen:
        planned, found, name = each.answer.url.scheme, each.answer.speech, each.member.name
        if each.is_stranger:
            message = f"what answers for {each.at} is no etcd member: {each.answer.detail}"
            yield error("EB542", message, "see on its host which process listens there: ss -ltnp", each.path)
        elif found is Speech.HTTP and planned == "https":
            message = f"{each.at} speaks in the clear, and the spec has TLS between peers"
            hint = f"render and install {name} anew, or say tls: {{peer: off}}; all must agree"
            yield error("EB540", message, hint, each.path)
        elif found is Speech.HTTPS and planned == "http":
            message = f"{each.at} speaks TLS, and the spec has none between peers"
            hint = f"render and install {name} anew, or say tls: {{peer: mutual}}; all must agree"
            yield error("EB541", message, hint, each.path)
    yield from _not_added(around)


def strangers(around: Neighbours) -> Iterator[Diagnostic]:
    """Peers that run in another cluster, and a cluster that runs and would not let a founder here begin."""
    right = _right(around)
    for each in around.seen:
        found = each.answer.cluster_id
        if found is not None and found not in right:
            wanted = " or ".join(f"{number:x}" for number in sorted(right))
            message = f"{each.at} runs in the cluster {found:x}, not in {wanted}"
            hint = "they would never hear one another: give all one spec, and begin anew those that are wrong"
            yield error("EB543", message, hint, each.path)
    yield from _renamed(around, right)
    yield from _wiped(around)


def _right(around: Neighbours) -> frozenset[int]:
    """The clusters that are not another's: that of the data here, and that which founders here are to make.

    Where nobody here has a say, the peers must agree among themselves.
    """
    planned = around.plan.predicted_cluster_id
    ours = {planned} if planned is not None else set()
    if around.own or any(around.starting(ClusterState.NEW)):
        right = around.own | ours
        if right:
            return right
    found = around.cluster_ids
    told = (each.answer.cluster_id for each in around.seen if each.answer.cluster_id is not None)
    return frozenset(found & ours or ((next(told),) if found else ()))


def _renamed(around: Neighbours, right: frozenset[int]) -> Iterator[Diagnostic]:
    """A cluster that runs, all of one mind, and has another id than the spec predicts: worth knowing."""
    planned = around.plan.predicted_cluster_id
    if planned is not None and not around.own and right == around.cluster_ids and planned not in right:
        for found in right:
            message = f"the cluster has the id {found:x}, and what the spec describes begins with {planned:x}"
            hint = "the token or the peer URLs were others when it began, or it is another cluster"
            yield Diagnostic(Severity.NOTE, "EB543", message, hint)


def _wiped(around: Neighbours) -> Iterator[Diagnostic]:
    """Founders without data that the running cluster knows as started."""
    rows = {row.id: row for row in around.rows if row.client_urls}
    for path, member in around.starting(ClusterState.NEW):
        if member.predicted_id in rows:
            message = f"{member.name} has no data here, and the cluster that runs knows it as started"
            hint = (
                f"etcd would exit ('has already been bootstrapped'): etcdctl member remove "
                f"{member.predicted_id:x}, member add, and say initial-cluster-state: existing for it"
            )
            yield error("EB544", message, hint, path)


def _not_added(around: Neighbours) -> Iterator[Diagnostic]:
    """Joiners that the running cluster does not expect, or that are told of too many or too few."""
    rows = around.rows
    for path, member in around.starting(ClusterState.EXISTING) if rows else ():
        own = {str(url) for url in member.initial_advertise_peer_urls}
        told = {each.partition("=")[0] for each in member.initial_cluster.split(",")}
        if not any(own == set(row.peer_urls) for row in rows):
            message = f"the cluster that runs does not expect {member.name}"
            hint = f"add it first: etcdctl member add {member.name} --peer-urls={','.join(sorted(own))}"
            yield error("EB545", message, hint, path)
        elif len(told) != len(rows):
            many = counted(len(told), "member")
            message = f"{member.name} is told of {many}, and the cluster that runs has {len(rows)}"
            hint = "etcd would exit ('member count is unequal'): make the spec what `member list` says"
            yield error("EB545", message, hint, path)


def nobody_to_join(around: Neighbours) -> Iterator[Diagnostic]:
    """Joiners that nobody answers; etcd gives up after ten seconds."""
    if any(each.answer.speech is not Speech.NOTHING for each in around.seen):
        return
    for path, member in around.starting(ClusterState.EXISTING):
        message = f"{member.name} is to join a running cluster, and none of its members answers"
        yield error("EB546", message, "start the others first", path)


def clocks(around: Neighbours) -> Iterator[Diagnostic]:
    """The clock of this machine against the peers'."""
    off = {each.member.name: each.answer.ahead or 0 for each in around.seen}
    told = [
        f"{abs(ahead)} s {'behind' if ahead > 0 else 'ahead of'} that of {name}"
        for name, ahead in off.items()
        if abs(ahead) >= _CLOCKS_AGREE
    ]
    if told:
        message = f"this machine's clock is {', '.join(told)}"
        hint = "set the clocks (timedatectl, chronyd): certificates go by them, and etcd logs every drift"
        yield warning("EB547", message, hint)
