"""From PEM to what a certificate shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from etcdboot.base.addresses import Host, HostKind
from etcdboot.base.text import printable
from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.x509.pem import Unreadable, load_certificate, load_key
from etcdboot.plan.certificate_request import Usage

E = TypeVar("E", bound=x509.ExtensionType)

NAME_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "CN": NameOID.COMMON_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
}
USAGE_OIDS = {
    Usage.SERVER_AUTH: ExtendedKeyUsageOID.SERVER_AUTH,
    Usage.CLIENT_AUTH: ExtendedKeyUsageOID.CLIENT_AUTH,
}
NAMES = {oid: name for name, oid in NAME_OIDS.items()}
_USAGES = {oid: str(usage) for usage, oid in USAGE_OIDS.items()}
# RFC 5280 section 4.2.1.3; encipherOnly and decipherOnly say something only beside keyAgreement.
KEY_USAGES = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
}


def read(pem: bytes, signer: bytes | None, chain: bytes = b"") -> CertFacts:
    """What the certificate shows; ``signer`` is the CA that should have signed it (its own: self-signed).

    ``chain`` is the PEM of the CAs that should follow it in its file.

    Raises:
        Unreadable: the certificate or the signer cannot be read.
    """
    certificate = load_certificate(pem)
    signed = signer is not None and _leads_to(load_certificate(signer), certificate, pem)
    try:
        return _facts(certificate, signed=signed, chained=not chain or _follows(chain, pem))
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm) as cause:
        raise Unreadable(f"the certificate in it is malformed ({cause})") from cause


def is_signed_by(certificate: x509.Certificate, signer: x509.Certificate) -> bool:
    """Whether the issuer's name is the signer's subject and the signature is made with its key."""
    try:
        certificate.verify_directly_issued_by(signer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def public_key_of(key_pem: bytes) -> str:
    """The hash of the public key that belongs to a private one, as ``CertFacts.public_key`` has it.

    Raises:
        Unreadable: there is no readable private key.
    """
    return public_hash(load_key(key_pem, trusting=True).public_key())


def key_type(key: PublicKeyTypes) -> str:
    """A ``KeyAlgorithm``'s value where it is one; else what it is, in the same style."""
    if isinstance(key, RSAPublicKey):
        return f"rsa-{key.key_size}"
    if isinstance(key, EllipticCurvePublicKey):
        nist = key.curve.name == f"secp{key.key_size}r1"
        return f"ecdsa-p{key.key_size}" if nist else f"ecdsa-{key.curve.name}"
    return type(key).__name__.removeprefix("_").removesuffix("PublicKey").lower()


def _leads_to(signer: x509.Certificate, certificate: x509.Certificate, pem: bytes) -> bool:
    """Whether the signer has signed it, or a CA that follows in its file and leads to the signer."""
    if is_signed_by(certificate, signer):
        return True
    left = [each for each in _all_of(pem)[1:] if _is_ca(each)]
    current: x509.Certificate | None = certificate
    while current is not None and not is_signed_by(current, signer):
        below = current
        current = next((each for each in left if is_signed_by(below, each)), None)
        left = [each for each in left if each != current]
    return current is not None


def _all_of(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        return []


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return _basic(certificate.extensions).ca
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm):
        return False


def _follows(chain: bytes, pem: bytes) -> bool:
    """Whether the certificates after the first one are those of the chain, in its order."""
    return x509.load_pem_x509_certificates(pem)[1:] == x509.load_pem_x509_certificates(chain)


def _facts(certificate: x509.Certificate, *, signed: bool, chained: bool) -> CertFacts:
    extensions, key = certificate.extensions, certificate.public_key()
    basic = _basic(extensions)
    return CertFacts(
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        sans=tuple(_sans(extensions)),
        usages=tuple(_usages(extensions)),
        key_usages=tuple(_key_usages(extensions)),
        is_ca=basic.ca,
        key=key_type(key),
        not_before=_utc(certificate.not_valid_before_utc),
        not_after=_utc(certificate.not_valid_after_utc),
        serial=certificate.serial_number,
        sha256=certificate.fingerprint(SHA256()).hex(),
        public_key=public_hash(key),
        signed=signed,
        chained=chained,
        path_length=basic.path_length,
        constraints=tuple(_constraints(extensions)),
    )


def _name(name: x509.Name) -> tuple[tuple[str, str], ...]:
    return tuple((NAMES.get(each.oid, each.oid.dotted_string), str(each.value)) for each in name)


def _value(extensions: x509.Extensions, kind: type[E]) -> E | None:
    return next((each.value for each in extensions if isinstance(each.value, kind)), None)


def _sans(extensions: x509.Extensions) -> Iterator[Host]:
    """The names and addresses; e-mail addresses, URIs and the like certify no host."""
    for name in _value(extensions, x509.SubjectAlternativeName) or ():
        if isinstance(name, x509.DNSName):
            yield Host(name.value.lower(), HostKind.DNS)
        elif isinstance(name, x509.IPAddress):
            version = getattr(name.value, "version", 4)
            yield Host(str(name.value), HostKind.IPV4 if version == 4 else HostKind.IPV6)


def _usages(extensions: x509.Extensions) -> Iterator[str]:
    for oid in _value(extensions, x509.ExtendedKeyUsage) or ():
        yield _USAGES.get(oid, oid.dotted_string)


def _key_usages(extensions: x509.Extensions) -> Iterator[str]:
    found = _value(extensions, x509.KeyUsage)
    for name, attribute in KEY_USAGES.items() if found else ():
        if getattr(found, attribute):
            yield name


def _basic(extensions: x509.Extensions) -> x509.BasicConstraints:
    return _value(extensions, x509.BasicConstraints) or x509.BasicConstraints(ca=False, path_length=None)


def _constraints(extensions: x509.Extensions) -> Iterator[str]:
    """The domains and networks that are permitted, as the spec writes them."""
    found = _value(extensions, x509.NameConstraints)
    for name in (found.permitted_subtrees if found else None) or ():
        if isinstance(name, x509.DNSName | x509.IPAddress):
            yield str(name.value)


def public_hash(key: PublicKeyTypes) -> str:
    """The sha256 of a public key (its SubjectPublicKeyInfo in DER), in hex."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


class Period(NamedTuple):
    """Both ends, in UTC."""

    not_before: datetime
    not_after: datetime


def periods(pem: bytes) -> tuple[Period, ...]:
    """Those of all the certificates in it, in their order; none of what is no certificate."""
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        return ()
    return tuple(
        Period(each.not_valid_before_utc.astimezone(UTC), each.not_valid_after_utc.astimezone(UTC))
        for each in found
    )


def name_text(name: x509.Name) -> str:
    """A subject or an issuer in one line, in the certificate's order."""
    return printable(", ".join(f"{kind}={value}" for kind, value in _attributes(name))) or "(empty)"


def name_json(name: x509.Name) -> dict[str, object]:
    """The same by attribute; of one that is there several times the last."""
    return dict(_attributes(name))


def _attributes(name: x509.Name) -> list[tuple[str, str]]:
    return [(NAMES.get(each.oid, each.oid.dotted_string), str(each.value)) for each in name]
