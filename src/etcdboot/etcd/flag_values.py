"""What etcd takes as a flag's value, and how its configuration file wants the same value typed.

Somewhat stricter than etcd: numbers are plain decimals (Go would read ``010`` as eight) and booleans are
``true`` and ``false`` (Go takes ``1`` and ``T`` too), so that a value means one thing in every settings form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from etcdboot.base.addresses import parse_url
from etcdboot.base.durations import parse_go_duration
from etcdboot.etcd.feature_gates import gates_problem
from etcdboot.etcd.releases import Release, minor_index

FileValue = bool | int | str | tuple[str, ...]


class ValueKind(StrEnum):
    """What a flag's value is made of."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DURATION = "duration"
    LIST = "list"
    URLS = "urls"
    ENUM = "enum"
    GATES = "gates"


# Go's integer types and their ranges; int and uint have 64 bits on every platform that etcd supports.
INTEGER_RANGES: Final = {
    "int": (-(2**63), 2**63 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint": (0, 2**64 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
KIND_OF_TYPE: Final = {
    "string": ValueKind.TEXT,
    "bool": ValueKind.BOOLEAN,
    "duration": ValueKind.DURATION,
    "list": ValueKind.LIST,
    "urls": ValueKind.URLS,
    "enum": ValueKind.ENUM,
    "gates": ValueKind.GATES,
    **dict.fromkeys(INTEGER_RANGES, ValueKind.INTEGER),
}

# Whole milliseconds, not durations: the least and the most that etcd starts with
# (docs/etcd/flags-and-config-file.md#validation, for the tables below too).
MILLISECONDS: Final = {"heartbeat-interval": (1, 50_000), "election-timeout": (1, 50_000)}

# The words a flag takes, per minor; "" where etcd takes it empty.
_STATES = ("new", "existing")
_TLS = ("", "TLS1.2", "TLS1.3")
_MODES = ("periodic", "revision")
_LEVELS = ("debug", "info", "warn", "error", "dpanic", "panic", "fatal")
_V2 = ("write-only", "write-only-drop-data", "gone")
WORDS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "initial-cluster-state": (_STATES,) * 4,
    "discovery-fallback": (("proxy", "exit"), ("proxy", "exit"), ("exit",), ("exit",)),
    "proxy": (("off", "readonly", "on"), ("off", "readonly", "on"), (), ()),
    "v2-deprecation": ((), (*_V2, "not-yet"), _V2, _V2),
    "auto-compaction-mode": (_MODES,) * 4,
    "tls-min-version": (_TLS,) * 4,
    "tls-max-version": (_TLS,) * 4,
    "logger": (("capnslog", "zap"), ("zap",), ("zap",), ("zap",)),
    "log-format": ((), (), ("json", "console"), ("json", "console")),
    "log-level": (_LEVELS, ("", *_LEVELS), ("", *_LEVELS), ("", *_LEVELS, "warning")),
}
# Words that came with a patch: (flag, word) -> first patch per minor
# (docs/etcd/flags-and-config-file.md#removed-and-deprecated-flags).
LATER_WORDS: Final = {("v2-deprecation", "write-only-skip-check"): (None, 32, 13, 0)}
_LOG_OUTPUTS: Final = ("log-outputs", "log-output")
_NEVER_EMPTY: Final = ("cipher-suites", *_LOG_OUTPUTS)  # tried on 3.4.23, 3.5.1, 3.5.33, 3.6.14 and 3.7.1
_ANY_CASE: Final = ("log-level",)  # docs/etcd/flags-and-config-file.md#validation

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,19})")


def words_of(name: str, release: Release) -> tuple[str, ...]:
    """The words that ``--name`` takes in one release; empty when it is no such flag."""
    listed = WORDS.get(name)
    if listed is None:
        return ()
    column = minor_index(release)
    later = tuple(
        word
        for (flag, word), firsts in LATER_WORDS.items()
        if flag == name and (first := firsts[column]) is not None and release.patch >= first
    )
    return listed[column] + later


def _integer_problem(name: str, go_type: str, value: str) -> str | None:
    unit = " of milliseconds" if name in MILLISECONDS else ""
    if not _DECIMAL.fullmatch(value):
        example = f", as in {_as_milliseconds(value)}" if unit and _as_milliseconds(value) else ""
        return f"{value!r} is not a whole number{unit}{example}"
    low, high = MILLISECONDS.get(name, INTEGER_RANGES[go_type])
    if not low <= int(value) <= high:
        return f"{value} is not between {low} and {high}"
    return None


