"""Revocation lists: made, signed, and read.

Sources: RFC 5280 section 5 (version 2, with the CRL number and the authority key identifier that section 5.2
asks for; no reason where none is given, section 5.3.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from etcdboot.observations.certificate import BACKDATE, CrlFacts
from etcdboot.pki.x509.crl_entry import Reason, Revoked
from etcdboot.pki.x509.pem import Unreadable, load_certificate
from etcdboot.pki.x509.profile import authority_key_identifier
from etcdboot.pki.x509.signing import Authority, signing_hash

_PEM = b"-----BEGIN X509 CRL-----"
_FLAGS = {
    Reason.KEY_COMPROMISE: x509.ReasonFlags.key_compromise,
    Reason.AFFILIATION_CHANGED: x509.ReasonFlags.affiliation_changed,
    Reason.SUPERSEDED: x509.ReasonFlags.superseded,
    Reason.CESSATION_OF_OPERATION: x509.ReasonFlags.cessation_of_operation,
    Reason.PRIVILEGE_WITHDRAWN: x509.ReasonFlags.privilege_withdrawn,
}


def make(
    authority: Authority, revoked: Iterable[Revoked], *, number: int, now: datetime, lifetime: int
) -> bytes:
    """The list as DER; it holds for ``lifetime`` seconds from now."""
    now = now.replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - BACKDATE)  # clocks differ, as for certificates
        .next_update(now + timedelta(seconds=lifetime))
        .add_extension(authority_key_identifier(authority.certificate), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for each in sorted(revoked, key=lambda one: one.serial):
        builder = builder.add_revoked_certificate(_entry(each))
    return builder.sign(authority.key, signing_hash(authority.key)).public_bytes(Encoding.DER)


def as_pem(der: bytes) -> bytes:
    """The same list as PEM."""
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


def read(content: bytes, signer: bytes | None) -> CrlFacts:
    """What a list shows, in PEM or DER; ``signer`` is the CA that should have signed it, as PEM.

    Raises:
        Unreadable: it is no list, or no CA.
    """
    is_pem = _PEM in content
    load = x509.load_pem_x509_crl if is_pem else x509.load_der_x509_crl
    try:
        found = load(content)
        next_update = found.next_update_utc
        number = _number(found)
        serials = frozenset(each.serial_number for each in found)
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise Unreadable("there is no revocation list in it") from cause
    return CrlFacts(
        number=number,
        this_update=found.last_update_utc.astimezone(UTC),
        next_update=next_update.astimezone(UTC) if next_update else datetime.max.replace(tzinfo=UTC),
        serials=serials,
        signed=signer is not None and _is_of(found, load_certificate(signer)),
        is_der=not is_pem,
    )


def _is_of(found: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
    if found.issuer != signer.subject:
        return False
    try:
        return found.is_signature_valid(signer.public_key())  # type: ignore[arg-type]
    except (TypeError, UnsupportedAlgorithm):  # a key that signs no lists
        return False


def _number(found: x509.CertificateRevocationList) -> int:
    try:
        return found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return 0


def _entry(each: Revoked) -> x509.RevokedCertificate:
    # As early as the list itself would have begun then: nothing in a list may be younger than it is.
    builder = (
        x509.RevokedCertificateBuilder().serial_number(each.serial).revocation_date(each.when - BACKDATE)
    )
    flag = _FLAGS.get(each.reason)
    if flag is not None:
        builder = builder.add_extension(x509.CRLReason(flag), critical=False)
    return builder.build()
