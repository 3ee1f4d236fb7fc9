"""The hosts of a request, made plain: cfssl puts whatever is written into the certificate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from etcdboot.base.addresses import Host, parse_san
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.cfssl.documents import Word

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PORT: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*):[0-9]+")


def plain(words: Iterable[Word], told: list[Diagnostic]) -> tuple[Host, ...]:
    """The names and addresses, each once and in their order; what is none is named, and left out."""
    return tuple(dict.fromkeys(host for word in words if (host := _plain(word, told))))


def _plain(word: Word, told: list[Diagnostic]) -> Host | None:
    text, place = word.text, word.place
    if not text.strip():
        told.append(place.note("EB391", "an empty host is left out; cfssl certifies a name of no letters"))
        return None
    if "@" in text and "://" not in text:
        message = f"{text!r} is an e-mail address and names no host; it is left out"
        told.append(place.warning("EB391", message))
        return None
    try:
        host = parse_san(bare := _without_port(text))
    except ValueError as cause:
        told.append(place.warning("EB391", f"{cause}; it is left out", "write a host name or an address"))
        return None
    if bare != text:
        what = "is a URL" if "://" in text else "is no bare host"
        message = f"{text!r} {what}, and a certificate that says it fits no dial; {host} is taken"
        told.append(place.warning("EB391", message))
    return host


def _without_port(text: str) -> str:
    """The host in a URL, or before a port."""
    authority = re.split(r"[/?#]", _SCHEME.sub("", text, count=1), maxsplit=1)[0] if "://" in text else text
    found = _PORT.fullmatch(authority.rpartition("@")[2])
    host = found["host"] if found else authority.rpartition("@")[2]
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host