def _as_milliseconds(value: str) -> str:
    """What somebody who wrote ``1s`` means; empty when it is no such duration."""
    try:
        whole, rest = divmod(parse_go_duration(value), 1_000_000)
    except ValueError:
        return ""
    return str(whole) if whole > 0 and not rest else ""


def _boolean_problem(value: str) -> str | None:
    return None if value in ("true", "false") else f"{value!r} is neither true nor false"


def _duration_problem(value: str) -> str | None:
    try:
        parse_go_duration(value)
    except ValueError as problem:
        return str(problem)
    return None


def _list_problem(name: str, value: str) -> str | None:
    parts = value.split(",")
    if not value:
        return f"an empty list stops etcd; leave {name} out" if name in _NEVER_EMPTY else None
    if not all(parts):
        return f"{value!r} has an empty entry between its commas"
    if any(part != part.strip() for part in parts):
        return f"{value!r} has blanks around its commas, which etcd takes as part of the entries"
    if name in _LOG_OUTPUTS and len(parts) > 1 and "default" in parts:
        # docs/etcd/flags-and-config-file.md#validation
        return "'default' cannot stand beside other log outputs"
    return None


def _urls_problem(name: str, value: str) -> str | None:
    if not value and name != "cors":
        return None
    if value == "*" and name == "cors":
        return None
    for part in value.split(","):
        try:
            url = parse_url(part.strip())
        except ValueError as problem:
            return str(problem)
        # server/embed/config.go:1611@v3.6.14 checkBindURLs
        if name.startswith("listen-") and not (url.host.is_address or url.host.text == "localhost"):
            return f"{part.strip()!r}: an IP address or localhost is wanted to listen on"
    return None


def _words_problem(name: str, value: str, release: Release) -> str | None:
    words = words_of(name, release)
    if value in words or (name in _ANY_CASE and value.lower() in words):
        return None
    return f"{value!r} is none of {', '.join(word for word in words if word)}"


def _retention_problem(value: str) -> str | None:
    # Hours or revisions when a bare number, else a duration; "1d" is neither
    # (docs/etcd/flags-and-config-file.md#validation).
    return None if re.fullmatch(r"[0-9]{1,18}", value) else _duration_problem(value)


def _auth_token_problem(value: str) -> str | None:
    # server/auth/store.go@v3.6.14 NewTokenProvider; docs/etcd/flags-and-config-file.md#validation
    kind, _, options = value.partition(",")
    if kind not in ("simple", "jwt") or (kind == "jwt" and "sign-method=" not in options):
        return f"{value!r} is neither simple nor jwt,sign-method=…,pub-key=…,priv-key=…"
    return None


_SPECIAL: Final[dict[str, Callable[[str], str | None]]] = {
    "auto-compaction-retention": _retention_problem,
    "auth-token": _auth_token_problem,
}


def problem_of(name: str, go_type: str, value: str, release: Release) -> str | None:
    """Why etcd would not take ``--name=value``, or None; a half sentence that fits behind "--name: "."""
    if "\0" in value or "\n" in value:
        return "a value is one line"
    if name in WORDS:
        return _words_problem(name, value, release)
    if name in _SPECIAL:
        return _SPECIAL[name](value)
    match KIND_OF_TYPE[go_type]:
        case ValueKind.INTEGER:
            return _integer_problem(name, go_type, value)
        case ValueKind.BOOLEAN:
            return _boolean_problem(value)
        case ValueKind.DURATION:
            return _duration_problem(value)
        case ValueKind.LIST:
            return _list_problem(name, value)
        case ValueKind.URLS:
            return _urls_problem(name, value)
        case ValueKind.GATES:
            return gates_problem(value, release)
        case _:
            return None


def in_file(file_type: str, value: str) -> FileValue:
    """A flag's text as the configuration file types it; durations are whole nanoseconds there.

    Source: docs/etcd/flags-and-config-file.md#yaml-types

    Raises:
        ValueError: the text is no such value; :func:`problem_of` says why in better words.
    """
    match file_type:
        case "boolean":
            return {"true": True, "false": False}[value] if value in ("true", "false") else _refuse(value)
        case "integer":
            return int(value)
        case "nanoseconds":
            return parse_go_duration(value)
        case "sequence":
            return tuple(value.split(",")) if value else ()
        case _:
            return value


def _refuse(value: str) -> bool:
    raise ValueError(f"{value!r} is neither true nor false")
