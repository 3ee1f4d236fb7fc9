"""How the certificates of one file stand to one another.

Source: RFC 8446 section 4.4.2 (what is served comes first, and each next one should certify the one before)
and RFC 5246 section 7.4.2 (there it must); Go takes the first certificate of a file for the key's own
(crypto/tls X509KeyPair).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from cryptography import x509

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.pki.x509.certificate import is_signed_by


class Order(StrEnum):
    """What the certificates of one file are to one another."""

    SINGLE = "single"  # one alone
    CHAIN = "chain"  # each is signed by the next
    BUNDLE = "bundle"  # CAs that stand for themselves, to be trusted
    DISORDERED = "disordered"  # a chain, once they are sorted
    UNRELATED = "unrelated"  # neither


@dataclass(frozen=True, slots=True)
class Judged:
    """The order of a file's certificates, and a sentence about it."""

    order: Order
    words: str


def order_of(certificates: Sequence[x509.Certificate]) -> Judged:
    """How they stand to one another, in the order in which they stand (one at least)."""
    if len(certificates) == 1:
        return Judged(Order.SINGLE, "one certificate")
    count = len(certificates)
    broken = next(
        (at for at in range(count - 1) if not is_signed_by(certificates[at], certificates[at + 1])), None
    )
    if broken is None:
        return Judged(Order.CHAIN, f"a chain of {count}, in the right order")
    if all(is_signed_by(each, each) for each in certificates):
        return Judged(Order.BUNDLE, f"{count} CAs to be trusted, each by itself")
    way = _sorted(certificates)
    if way:
        right = ", ".join(str(at + 1) for at in way)
        return Judged(Order.DISORDERED, f"a chain in the wrong order; right would be {right}")
    return Judged(
        Order.UNRELATED, f"no chain: number {broken + 1} is not signed by number {broken + 2} of the file"
    )


def path_to(
    leaf: x509.Certificate, others: Sequence[x509.Certificate]
) -> tuple[tuple[x509.Certificate, ...], bool]:
    """The certificates from a leaf upwards, itself first, and whether they end in one that signs itself."""
    path = [leaf]
    while not is_signed_by(path[-1], path[-1]):
        above = next((each for each in others if each not in path and is_signed_by(path[-1], each)), None)
        if above is None:
            return tuple(path), False
        path.append(above)
    return tuple(path), True


def _sorted(certificates: Sequence[x509.Certificate]) -> tuple[int, ...]:
    """The places of the certificates in the order of a chain; empty when they are none."""
    for first in certificates:
        path, _ = path_to(first, certificates)
        if len(path) == len(certificates):
            return tuple(certificates.index(each) for each in path)
    return ()
