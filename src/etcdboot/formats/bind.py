"""Lines of zone files (RFC 1035 section 5.1) and of ``nsupdate`` scripts, whose words are the same.

Names are always absolute, each record has its own TTL and class: a line means the same wherever it is
included, and changes nothing for the lines after it, as ``$TTL`` and ``$ORIGIN`` would.
"""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.formats.characters import CONTROLS_AND_LINE_ENDS, Unsayable, refuse

HIGHEST_TTL = 2**31 - 1  # RFC 2181 section 8
# RFC 1035 section 2.3.1 and the underscore of RFC 2782. Whatever else the protocol could carry (section 5.1
# knows escapes), a host cannot be called, and readers differ about it.
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LIMIT = 253  # RFC 1035 section 2.3.4: 255 octets on the wire
_TYPE = re.compile(r"[A-Z]+")
_NUMBER = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``name`` without its final dot, ``data`` words: absolute names, addresses, numbers."""

    name: str
    ttl: int  # seconds
    type: str
    data: tuple[str, ...]


def name(text: str) -> str:
    """An absolute name, with its final dot."""
    return f"{bare(text)}."


def line(record: Record) -> str:
    """One record as a line; Unsayable if it holds anything else than it may."""
    if not 0 <= record.ttl <= HIGHEST_TTL:
        raise Unsayable(f"a TTL is 0 to {HIGHEST_TTL} seconds, not {record.ttl}")
    words = (name(record.name), str(record.ttl), "IN", _type(record.type), *map(_word, record.data))
    return " ".join(words)


def comment(text: str) -> str:
    """A line for people."""
    refuse(text, CONTROLS_AND_LINE_ENDS, "a comment in a zone file")
    return f"; {text}"


def _type(text: str) -> str:
    if not _TYPE.fullmatch(text):
        raise Unsayable(f"{text!r} is not a type of records")
    return text


def _word(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return text
    if text.endswith("."):
        return name(text[:-1])
    with suppress(ValueError):
        if "%" not in text and ipaddress.ip_address(text):  # %: an IPv6 address of one machine
            return text
    raise Unsayable(f"{text!r} is no absolute name, no address and no number")


def bare(text: str) -> str:
    """The name itself, without a final dot; Unsayable if it holds more than letters, digits, ``-``, ``_``."""
    if len(text) > _LIMIT or not all(_LABEL.fullmatch(label) for label in text.split(".")):
        raise Unsayable(f"{text!r} is not a DNS name of letters, digits, hyphens and underscores")
    return text


def is_below(name: str, zone: str) -> bool:
    """Whether the name is the zone's own or lies below it; case does not count (RFC 4343)."""
    return f".{name.lower()}".endswith(f".{zone.lower()}")
