"""Lines of dnsmasq's configuration: ``option=field,field`` (dnsmasq(8), CONFIGURATION FILE).

What dnsmasq gives a meaning inside a field (comma, quote, backslash, ``#`` after a blank: src/option.c
read_file) never stands in a name, an address or a number, so nothing is quoted and all else is refused.
"""

from __future__ import annotations

import re

from etcdboot.formats.characters import CONTROLS_AND_LINE_ENDS, Unsayable, refuse

_OPTION = re.compile(r"[a-z]+(?:-[a-z]+)*")
_FIELD = re.compile(r"[A-Za-z0-9._:/-]+")


def line(option: str, *fields: str) -> str:
    """One option with its fields; Unsayable for what is more than a name, a path, an address or a number."""
    if not _OPTION.fullmatch(option):
        raise Unsayable(f"{option!r} is not an option of dnsmasq")
    return f"{option}={','.join(map(_checked, fields))}"


def comment(text: str) -> str:
    """A line for people."""
    refuse(text, CONTROLS_AND_LINE_ENDS, "a comment in dnsmasq's configuration")
    return f"# {text}"


def _checked(field: str) -> str:
    if not _FIELD.fullmatch(field):
        raise Unsayable(f"{field!r} is not a plain field of dnsmasq's configuration")
    return field
