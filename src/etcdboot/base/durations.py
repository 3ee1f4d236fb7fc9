"""Lifetimes as people write them, and durations as Go does."""

from __future__ import annotations

import re

_LIFETIME_UNITS = {"y": 365 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_LIFETIME = re.compile(r"(?:[0-9]{1,11}[ydhms])+")
_LIFETIME_PART = re.compile(r"([0-9]+)([ydhms])")
# RFC 5280 section 4.1.2.5 ends in the year 9999; far below that nobody can be meant.
_LONGEST_LIFETIME = 1000 * _LIFETIME_UNITS["y"]

# Source: Go's time.ParseDuration.
_GO_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_GO = re.compile(r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+")
_GO_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_GO_LIMIT = 2**63 - 1


def parse_lifetime(text: str) -> int:
    """Seconds in a lifetime such as ``365d``, ``10y`` (of 365 days), ``8760h`` or ``1d12h``.

    Raises:
        ValueError: when it is none, is zero, or is longer than 1000 years.
    """
    if not _LIFETIME.fullmatch(text):
        raise ValueError(f"{text!r} is not a lifetime; write for example 365d, 10y or 8760h")
    seconds = sum(int(count) * _LIFETIME_UNITS[unit] for count, unit in _LIFETIME_PART.findall(text))
    if not seconds:
        raise ValueError("a lifetime of nothing")
    if seconds > _LONGEST_LIFETIME:
        raise ValueError(f"{text!r} is longer than 1000 years")
    return seconds


def format_lifetime(seconds: int) -> str:
    """The shortest single-unit spelling that :func:`parse_lifetime` reads back, in days where they fit."""
    for unit in ("d", "h", "m"):
        if seconds % _LIFETIME_UNITS[unit] == 0:
            return f"{seconds // _LIFETIME_UNITS[unit]}{unit}"
    return f"{seconds}s"


def brief(seconds: float) -> str:
    """A stretch of time in its largest unit of which there are two: ``364d``, ``17h``, ``90m``."""
    for unit in ("y", "d", "h", "m"):
        if seconds >= 2 * _LIFETIME_UNITS[unit]:
            return f"{seconds // _LIFETIME_UNITS[unit]:.0f}{unit}"
    return f"{max(0, seconds):.0f}s"


def parse_go_duration(text: str) -> int:
    """Nanoseconds in a Go duration such as ``5s``, ``1h30m`` or ``0``.

    Raises:
        ValueError: when Go's time.ParseDuration would refuse it.
    """
    if text in ("0", "+0", "-0"):
        return 0
    if not _GO.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration; write for example 100ms, 5s or 1h30m")
    total = 0
    for number, unit in _GO_PART.findall(text):
        whole, _, fraction = number.partition(".")
        total += int(whole or "0") * _GO_UNITS[unit]
        total += int(fraction or "0") * _GO_UNITS[unit] // 10 ** len(fraction)
    if total > _GO_LIMIT:
        raise ValueError(f"{text!r} is longer than a duration can be")
    return -total if text.startswith("-") else total
