"""The checks of single endpoints: is it there, does it read, may we ask, who is it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from etcdboot.observations.cluster import Cause, Failure, Observation, Read, Trust
from etcdboot.verify.check import Finding, Outcome
from etcdboot.verify.evidence import Evidence
from etcdboot.verify.remedies import REMEDY_OF

_COMMITTED: Final = "a linearizable read is committed"
# These say nothing against the member: the checks of auth and of learners speak of them.
_EXCUSED: Final = (Cause.DENIED, Cause.LEARNER)


def reachable(evidence: Evidence) -> Iterable[Finding]:
    """Each endpoint lets us through network and TLS to etcd."""
    for each in evidence.observations:
        subject = evidence.subject(each)
        if failure := each.unreached:
            seen = f"{each.endpoint}: {failure.detail}"
            yield Finding(
                Outcome.FAIL, subject, seen, "etcd answers", REMEDY_OF[failure.cause], failure.layer
            )
        else:
            yield Finding(Outcome.PASS, subject, f"{each.endpoint} answers")


def read(evidence: Evidence) -> Iterable[Finding]:
    """Each reached endpoint commits a linearizable read, as etcdctl's endpoint health asks for."""
    for each in evidence.observations:
        subject = evidence.subject(each)
        answer = each.read
        if each.unreached:
            yield Finding(Outcome.SKIP, subject, "not reached", _COMMITTED)
        elif isinstance(answer, Read):
            yield Finding(Outcome.PASS, subject, f"committed after {answer.took * 1000:.1f} ms")
        elif answer.cause in _EXCUSED:
            yield Finding(Outcome.SKIP, subject, answer.detail, _COMMITTED)
        else:
            seen, remedy = answer.detail, REMEDY_OF[answer.cause]
            yield Finding(Outcome.FAIL, subject, seen, _COMMITTED, remedy, answer.layer)


def allowed(evidence: Evidence) -> Iterable[Finding]:
    """Etcd's auth lets us see what we came to see; where it does not, nothing further is verified."""
    for each in evidence.observations:
        denied = [kind for kind, answer in _calls(each) if _is_denied(answer)]
        if denied:
            seen = f"auth is on and denies the {', '.join(denied)}: not verified further"
            yield Finding(
                Outcome.WARN, evidence.subject(each), seen, "all may be read", REMEDY_OF[Cause.DENIED]
            )


def authentic(evidence: Evidence) -> Iterable[Finding]:
    """Whoever answered over TLS has proved who it is."""
    shown = [evidence.subject(each) for each in evidence.reached if each.trust is Trust.ENCRYPTED]
    if shown:
        yield Finding(
            Outcome.WARN,
            evidence.cluster,
            f"encrypted, not authenticated: the certificates of {', '.join(shown)} are their own (auto TLS)",
            "certificates that a CA has signed",
            "set tls.client to mutual or server",
        )


def _calls(observation: Observation) -> tuple[tuple[str, object], ...]:
    return (
        ("read", observation.read),
        ("status", observation.status),
        ("member list", observation.members),
        ("alarm list", observation.alarms),
    )


def _is_denied(answer: object) -> bool:
    return isinstance(answer, Failure) and answer.cause is Cause.DENIED
