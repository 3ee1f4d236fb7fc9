"""X.509 extensions in words: a row a kind (RFC 5280 sections 4.2 and 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import printable
from etcdboot.pki.x509.certificate import KEY_USAGES, USAGE_OIDS

# RFC 5280 section 4.2.1.12 and 4.2.2.1; what else there is stays a dotted number.
_PURPOSES = {
    **{oid: str(usage) for usage, oid in USAGE_OIDS.items()},
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
}
_ACCESS = {AuthorityInformationAccessOID.OCSP: "OCSP", AuthorityInformationAccessOID.CA_ISSUERS: "issuer"}
# What a subject alternative name that is no host is called; a name that is one stands for itself.
_PREFIXES: tuple[tuple[type[x509.GeneralName], str], ...] = (
    (x509.RFC822Name, "email:"),
    (x509.UniformResourceIdentifier, "URI:"),
    (x509.RegisteredID, "id:"),
    (x509.DirectoryName, "dir:"),
    (x509.OtherName, "other:"),
)


@dataclass(frozen=True, slots=True)
class ShownExtension:
    """One extension: its number, what it is called, whether it is critical, and what it says."""

    oid: str
    name: str
    critical: bool
    value: str


def shown(extensions: Iterable[x509.Extension[Any]]) -> tuple[ShownExtension, ...]:
    """The extensions in words, in their order."""
    return tuple(map(_shown, extensions))


def general_name(name: x509.GeneralName) -> str:
    """A name as people write it; what is no host has its kind before it."""
    prefix = next((prefix for kind, prefix in _PREFIXES if isinstance(name, kind)), "")
    if isinstance(name, x509.DirectoryName):
        return prefix + name.value.rfc4514_string()
    if isinstance(name, x509.OtherName | x509.RegisteredID):
        oid = name.type_id if isinstance(name, x509.OtherName) else name.value
        return prefix + oid.dotted_string
    return prefix + str(name.value)


def purpose(oid: x509.ObjectIdentifier) -> str:
    """What an extended key usage is called; a dotted number where we know no name."""
    return _PURPOSES.get(oid, oid.dotted_string)


def key_usages(usage: x509.KeyUsage) -> tuple[str, ...]:
    """What a key may be used for, by RFC 5280's names."""
    return tuple(name for name, attribute in KEY_USAGES.items() if getattr(usage, attribute))


def _shown(extension: x509.Extension[Any]) -> ShownExtension:
    value = extension.value
    name, words = _ROWS.get(type(value), (extension.oid.dotted_string, _opaque))
    return ShownExtension(extension.oid.dotted_string, name, extension.critical, words(value))


def _opaque(value: Any) -> str:
    raw = value.value if isinstance(value, x509.UnrecognizedExtension) else value.public_bytes()
    return f"{len(raw)} bytes"


def _constraints(value: x509.BasicConstraints) -> str:
    if not value.ca:
        return "no CA"
    if value.path_length is None:
        return "a CA"
    below = f"{value.path_length} CAs" if value.path_length else "no other CA"
    return f"a CA, with {'at most ' if value.path_length else ''}{below} below it"


def _authority(value: x509.AuthorityKeyIdentifier) -> str:
    parts = [value.key_identifier.hex()] if value.key_identifier else []
    parts += [general_name(each) for each in value.authority_cert_issuer or ()]
    if value.authority_cert_serial_number is not None:
        parts.append(f"serial {value.authority_cert_serial_number:x}")
    return ", ".join(parts)


def _names(value: Iterable[x509.GeneralName]) -> str:
    return ", ".join(map(general_name, value))


def _name_constraints(value: x509.NameConstraints) -> str:
    parts = []
    if value.permitted_subtrees:
        parts.append(f"only {_names(value.permitted_subtrees)}")
    if value.excluded_subtrees:
        parts.append(f"never {_names(value.excluded_subtrees)}")
    return "; ".join(parts)


def _points(value: Iterable[x509.DistributionPoint]) -> str:
    return ", ".join(_names(point.full_name or ()) or "by name" for point in value)


def _access(value: Iterable[x509.AccessDescription]) -> str:
    return ", ".join(
        f"{_ACCESS.get(each.access_method, each.access_method.dotted_string)} "
        f"{general_name(each.access_location)}"
        for each in value
    )


_ROWS: dict[type, tuple[str, Callable[[Any], str]]] = {
    x509.BasicConstraints: ("basicConstraints", _constraints),
    x509.KeyUsage: ("keyUsage", lambda value: ", ".join(key_usages(value))),
    x509.ExtendedKeyUsage: ("extendedKeyUsage", lambda value: ", ".join(map(purpose, value))),
    x509.SubjectAlternativeName: ("subjectAltName", _names),
    x509.IssuerAlternativeName: ("issuerAltName", _names),
    x509.SubjectKeyIdentifier: ("subjectKeyIdentifier", lambda value: value.digest.hex()),
    x509.AuthorityKeyIdentifier: ("authorityKeyIdentifier", _authority),
    x509.NameConstraints: ("nameConstraints", _name_constraints),
    x509.CRLDistributionPoints: ("cRLDistributionPoints", _points),
    x509.AuthorityInformationAccess: ("authorityInfoAccess", _access),
    x509.CertificatePolicies: (
        "certificatePolicies",
        lambda value: ", ".join(each.policy_identifier.dotted_string for each in value),
    ),
    x509.CRLNumber: ("cRLNumber", lambda value: str(value.crl_number)),
    x509.CRLReason: ("reasonCode", lambda value: str(value.reason.value)),
}


@dataclass(frozen=True, slots=True)
class Held:
    """The extensions of a certificate, a request or a list: read whole, or not at all (``flaws``)."""

    found: tuple[ShownExtension, ...] = ()
    sans: tuple[str, ...] = ()
    usages: tuple[str, ...] = ()
    key_usages: tuple[str, ...] = ()
    is_ca: bool = False
    path_length: int | None = None
    flaws: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """One row for each extension."""
        return tuple(
            (each.name, f"{printable(each.value)}{' (critical)' if each.critical else ''}")
            for each in self.found
        )

    def as_json(self) -> dict[str, object]:
        """The extensions, and what certificates are asked for most."""
        return {
            "sans": list(self.sans),
            "usages": list(self.usages),
            "key_usages": list(self.key_usages),
            "is_ca": self.is_ca,
            "path_length": self.path_length,
            "extensions": self.list(),
        }

    def list(self) -> list[dict[str, object]]:
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
        shown(found),
        sans=tuple(map(general_name, names)),
        usages=tuple(map(purpose, purposes)),
        key_usages=key_usages(usage) if usage else (),
        is_ca=bool(basic and basic.ca),
        path_length=basic.path_length if basic else None,
    )
