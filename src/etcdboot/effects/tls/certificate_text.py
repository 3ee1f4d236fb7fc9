"""What a certificate says, in words for people; asked only after a handshake has failed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import shortened

_MOST_NAMES = 100


@dataclass(frozen=True, slots=True)
class Served:
    """A certificate's names (SANs), issuer and dates (RFC 3339)."""

    names: tuple[str, ...]
    issuer: str
    not_before: str
    not_after: str


def describe(der: bytes) -> Served:
    """What the certificate says.

    Raises:
        ValueError: it is none.
    """
    return _describe(x509.load_der_x509_certificate(der))


def describe_own(pem: bytes) -> str:
    """A sentence about the client certificate that was shown: who signed it, until when it holds."""
    seen = _describe(x509.load_pem_x509_certificate(pem))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    held = "is valid" if seen.not_before <= now <= seen.not_after else "is not valid today: it holds"
    return f"it was signed by {seen.issuer} and {held} from {seen.not_before} to {seen.not_after}"


def _describe(certificate: x509.Certificate) -> Served:
    return Served(
        names=_names(certificate),
        issuer=shortened(certificate.issuer.rfc4514_string()) or "nobody named",
        not_before=certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        not_after=certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return ()
    assert isinstance(found.value, x509.SubjectAlternativeName)
    return tuple(shortened(str(name.value)) for name in islice(found.value, _MOST_NAMES))
