"""A file of certificates, requests, revocation lists or keys, read whatever it holds: a reader a label."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
)
from cryptography.utils import CryptographyDeprecationWarning

from etcdboot.base.text import instant
from etcdboot.pki.inspection.description import Json, Portrait, Row, algorithm, standing, subject_key
from etcdboot.pki.x509.certificate import key_type, name_json, name_text, public_hash
from etcdboot.pki.x509.extension_text import held
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.pki.x509.pem_blocks import Block, blocks

_DAMAGED = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)


def portraits(content: bytes, now: datetime) -> tuple[Portrait, ...]:
    """What is in a file, PEM or DER, in its order; nothing where there is nothing of the kind.

    Raises:
        Unreadable: one of them is damaged; the text says which.
    """
    with warnings.catch_warnings():
        # A serial number of zero and the like: the flaws tell of it.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return tuple(
            each for place, block in enumerate(blocks(content), 1) for each in _read(block, place, now)
        )


def portrait_of(certificate: x509.Certificate, now: datetime) -> Portrait:
    """What a certificate shows."""
    extensions = held(certificate)
    key, hashed = subject_key(certificate)
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    serial, sha256 = f"{certificate.serial_number:x}", certificate.fingerprint(SHA256()).hex()
    signature = algorithm(certificate.signature_algorithm_oid)
    rows = (
        ("subject", name_text(certificate.subject)),
        ("issuer", name_text(certificate.issuer)),
        ("serial", serial),
        ("valid", f"{instant(start)} to {instant(end)}, {standing(start, end, now)}"),
        ("key", _key_text(key, hashed)),
        ("signature", signature),
        *extensions.rows,
        ("sha256", sha256),
    )
    body: Json = {
        **_whose(certificate.subject, "subject"),
        **_whose(certificate.issuer, "issuer"),
        "serial": serial,
        "version": certificate.version.value + 1,
        "not_before": instant(start),
        "not_after": instant(end),
        "residual": int((end - now).total_seconds()),
        "key": key,
        "public_key": hashed,
        "signature": signature,
        **extensions.as_json(),
        "sha256": sha256,
    }
    flaws = (*extensions.flaws, *_flaws(certificate))
    return Portrait("certificate", rows, body, flaws, certificate, hashed)


def _flaws(certificate: x509.Certificate) -> Iterator[str]:
    if certificate.serial_number <= 0:
        yield "its serial number is not positive (RFC 5280 section 4.1.2.2)"
    if certificate.version is x509.Version.v1:
        yield "it is of version 1, without extensions: no CA, and no name that Go would look at"


def _read(block: Block, place: int, now: datetime) -> tuple[Portrait, ...]:
    if not block.label:
        return _of_der(block, now)
    reader = _READERS.get(block.label)
    if reader is None:
        return (Portrait(block.label.lower()),)
    try:
        return tuple(reader(block, now))
    except _DAMAGED as cause:
        raise Unreadable(f"number {place} in it, the {block.label.lower()}, is damaged") from cause


def _of_der(block: Block, now: datetime) -> tuple[Portrait, ...]:
    """DER does not say what it is: whoever can read it is right."""
    for reader in (_certificate, _revocations, _request, _bundle, _key, _public_key):
        try:
            return tuple(reader(block, now))
        except _DAMAGED:
            continue
    return ()


def _certificate(block: Block, now: datetime) -> Iterator[Portrait]:
    yield portrait_of(x509.load_der_x509_certificate(block.der), now)


def _bundle(block: Block, now: datetime) -> Iterator[Portrait]:
    """PKCS #7, used as a bag of certificates."""
    from cryptography.hazmat.primitives.serialization import pkcs7  # it brings half of email

    for each in pkcs7.load_der_pkcs7_certificates(block.der):
        yield portrait_of(each, now)


def _request(block: Block, now: datetime) -> Iterator[Portrait]:
    request = x509.load_der_x509_csr(block.der)
    extensions = held(request)
    key, hashed = subject_key(request)
    flaws = () if request.is_signature_valid else ("it is not signed with its own key",)
    rows = (("subject", name_text(request.subject)), ("key", _key_text(key, hashed)), *extensions.rows)
    body = {
        **_whose(request.subject, "subject"),
        "key": key,
        "public_key": hashed,
        **extensions.as_json(),
    }
    yield Portrait("request", rows, body, (*extensions.flaws, *flaws), public_key=hashed)


def _revocations(block: Block, now: datetime) -> Iterator[Portrait]:
    revoked = x509.load_der_x509_crl(block.der)
    extensions = held(revoked)
    start, end = revoked.last_update_utc, revoked.next_update_utc
    until = f" to {instant(end)}, {standing(start, end, now)}" if end else ", without an end"
    entries = [(f"{each.serial_number:x}", instant(each.revocation_date_utc)) for each in revoked]
    signature = algorithm(revoked.signature_algorithm_oid)
    rows: tuple[Row, ...] = (
        ("issuer", name_text(revoked.issuer)),
        ("valid", instant(start) + until),
        ("signature", signature),
        *extensions.rows,
        ("revoked", str(len(entries))),
        *(("", f"serial {serial} on {day}") for serial, day in entries),
    )
    body: Json = {
        **_whose(revoked.issuer, "issuer"),
        "last_update": instant(start),
        "next_update": instant(end) if end else None,
        "signature": signature,
        "revoked": [{"serial": serial, "date": day} for serial, day in entries],
        "extensions": extensions.list(),
    }
    yield Portrait("crl", rows, body, extensions.flaws)


def _key(block: Block, now: datetime) -> Iterator[Portrait]:
    """A private key: only its kind, and the hash of the public one."""
    try:
        public = _private_key(block).public_key()
    except TypeError:  # it takes a password
        body: Json = {"key": None, "public_key": None, "encrypted": True}
        yield Portrait("key", (("key", "encrypted"),), body)
        return
    key, hashed = key_type(public), public_hash(public)
    body = {"key": key, "public_key": hashed, "encrypted": False}
    yield Portrait("key", (("key", _key_text(key, hashed)),), body, public_key=hashed)


def _private_key(block: Block) -> PrivateKeyTypes:
    if block.pem:
        return load_pem_private_key(block.pem, None, unsafe_skip_rsa_key_validation=True)
    return load_der_private_key(block.der, None, unsafe_skip_rsa_key_validation=True)


def _public_key(block: Block, now: datetime) -> Iterator[Portrait]:
    public = load_der_public_key(block.der)
    key, hashed = key_type(public), public_hash(public)
    rows = (("key", _key_text(key, hashed)),)
    yield Portrait("public-key", rows, {"key": key, "public_key": hashed}, public_key=hashed)


def _key_text(key: str, hashed: str) -> str:
    return f"{key}, public key sha256 {hashed}" if hashed else key


def _whose(name: x509.Name, role: str) -> Json:
    return {role: name_json(name), f"{role}_text": name_text(name)}


# The labels of RFC 7468 section 4, and those that openssl wrote before.
_READERS: dict[str, Callable[[Block, datetime], Iterator[Portrait]]] = {
    "CERTIFICATE": _certificate,
    "X509 CERTIFICATE": _certificate,
    "CERTIFICATE REQUEST": _request,
    "NEW CERTIFICATE REQUEST": _request,
    "X509 CRL": _revocations,
    "PKCS7": _bundle,
    "PRIVATE KEY": _key,
    "EC PRIVATE KEY": _key,
    "RSA PRIVATE KEY": _key,
    "ENCRYPTED PRIVATE KEY": _key,
    "PUBLIC KEY": _public_key,
}
