"""What stops a command, and the number it leaves behind."""

from __future__ import annotations

from enum import IntEnum, unique

from etcdboot.base.diagnostics import Diagnostic, error


@unique
class ExitCode(IntEnum):
    """Every exit code there is; docs/exit-codes.md says when each is used."""

    OK = 0
    BUG = 1
    USAGE = 2
    SPEC = 3
    DRIFT = 4
    DEGRADED = 5
    DOWN = 6
    REFUSED = 7
    MISSING = 8
    INTERRUPTED = 130
    TERMINATED = 143


# When several apply, the first of these wins.
PRECEDENCE = (
    ExitCode.USAGE,
    ExitCode.SPEC,
    ExitCode.MISSING,
    ExitCode.REFUSED,
    ExitCode.DOWN,
    ExitCode.DEGRADED,
    ExitCode.DRIFT,
    ExitCode.OK,
)


def first_of(codes: list[ExitCode]) -> ExitCode:
    """The one exit code for several outcomes of one run."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.OK)


class EtcdbootError(Exception):
    """Something stops the command, and the user can do something about it.

    Carries one diagnostic or several; the command line prints them and exits with ``exit_code``.
    """

    exit_code = ExitCode.BUG

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(each.message for each in diagnostics))
        self.diagnostics = diagnostics

    @classmethod
    def because(cls, code: str, message: str, hint: str = "", path: str = "") -> EtcdbootError:
        """The error with a single diagnostic."""
        return cls(error(code, message, hint, path))


class UsageError(EtcdbootError):
    """The command line asks for something that does not exist (exit 2)."""

    exit_code = ExitCode.USAGE


class SpecError(EtcdbootError):
    """The spec is wrong in shape or in meaning (exit 3)."""

    exit_code = ExitCode.SPEC


class Drift(EtcdbootError):
    """What is there is not what the plan says (exit 4)."""

    exit_code = ExitCode.DRIFT


class Down(EtcdbootError):
    """No quorum, or nothing could be reached (exit 6)."""

    exit_code = ExitCode.DOWN


class Refused(EtcdbootError):
    """Going on would be unsafe: a foreign file, a lock, a busy port, a key that does not fit (exit 7)."""

    exit_code = ExitCode.REFUSED


class Missing(EtcdbootError):
    """A file or a program is not there, or the disk said no (exit 8)."""

    exit_code = ExitCode.MISSING
