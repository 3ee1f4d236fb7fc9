"""A report as lines of text, the endpoints worded as etcdctl endpoint health words them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from etcdboot.verify.check import CheckResult, Outcome
from etcdboot.verify.report import EndpointReport, Verdict, VerifyReport

MEANING_OF: Final[dict[Verdict, str]] = {
    Verdict.HEALTHY: "all that was looked at is well",
    Verdict.DEGRADED: "a quorum holds, and something failed",
    Verdict.DOWN: "no quorum: the cluster takes no writes",
    Verdict.UNREACHABLE: "no endpoint answers",
    Verdict.REFUSED: "we are not let in, so nothing further is verified",
}


def simple(report: VerifyReport) -> tuple[str, ...]:
    """A line an endpoint, the verdict, and each check that did not pass with its remedy."""
    return (*map(_endpoint, report.endpoints), *summary(report))


def summary(report: VerifyReport) -> Iterator[str]:
    """The verdict and each check that did not pass with its remedy, failures first."""
    yield f"verdict: {report.verdict} ({MEANING_OF[report.verdict]})"
    for each in (*report.those(Outcome.FAIL), *report.those(Outcome.WARN)):
        yield from _check(each)


def seconds(took: float) -> str:
    """A duration with three digits as Go prints it: ``2.05ms``, ``1.2s``, ``0s``."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if took >= size:
            return f"{took / size:.3g}{unit}"
    return f"{took / 1e-6:.3g}µs" if took else "0s"


def _endpoint(endpoint: EndpointReport) -> str:
    if not endpoint.health:
        return f"{endpoint.endpoint} is unhealthy: {endpoint.error}"
    how = endpoint.error or "successfully committed proposal"
    return f"{endpoint.endpoint} is healthy: {how}: took = {seconds(endpoint.took)}"


def _check(result: CheckResult) -> Iterator[str]:
    seen = result.seen.removeprefix(f"{result.subject}: ")  # where no name is known, both are the endpoint
    yield f"{result.status} {result.code} {result.layer}: {result.subject}: {seen}"
    yield f"    expected: {result.expected}"
    yield f"    remedy: {result.remedy}"
