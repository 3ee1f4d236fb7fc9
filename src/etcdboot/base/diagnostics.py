"""One complaint, or one remark, with its place and its remedy."""

from __future__ import annotations

from enum import StrEnum

from etcdboot.base.fast_dataclasses import dataclass


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops, a warning stops only under ``--strict``."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, and what to do about it.

    ``path`` is a place inside the spec (``members[1].host``) or a file's path; ``line`` and ``column``
    count from 1 and are 0 where there is none. ``code`` is stable and explained in docs/codes.md.
    """

    severity: Severity
    code: str
    message: str
    hint: str = ""
    path: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    @property
    def place(self) -> str:
        """``cluster.yaml:4:9``, as compilers print it; empty where there is no place."""
        if not self.file:
            return self.path
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def as_json(self) -> dict[str, str | int]:
        """The object that ``-w json`` prints for it."""
        return {
            "severity": str(self.severity),
            "code": self.code,
            "path": self.path,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "hint": self.hint,
        }


def error(code: str, message: str, hint: str = "", path: str = "") -> Diagnostic:
    """An error that has no place in a file (yet)."""
    return Diagnostic(Severity.ERROR, code, message, hint, path)


def warning(code: str, message: str, hint: str = "", path: str = "") -> Diagnostic:
    """A warning that has no place in a file (yet)."""
    return Diagnostic(Severity.WARNING, code, message, hint, path)


def has_errors(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    """Whether any of them stops us."""
    return any(each.severity is Severity.ERROR for each in diagnostics)
