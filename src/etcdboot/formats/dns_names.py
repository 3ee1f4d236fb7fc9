"""Names in the Domain Name System, as every reader of zone files and of dnsmasq's lines takes them bare."""

from __future__ import annotations

import re

from etcdboot.formats.characters import Unsayable

# RFC 1035 section 2.3.1 and the underscore of RFC 2782. Whatever else the protocol could carry (section 5.1
# knows escapes), a host cannot be called, and readers differ about it.
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LIMIT = 253  # RFC 1035 section 2.3.4: 255 octets on the wire


def bare(text: str) -> str:
    """The name itself, without a final dot; Unsayable if it holds more than letters, digits, ``-``, ``_``."""
    if len(text) > _LIMIT or not all(_LABEL.fullmatch(label) for label in text.split(".")):
        raise Unsayable(f"{text!r} is not a DNS name of letters, digits, hyphens and underscores")
    return text


def is_below(name: str, zone: str) -> bool:
    """Whether the name is the zone's own or lies below it; case does not count (RFC 4343)."""
    return f".{name.lower()}".endswith(f".{zone.lower()}")
