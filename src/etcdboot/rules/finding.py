"""What a rule finds, and the shape of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClusterSpec


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint about the meaning of a spec; ``path`` is the place in it that is to blame."""

    code: str
    path: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def diagnostic(self) -> Diagnostic:
        """The same, ready to be given a line and column."""
        return Diagnostic(self.severity, self.code, self.message, self.hint, self.path)


def caution(code: str, path: str, message: str, hint: str = "") -> Finding:
    """A finding that stops only ``--strict``."""
    return Finding(code, path, message, hint, Severity.WARNING)


Rule = Callable[[ClusterSpec, ClusterPlan], Iterable[Finding]]


def at(index: int, key: str = "") -> str:
    """The path of a member, or of one of its keys."""
    return f"members[{index}].{key}" if key else f"members[{index}]"
