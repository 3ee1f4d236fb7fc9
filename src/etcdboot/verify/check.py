"""What a check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum, unique

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.observations.cluster import Layer
from etcdboot.verify.evidence import Evidence


@unique
class Outcome(StrEnum):
    """How a check came out; only ``FAIL`` makes a cluster less than healthy."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"  # worth a look, or not verified further
    FAIL = "fail"
    SKIP = "skip"  # could not be looked at, for a reason that another check names


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of one subject: a member's name, an endpoint or the cluster.

    ``layer`` is given where it is not the check's own.
    """

    status: Outcome
    subject: str
    seen: str
    expected: str = ""
    remedy: str = ""
    layer: Layer | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One row of ``CHECKS``: a code, a title, the layer, and the function that looks at the evidence."""

    code: str
    title: str
    layer: Layer
    look: Callable[[Evidence], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A finding with its check's code and title; what people and ``-w json`` get to see."""

    code: str
    title: str
    subject: str
    layer: Layer
    status: Outcome
    seen: str
    expected: str
    remedy: str

    def as_json(self) -> dict[str, str]:
        """The object that ``-w json`` prints for it."""
        return {
            "code": self.code,
            "title": self.title,
            "subject": self.subject,
            "layer": str(self.layer),
            "status": str(self.status),
            "seen": self.seen,
            "expected": self.expected,
            "remedy": self.remedy,
        }
