"""Where a word of cfssl's stands, so that whatever is said of it says where."""

from __future__ import annotations

from collections.abc import Iterable

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.formats.yaml_reader import Mark


@dataclass(frozen=True, slots=True)
class Place:
    """A line and column of a file; the whole file where there is no line."""

    file: str
    line: int = 0
    column: int = 0

    @classmethod
    def of(cls, file: str, mark: Mark) -> Place:
        """The place of a node."""
        return cls(file, mark.line, mark.column)

    def error(self, code: str, message: str, hint: str = "") -> Diagnostic:
        """An error there."""
        return self._told(Severity.ERROR, code, message, hint)

    def warning(self, code: str, message: str, hint: str = "") -> Diagnostic:
        """A warning there."""
        return self._told(Severity.WARNING, code, message, hint)

    def note(self, code: str, message: str, hint: str = "") -> Diagnostic:
        """A note there."""
        return self._told(Severity.NOTE, code, message, hint)

    def _told(self, severity: Severity, code: str, message: str, hint: str) -> Diagnostic:
        return Diagnostic(severity, code, message, hint, self.file, self.file, self.line, self.column)


def lost(place: Place, what: str, why: str) -> Diagnostic:
    """The warning for what cfssl's files say and ours will not."""
    return place.warning("EB388", f"{what} is not taken over: {why}")


def spelled(subject: Iterable[tuple[str, str]]) -> str:
    """A subject on one line."""
    return ", ".join(f"{name}={value}" for name, value in subject)
