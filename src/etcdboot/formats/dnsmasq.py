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


def parse(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Option and fields of each line that ``line`` made, in order; Unsayable for anything beyond its form."""
    found = []
    for number, each in enumerate(text.split("\n"), 1):
        if not each or each.startswith("#"):
            continue
        option, equals, rest = each.partition("=")
        if not equals or not _OPTION.fullmatch(option):
            raise Unsayable(f"line {number} is not OPTION=FIELD,…")
        found.append((option, tuple(map(_checked, rest.split(",")))))
    return tuple(found)


def _checked(field: str) -> str:
    if not _FIELD.fullmatch(field):
        raise Unsayable(f"{field!r} is not a plain field of dnsmasq's configuration")
    return field
