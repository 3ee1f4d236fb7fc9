"""The fields of a control socket's answer, checked before anything is printed or used.

A table names each field and its check; a check takes the value from the JSON and returns what is meant, or
raises AnswerProblem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from etcdboot.base.addresses import parse_url
from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import PRECEDENCE, EtcdbootError, ExitCode
from etcdboot.formats.characters import NEVER

Check = Callable[[object], Any]
E = TypeVar("E", bound=StrEnum)

# What `up` reports for etcdctl, and what of it is a flag of etcdctl.
ETCDCTL_FLAGS: Final = {
    "ETCDCTL_ENDPOINTS": "--endpoints",
    "ETCDCTL_CACERT": "--cacert",
    "ETCDCTL_CERT": "--cert",
    "ETCDCTL_KEY": "--key",
    "ETCDCTL_INSECURE_SKIP_TLS_VERIFY": "--insecure-skip-tls-verify",
    "ETCDCTL_INSECURE_TRANSPORT": "--insecure-transport",
}
_MOST_ITEMS: Final = 1000
_LONGEST: Final = 1 << 16  # characters; the endpoints of a large cluster are one value
_LARGEST_PID: Final = 1 << 22  # PID_MAX_LIMIT of Linux


class AnswerProblem(ValueError):
    """A field is missing or holds what it must not hold."""


def checked(value: object, table: Mapping[str, Check]) -> dict[str, Any]:
    """The fields of the table, each checked; other fields are left out."""
    fields = _typed(value, dict)
    return {name: _field(fields, name, check) for name, check in table.items()}


def _field(fields: Mapping[str, object], name: str, check: Check) -> Any:
    if name not in fields:
        raise AnswerProblem(f"{name} is missing")
    try:
        return check(fields[name])
    except ValueError as cause:
        inner = str(cause) if isinstance(cause, AnswerProblem) else "invalid value"
        raise AnswerProblem(f"{name}: {inner}") from cause


# --- checks


def text(value: object) -> str:
    """Any text of a path's kind: a path may hold line breaks, and bytes that are not UTF-8."""
    found: str = _typed(value, str)
    if len(found) > _LONGEST or "\0" in found:
        raise AnswerProblem("text too long, or with a NUL character")
    return found


def line(value: object) -> str:
    """One line of printable text, not longer than a name."""
    found = text(value)
    if not found.isprintable() or len(found) > 255:
        raise AnswerProblem("one line of printable text expected")
    return found


def flag(value: object) -> bool:
    """True or false."""
    found: bool = _typed(value, bool)
    return found


def pid(value: object) -> int | None:
    """A process id; None for no process."""
    return _number(value, 1, _LARGEST_PID)


def status(value: object) -> int | None:
    """How a process ended, as subprocess reports it; None if it has not."""
    return _number(value, -128, 255)


def endpoint(value: object) -> str:
    """A client URL."""
    return str(parse_url(line(value)))


def one_of(kind: type[E]) -> Check:
    """A check for a value of an enumeration."""
    return lambda value: kind(text(value))


def many(check: Check) -> Check:
    """A check for a list."""

    def found(value: object) -> tuple[Any, ...]:
        items = _typed(value, list)
        if len(items) > _MOST_ITEMS:
            raise AnswerProblem(f"more than {_MOST_ITEMS} items")
        return tuple(map(check, items))

    return found


def environment(value: object) -> tuple[tuple[str, str], ...]:
    """Variables for etcdctl: known names only, and values that a shell can hold."""
    found = {name: text(item) for name, item in _typed(value, dict).items()}
    for name, item in found.items():
        if name not in ETCDCTL_FLAGS:
            raise AnswerProblem("a name that is no known ETCDCTL_ variable")
        if NEVER.search(item):
            raise AnswerProblem(f"the value of {name} cannot be exported by a shell")
    return tuple(found.items())


_DIAGNOSTIC: Final[dict[str, Check]] = {
    "severity": one_of(Severity),
    "code": lambda value: _code(line(value)),
    "message": text,
    "hint": text,
    "path": text,
}


def raised(answer: Mapping[str, object]) -> EtcdbootError:
    """The error that an answer carries, with its exit code.

    Raises:
        AnswerProblem: the answer is malformed.
    """
    table = {"exit": _exit, "diagnostics": many(lambda value: Diagnostic(**checked(value, _DIAGNOSTIC)))}
    fields = checked(answer, table)
    error = EtcdbootError(*fields["diagnostics"])
    error.exit_code = fields["exit"]
    return error


def _exit(value: object) -> ExitCode:
    code = ExitCode(_number(value, 0, 255) or 0)
    if code is ExitCode.OK or code not in PRECEDENCE:
        raise AnswerProblem("not the exit code of an error")
    return code


def _code(found: str) -> str:
    if not re.fullmatch(r"EB[0-9]{3}", found):
        raise AnswerProblem("not a diagnostic code")
    return found


def _number(value: object, least: int, most: int) -> int | None:
    if value is None:
        return None
    found: int = _typed(value, int)
    if not least <= found <= most:
        raise AnswerProblem(f"not between {least} and {most}")
    return found


def _typed(value: object, kind: type) -> Any:
    if type(value) is not kind:  # not isinstance: True is an int
        raise AnswerProblem(f"{_KINDS[kind]} expected")
    return value


_KINDS: Final = {dict: "an object", list: "a list", str: "text", int: "an integer", bool: "true or false"}
