"""What the name of a certificate's file tells: whose it is and what for. A hint, never a proof."""

from __future__ import annotations

import re

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.plan.certificate_request import CertKind

_KINDS = {"server": CertKind.SERVER, "peer": CertKind.PEER, "client": CertKind.CLIENT}
_NOISE = ("csr", "req", "request", "cert", "crt", "tls", "ssl")
_WORD = "|".join((*_KINDS, *_NOISE, "key"))
_BEFORE = re.compile(rf"(?i)^(?:{_WORD})(?:[-_.]|$)")
_BEHIND = re.compile(rf"(?i)(?:^|[-_.])(?:{_WORD})$")


@dataclass(frozen=True, slots=True)
class Clue:
    """What a file's name tells: ``owner`` is what is left of it without the words for kinds."""

    stem: str
    owner: str
    kinds: frozenset[CertKind]
    is_ca: bool


def clue(stem: str) -> Clue:
    """The clue in a name such as ``etcd1-peer``, ``server-csr``, ``client`` or ``etcd-root-ca``."""
    words = re.split(r"[-_.]+", stem.lower())
    owner = stem
    while (shorter := _BEHIND.sub("", _BEFORE.sub("", owner))) != owner:
        owner = shorter
    kinds = frozenset(kind for word, kind in _KINDS.items() if word in words)
    return Clue(stem, owner, kinds, "ca" in words)
