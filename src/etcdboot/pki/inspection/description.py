"""What one thing in a file of certificates shows, for people and for JSON, and how its parts are said."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import SignatureAlgorithmOID

from etcdboot.base.durations import brief
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.pki.x509.certificate import key_type, public_hash

Row = tuple[str, str]
Json = dict[str, object]
_ALGORITHMS = {
    getattr(SignatureAlgorithmOID, name): name.lower().replace("_", "-")
    for name in dir(SignatureAlgorithmOID)
    if name.isupper()
}


@dataclass(frozen=True, slots=True)
class Portrait:
    """One thing in a file. ``kind`` is certificate, request, crl, key, public-key, or another PEM label.

    ``rows`` is what people read, line by line; ``body`` what JSON has; ``flaws`` what no reader should like.
    ``certificate`` is the certificate itself, where it is one; ``public_key`` the hash of the public key that
    it holds or belongs to, in hex (empty: none, or not to be known).
    """

    kind: str
    rows: tuple[Row, ...] = ()
    body: Json = field(default_factory=dict)
    flaws: tuple[str, ...] = ()
    certificate: x509.Certificate | None = field(default=None, repr=False)
    public_key: str = ""

    def as_json(self) -> Json:
        """The object that ``-w json`` prints for it."""
        return {"kind": self.kind, **self.body, "flaws": list(self.flaws)}


def subject_key(owner: x509.Certificate | x509.CertificateSigningRequest) -> tuple[str, str]:
    """The kind of the public key that something certifies, and its hash (empty where we know no such key)."""
    try:
        key = owner.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "unknown", ""
    return key_type(key), public_hash(key)


def algorithm(oid: x509.ObjectIdentifier) -> str:
    """What a signature is made with."""
    return _ALGORITHMS.get(oid, oid.dotted_string)


def standing(start: datetime, end: datetime, now: datetime) -> str:
    """How a time of validity stands to the present moment."""
    if now < start:
        return f"begins in {brief((start - now).total_seconds())}"
    left = (end - now).total_seconds()
    return f"{brief(left)} left" if left > 0 else f"ended {brief(-left)} ago"
