"""Requests for certificates (RFC 2986): made for a key, and read whoever made them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from etcdboot.base.addresses import Host, HostKind
from etcdboot.base.text import printable
from etcdboot.observations.certificate import CsrFacts
from etcdboot.pki.x509 import profile
from etcdboot.pki.x509.certificate import NAMES, key_type, public_hash
from etcdboot.pki.x509.extension_text import general_name, key_usages, purpose
from etcdboot.pki.x509.pem import PrivateKey, Unreadable
from etcdboot.pki.x509.pem_blocks import blocks
from etcdboot.pki.x509.signing import signing_hash
from etcdboot.plan.certificate_request import CertRequest

# What openssl writes, and what Netscape did before RFC 7468 section 7.
_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "")
_DAMAGED = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
# These say who somebody is or what a key is for; the rest is named, and left out.
_KNOWN = (
    x509.SubjectAlternativeName,
    x509.BasicConstraints,
    x509.ExtendedKeyUsage,
    x509.KeyUsage,
    x509.SubjectKeyIdentifier,
)


def make(request: CertRequest, key: PrivateKey) -> bytes:
    """The request for a certificate of the plan, signed with its key, as PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(profile.subject(request))
    for extension, critical in profile.wishes(request, key.public_key()):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, signing_hash(key)).public_bytes(Encoding.PEM)


def load(content: bytes) -> x509.CertificateSigningRequest:
    """The one request in a file, PEM or DER.

    Raises:
        Unreadable: there is none, or more than one, or it is damaged.
    """
    found = [each for each in blocks(content) if each.label in _LABELS]
    if len(found) != 1:
        what = f"there are {len(found)} requests in it" if found else "there is no request in it"
        raise Unreadable(what if content.strip() else "the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return x509.load_der_x509_csr(found[0].der)
    except _DAMAGED as cause:
        raise Unreadable("the request in it is damaged") from cause


def holds_request(content: bytes) -> bool:
    """Whether there is a request in a file, sound or not."""
    return any(each.label in _LABELS[:2] for each in blocks(content))


def read(content: bytes) -> CsrFacts:
    """What the one request in a file asks for.

    Raises:
        Unreadable: as :func:`load` does.
    """
    found = load(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return _facts(found)
    except _DAMAGED as cause:
        raise Unreadable(f"the request in it is malformed ({printable(str(cause))})") from cause


def public_key_of(content: bytes) -> CertificatePublicKeyTypes:
    """The key that the one request in a file is about; ``read`` has found it readable before."""
    return load(content).public_key()


def _facts(found: x509.CertificateSigningRequest) -> CsrFacts:
    values = {type(each.value): each.value for each in found.extensions}
    names = tuple(values.get(x509.SubjectAlternativeName, ()))
    basic, usage = values.get(x509.BasicConstraints), values.get(x509.KeyUsage)
    key = found.public_key()
    return CsrFacts(
        subject=tuple(
            (NAMES.get(each.oid, each.oid.dotted_string), printable(str(each.value)))
            for each in found.subject
        ),
        sans=tuple(_hosts(names)),
        others=tuple(
            printable(general_name(each))
            for each in names
            if not isinstance(each, x509.DNSName | x509.IPAddress)
        ),
        usages=tuple(map(purpose, values.get(x509.ExtendedKeyUsage, ()))),
        key_usages=key_usages(usage) if usage else (),
        is_ca=bool(basic and basic.ca),
        key=key_type(key),
        public_key=public_hash(key),
        signed=found.is_signature_valid,
        extensions=tuple(_others(found)),
    )


def _hosts(names: tuple[x509.GeneralName, ...]) -> Iterator[Host]:
    for name in names:
        if isinstance(name, x509.DNSName):
            yield Host(printable(name.value.lower()), HostKind.DNS)
        elif isinstance(name, x509.IPAddress):
            version = getattr(name.value, "version", 4)
            yield Host(str(name.value), HostKind.IPV4 if version == 4 else HostKind.IPV6)


def _others(found: x509.CertificateSigningRequest) -> Iterator[str]:
    for each in found.extensions:
        if not isinstance(each.value, _KNOWN):
            name = getattr(each.oid, "_name", "")
            yield name if name and name != "Unknown OID" else each.oid.dotted_string
