"""The YAML that etcd's configuration file needs, written without a YAML library.

Text is always in double quotes (YAML 1.2 §7.3.1), so that no name ever turns into a number, a boolean or a
date, in YAML 1.1 or 1.2; integers and booleans are plain, as etcd's typed keys want them. No line is folded,
and sections with nothing in them are left out: etcd 3.6 refuses an empty ``peer-transport-security:``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from etcdboot.formats.characters import NEVER, refuse

Scalar: TypeAlias = str | int | bool | None
Value: TypeAlias = "Scalar | Sequence[Value] | Mapping[str, Value]"
# What YAML 1.1 reads as something else than text, and so cannot be a plain key.
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9-]*")


def scalar(value: Scalar) -> str:
    """One value, on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    refuse(value, NEVER, "YAML")
    return '"' + "".join(map(_character, value)) + '"'


def dump(mapping: Mapping[str, Value], *, hollow: bool = False) -> str:
    """A document of one mapping, in the order given; the empty text for an empty one.

    With ``hollow``, a list or a section with nothing in it is written too, below a key.
    """
    return "".join(f"{line}\n" for line in _mapping(mapping, hollow))


def _mapping(mapping: Mapping[str, Value], hollow: bool) -> list[str]:
    lines = []
    for name, value in mapping.items():
        key = name if _PLAIN_KEY.fullmatch(name) and name not in _WORDS else scalar(name)
        if isinstance(value, str | int | None):
            lines.append(f"{key}: {scalar(value)}")
            continue
        inner = _inner(value, hollow)
        if inner:
            lines += [f"{key}:", *(f"  {line}" for line in inner)]
        elif hollow:
            lines.append(f"{key}: " + ("{}" if isinstance(value, Mapping) else "[]"))
    return lines


def _inner(value: Sequence[Value] | Mapping[str, Value], hollow: bool) -> list[str]:
    return _mapping(value, hollow) if isinstance(value, Mapping) else _sequence(value, hollow)


def _sequence(values: Sequence[Value], hollow: bool) -> list[str]:
    lines = []
    for value in values:
        inner = [scalar(value)] if isinstance(value, str | int | None) else _inner(value, hollow)
        lines += [("- " if number == 0 else "  ") + line for number, line in enumerate(inner)]
    return lines


def _character(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}"
