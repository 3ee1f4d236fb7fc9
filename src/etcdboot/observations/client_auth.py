"""How a listener receives somebody who shows a client certificate."""

from __future__ import annotations

from enum import StrEnum

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass


class Answer(StrEnum):
    """What came of it."""

    TAKEN = "taken"  # the certificate is good enough: the listener went on to speak
    REFUSED = "refused"  # a TLS alert about the certificate: it leads to no CA that is trusted there
    HUNG_UP = "hung-up"  # through TLS, and then shown out without a word: revoked, or of another address
    UNREACHED = "unreached"  # nobody there, or no TLS: nothing is known


@dataclass(frozen=True, slots=True)
class Reception:
    """What one URL did; ``detail`` says it in words, and is empty for one that was taken."""

    url: Url
    answer: Answer
    detail: str = ""
