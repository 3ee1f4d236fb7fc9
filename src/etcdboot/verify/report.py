"""From observations to a verdict."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final

from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.observations.cluster import (
    Alarms,
    Cause,
    Failure,
    Layer,
    Observation,
    Read,
    SeenMember,
    Status,
)
from etcdboot.verify.check import CheckResult, Outcome
from etcdboot.verify.check_table import CHECKS
from etcdboot.verify.evidence import Evidence, gather

if TYPE_CHECKING:  # endpoints alone are judged without a plan, and without its modules
    from etcdboot.plan.plan import ClusterPlan


@unique
class Verdict(StrEnum):
    """What all checks come to."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"  # something failed, and a quorum holds
    DOWN = "down"  # etcd answers, and no quorum does
    UNREACHABLE = "unreachable"  # no endpoint answers
    REFUSED = "refused"  # TLS or etcd's auth lets us see nothing


EXIT_CODE_OF: Final[dict[Verdict, ExitCode]] = {
    Verdict.HEALTHY: ExitCode.OK,
    Verdict.DEGRADED: ExitCode.DEGRADED,
    Verdict.DOWN: ExitCode.DOWN,
    Verdict.UNREACHABLE: ExitCode.DOWN,
    Verdict.REFUSED: ExitCode.REFUSED,
}


@dataclass(frozen=True, slots=True)
class EndpointReport:
    """One endpoint as etcdctl endpoint health tells it; ``took`` in seconds, ``error`` empty when healthy."""

    endpoint: str
    health: bool
    took: float
    error: str

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it."""
        return {
            "endpoint": self.endpoint,
            "health": self.health,
            "took": round(self.took, 6),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class MemberReport:
    """One row of the member list, with the status of those members that an endpoint led to."""

    member: SeenMember
    status: Status | None

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it; what is not known is null."""
        status = self.status
        return {
            "id": f"{self.member.id:x}",
            "name": self.member.name,
            "started": self.member.is_started,
            "learner": self.member.is_learner,
            "peer_urls": list(self.member.peer_urls),
            "client_urls": list(self.member.client_urls),
            "leader": status.leader_id == self.member.id if status else None,
            "version": status.version if status else None,
            "raft_term": status.raft_term if status else None,
            "raft_index": status.raft_index if status else None,
            "raft_applied_index": status.raft_applied_index if status else None,
            "db_size": status.db_size if status else None,
            "db_size_in_use": status.db_size_in_use if status else None,
            "errors": list(status.errors) if status else None,
        }

    def row(self) -> dict[str, str]:
        """Column → cell of ``-w table``; empty where no endpoint led to the member."""
        status = self.status
        return {
            "member": self.member.name,
            "id": f"{self.member.id:x}",
            "release": status.version if status else "",
            "leader": str(status.leader_id == self.member.id).lower() if status else "",
            "learner": str(self.member.is_learner).lower(),
            "term": str(status.raft_term) if status else "",
            "index": str(status.raft_index) if status else "",
            "db size": str(status.db_size) if status else "",
            "client URLs": " ".join(self.member.client_urls),
        }


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The verdict and all that it rests on."""

    verdict: Verdict
    cluster_id: int | None
    endpoints: tuple[EndpointReport, ...]
    members: tuple[MemberReport, ...]
    checks: tuple[CheckResult, ...]

    @property
    def exit_code(self) -> ExitCode:
        """What the command leaves behind."""
        return EXIT_CODE_OF[self.verdict]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing failed."""
        return self.verdict is Verdict.HEALTHY

    def those(self, *outcomes: Outcome) -> tuple[CheckResult, ...]:
        """The results that came out so."""
        return tuple(each for each in self.checks if each.status in outcomes)

    def as_json(self) -> dict[str, object]:
        """The part of ``-w json`` that only ``verify`` has."""
        return {
            "verdict": str(self.verdict),
            "cluster_id": None if self.cluster_id is None else f"{self.cluster_id:x}",
            "endpoints": [each.as_json() for each in self.endpoints],
            "members": [each.as_json() for each in self.members],
            "checks": [each.as_json() for each in self.checks],
        }


def judge(plan: ClusterPlan | None, observations: tuple[Observation, ...]) -> VerifyReport:
    """The report on what the endpoints showed; judged against the plan where there is one."""
    evidence = gather(plan, observations)
    results = tuple(
        CheckResult(
            code=check.code,
            title=check.title,
            subject=found.subject,
            layer=found.layer or check.layer,
            status=found.status,
            seen=found.seen,
            expected=found.expected,
            remedy=found.remedy,
        )
        for check in CHECKS
        for found in check.look(evidence)
    )
    return VerifyReport(
        verdict=_verdict(evidence, any(each.status is Outcome.FAIL for each in results)),
        cluster_id=evidence.cluster_id,
        endpoints=tuple(_endpoint(evidence, each) for each in observations),
        members=_members(evidence),
        checks=results,
    )


def _verdict(evidence: Evidence, has_failed: bool) -> Verdict:
    if not evidence.reached:
        layers = {each.unreached.layer for each in evidence.observations if each.unreached}
        return Verdict.REFUSED if Layer.TLS in layers else Verdict.UNREACHABLE
    if not evidence.has_quorum:
        return Verdict.DOWN
    if has_failed:
        return Verdict.DEGRADED
    # A denied read proves a quorum and nothing of the data behind it: healthy would be too much said.
    return Verdict.HEALTHY if any(isinstance(each.read, Read) for each in evidence.home) else Verdict.REFUSED


def _endpoint(evidence: Evidence, observation: Observation) -> EndpointReport:
    """Healthy as etcdctl of 3.5 has it, but for members of another cluster, denied reads and learners."""
    endpoint, answer = str(observation.endpoint), observation.read
    took = answer.took
    if failure := observation.unreached:
        return EndpointReport(endpoint, False, failure.took, failure.detail)
    if observation in evidence.astray:
        return EndpointReport(endpoint, False, took, "a member of another cluster")
    if isinstance(answer, Failure):
        return EndpointReport(endpoint, answer.cause is Cause.LEARNER, took, answer.detail)
    if isinstance(observation.alarms, Alarms) and observation.alarms.alarms:
        kinds = sorted({each.kind for each in observation.alarms.alarms})
        return EndpointReport(endpoint, False, took, f"active alarms: {', '.join(kinds)}")
    return EndpointReport(endpoint, True, took, "")


def _members(evidence: Evidence) -> tuple[MemberReport, ...]:
    statuses = {status.member_id: status for _, status in evidence.statuses}
    return tuple(MemberReport(each, statuses.get(each.id)) for each in evidence.members or ())
