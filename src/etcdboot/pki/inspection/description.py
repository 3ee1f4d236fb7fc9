"""What one thing in a file of certificates shows, for people and for JSON, and how its parts are said."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import SignatureAlgorithmOID

from etcdboot.base.durations import brief
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.base.text import printable
from etcdboot.pki.x509 import extension_text
from etcdboot.pki.x509.certificate import NAMES, key_type, public_hash

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


@dataclass(frozen=True, slots=True)
class Held:
    """The extensions of a certificate, a request or a list: read whole, or not at all (``flaws``)."""

    found: tuple[extension_text.ShownExtension, ...] = ()
    sans: tuple[str, ...] = ()
    usages: tuple[str, ...] = ()
    key_usages: tuple[str, ...] = ()
    is_ca: bool = False
    path_length: int | None = None
    flaws: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row for each extension."""
        return tuple(
            (each.name, f"{printable(each.value)}{' (critical)' if each.critical else ''}")
            for each in self.found
        )

    def as_json(self) -> Json:
        """The extensions, and what certificates are asked for most."""
        return {
            "sans": list(self.sans),
            "usages": list(self.usages),
            "key_usages": list(self.key_usages),
            "is_ca": self.is_ca,
            "path_length": self.path_length,
            "extensions": self.list(),
        }

    def list(self) -> list[Json]:
        """The extensions alone."""
        return [
            {"oid": each.oid, "name": each.name, "critical": each.critical, "value": each.value}
            for each in self.found
        ]


def held(owner: x509.Certificate | x509.CertificateSigningRequest | x509.CertificateRevocationList) -> Held:
    """The extensions of something."""
    try:
        found = owner.extensions
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm) as cause:
        return Held(flaws=(f"its extensions cannot be read: {cause}",))
    values = {type(each.value): each.value for each in found}
    names = values.get(x509.SubjectAlternativeName, ())
    purposes = values.get(x509.ExtendedKeyUsage, ())
    usage, basic = values.get(x509.KeyUsage), values.get(x509.BasicConstraints)
    return Held(
        extension_text.shown(found),
        sans=tuple(map(extension_text.general_name, names)),
        usages=tuple(map(extension_text.purpose, purposes)),
        key_usages=extension_text.key_usages(usage) if usage else (),
        is_ca=bool(basic and basic.ca),
        path_length=basic.path_length if basic else None,
    )


def subject_key(owner: x509.Certificate | x509.CertificateSigningRequest) -> tuple[str, str]:
    """The kind of the public key that something certifies, and its hash (empty where we know no such key)."""
    try:
        key = owner.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "unknown", ""
    return key_type(key), public_hash(key)


def name_text(name: x509.Name) -> str:
    """A subject or an issuer in one line, in the certificate's order."""
    return printable(", ".join(f"{kind}={value}" for kind, value in _attributes(name))) or "(empty)"


def name_json(name: x509.Name) -> Json:
    """The same by attribute; of one that is there several times the last."""
    return dict(_attributes(name))


def algorithm(oid: x509.ObjectIdentifier) -> str:
    """What a signature is made with."""
    return _ALGORITHMS.get(oid, oid.dotted_string)


def standing(start: datetime, end: datetime, now: datetime) -> str:
    """How a time of validity stands to the present moment."""
    if now < start:
        return f"begins in {brief((start - now).total_seconds())}"
    left = (end - now).total_seconds()
    return f"{brief(left)} left" if left > 0 else f"ended {brief(-left)} ago"


def _attributes(name: x509.Name) -> list[Row]:
    return [(NAMES.get(each.oid, each.oid.dotted_string), str(each.value)) for each in name]
