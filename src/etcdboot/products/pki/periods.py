"""From when to when the certificates of a PEM file hold, and nothing else of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509


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
