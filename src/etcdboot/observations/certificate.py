"""What a certificate, a certificate request and a revocation list show, as plain values. No cryptography."""

from __future__ import annotations

from datetime import datetime, timedelta

from etcdboot.base.addresses import Host
from etcdboot.base.fast_dataclasses import dataclass

# Clocks differ: what is signed now is valid from five minutes ago, and lives that much longer on paper.
BACKDATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CertFacts:
    """What one certificate shows.

    ``usages`` are extended key usages (dotted where they have no name of ours), ``key_usages`` those of
    RFC 5280 section 4.2.1.3; ``key`` is a ``KeyAlgorithm`` or, of another kind, its description; ``sha256``
    is the fingerprint and ``public_key`` the hash of the public key, in hex; ``signed`` tells whether the CA
    that the plan names has really signed it, ``chained`` whether the CAs between it and the root follow it in
    its file. Of a CA: ``path_length`` (None: any) and the ``constraints`` that it permits.
    """

    subject: tuple[tuple[str, str], ...]
    issuer: tuple[tuple[str, str], ...]
    sans: tuple[Host, ...]
    usages: tuple[str, ...]
    key_usages: tuple[str, ...]
    is_ca: bool
    key: str
    not_before: datetime
    not_after: datetime
    serial: int
    sha256: str
    public_key: str
    signed: bool
    chained: bool = True
    path_length: int | None = None
    constraints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrlFacts:
    """What a list shows; ``signed`` tells whether the CA that it should be of has signed it."""

    number: int
    this_update: datetime
    next_update: datetime
    serials: frozenset[int]
    signed: bool
    is_der: bool = True


@dataclass(frozen=True, slots=True)
class CsrFacts:
    """What one request asks for.

    ``others`` are names that are no hosts (an e-mail address, a URI), ``extensions`` what it wants besides,
    in words; ``key`` and ``public_key`` are as ``CertFacts`` has them; ``signed`` tells whether it is signed
    with the key that it is about.
    """

    subject: tuple[tuple[str, str], ...]
    sans: tuple[Host, ...]
    others: tuple[str, ...]
    usages: tuple[str, ...]
    key_usages: tuple[str, ...]
    is_ca: bool
    key: str
    public_key: str
    signed: bool
    extensions: tuple[str, ...] = ()

    @property
    def common_name(self) -> str:
        """The subject's CN; empty without one."""
        return dict(self.subject).get("CN", "")
