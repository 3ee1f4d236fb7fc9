"""An entry of a revocation list: which certificate, since when, and why (RFC 5280 section 5.3)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from etcdboot.base.fast_dataclasses import dataclass


class Reason(StrEnum):
    """Why a certificate is revoked (RFC 5280 section 5.3.1); those that suit a leaf and last."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key-compromise"
    AFFILIATION_CHANGED = "affiliation-changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation-of-operation"
    PRIVILEGE_WITHDRAWN = "privilege-withdrawn"


@dataclass(frozen=True, slots=True)
class Revoked:
    """One certificate that counts no more; ``name`` is whose it was, ``until`` when it ends by itself."""

    serial: int
    name: str
    when: datetime
    until: datetime
    reason: Reason = Reason.UNSPECIFIED
