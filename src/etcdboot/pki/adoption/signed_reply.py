"""What others signed for us: the certificate for a key, and the CAs that lead from it to a root."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from etcdboot.base.addresses import Host
from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.pki.x509.certificate import is_signed_by, name_text, public_hash, read
from etcdboot.pki.x509.chain import path_to
from etcdboot.pki.x509.path_validation import objections
from etcdboot.pki.x509.pem import Unreadable, dump_certificate
from etcdboot.pki.x509.pem_blocks import Block, blocks

_DAMAGED = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
_PKCS7 = ("PKCS7", "CMS")  # RFC 7468 sections 8 and 9
_CERTIFICATE = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")


def certificates(content: bytes) -> tuple[x509.Certificate, ...]:
    """All certificates of a file, PEM or DER, those in PKCS #7 too; each once, in the file's order.

    Raises:
        Unreadable: one of them is damaged; the text says which.
    """
    found: dict[bytes, x509.Certificate] = {}
    for place, block in enumerate(blocks(content), 1):
        try:
            found |= {each.signature + each.tbs_certificate_bytes: each for each in _of(block)}
        except _DAMAGED as cause:
            raise Unreadable(f"number {place} in it, the {block.label.lower()}, is damaged") from cause
    return tuple(found.values())


def path_of(
    public_key: str, pool: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """The certificate for a key, the one that lasts longest, and the CAs above it up to what is trusted.

    ``public_key`` is its hash; empty when there is none. A root is not among them, for nobody needs to be
    shown what he must have.
    """
    own = [each for each in pool if _hash(each) == public_key]
    if not own:
        return ()
    leaf = max(own, key=lambda each: each.not_valid_after_utc)
    path, _ = path_to(leaf, [each for each in pool if each not in trusted])
    for above, each in enumerate(path):
        if any(is_signed_by(each, root) for root in trusted):
            return path[: above + 1]
    return tuple(each for each in path if each is leaf or not is_signed_by(each, each))


def dump(path: Sequence[x509.Certificate]) -> bytes:
    """The certificates as PEM, one after the other."""
    return b"".join(map(dump_certificate, path))


def flaws(name: str, pem: bytes, trusted: Sequence[x509.Certificate], now: datetime) -> Iterator[Diagnostic]:
    """EB365: why the CAs between a certificate (first in its PEM) and its root do not hold."""
    path = [*certificates(pem), *trusted]
    leaf, *above = path_to(path[0], path[1:])[0]
    hint = "ask whoever signs for the CAs that go with it"
    for each in above:
        if each in trusted:
            break
        if not each.not_valid_before_utc <= now < each.not_valid_after_utc:
            message = f"{name} rests on {name_text(each.subject)}, which is valid only from "
            message += f"{each.not_valid_before_utc:%Y-%m-%d} to {each.not_valid_after_utc:%Y-%m-%d}"
            yield error("EB365", message, hint, name)
    for objection in objections((leaf, *above), _sans(leaf)):
        yield error("EB365", f"{name} is not valid: {objection}", hint, name)


def reply(
    name: str, public_key: str, output: bytes, trusted: Collection[x509.Certificate]
) -> bytes | Diagnostic:
    """The PEM of the certificate that was asked for, with its chain; or why a signer's output is no use."""
    hint = "a signer prints PEM: the certificate, then the CAs between it and the root"
    try:
        pool = certificates(output)
    except Unreadable as cause:
        return error("EB361", f"what the signer printed for {name} cannot be read: {cause}", hint, name)
    path = path_of(public_key, pool, tuple(trusted))
    if path:
        return dump(path)
    what = "no certificate" if not pool else "no certificate for the key that it was asked about"
    message = f"what the signer printed for {name} holds {what}{_beginning(output)}"
    return error("EB361", message, hint, name)


def _beginning(output: bytes) -> str:
    """How it begins, so that its author knows it again; never of a key."""
    if b"PRIVATE KEY" in output:
        return ", but a private key, which nobody asked for"
    return f"; it begins {output[:60].decode('utf-8', 'replace')!r}" if output.strip() else ""


def _of(block: Block) -> list[x509.Certificate]:
    if block.label in _CERTIFICATE:
        return [x509.load_der_x509_certificate(block.der)]
    if block.label in _PKCS7:
        return _of_pkcs7(block.der)
    return _of_der(block.der) if not block.label else []


def _of_der(der: bytes) -> list[x509.Certificate]:
    """DER does not say what it is; a key or a request is no certificate."""
    try:
        return [x509.load_der_x509_certificate(der)]
    except _DAMAGED:
        pass
    try:
        return _of_pkcs7(der)
    except _DAMAGED:
        return []


def _of_pkcs7(der: bytes) -> list[x509.Certificate]:
    from cryptography.hazmat.primitives.serialization import pkcs7  # brings half of email with it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openssl does not sort what DER wants sorted
        return list(pkcs7.load_der_pkcs7_certificates(der))


def _hash(certificate: x509.Certificate) -> str:
    try:
        return public_hash(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return ""


def _sans(leaf: x509.Certificate) -> tuple[Host, ...]:
    try:
        return read(dump_certificate(leaf), None).sans
    except Unreadable:
        return ()
