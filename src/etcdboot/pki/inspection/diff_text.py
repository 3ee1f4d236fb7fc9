"""What a file of certificates, or a revocation list, says, as lines that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from etcdboot.observations.certificate import CertFacts, CrlFacts
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import Unreadable

# RFC 7468 section 5.1.
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def describe(content: bytes) -> str:
    """Subject, SANs, usages, dates and fingerprint of each certificate in a file, a line each.

    Of a revocation list (PEM or DER) its number, its dates and the serial numbers in it.
    """
    blocks = _CERTIFICATE.findall(content)
    if not blocks:
        return "".join(f"{line}\n" for line in _list_lines(content)) or "no certificate\n"
    return "\n".join("".join(f"{line}\n" for line in _lines(block)) for block in blocks)


def _lines(block: bytes) -> Iterator[str]:
    try:
        facts: CertFacts = read(block + b"\n", None)
    except Unreadable as cause:
        yield f"unreadable: {cause}"
        return
    yield "subject: " + ", ".join(f"{name}={value!r}" for name, value in facts.subject)
    yield "issuer: " + ", ".join(f"{name}={value!r}" for name, value in facts.issuer)
    yield from (f"san: {san}" for san in facts.sans)
    yield from (f"usage: {usage}" for usage in facts.usages)
    yield f"key: {facts.key}"
    yield f"not before: {_instant(facts.not_before)}"
    yield f"not after: {_instant(facts.not_after)}"
    yield f"sha256: {facts.sha256}"


def _list_lines(content: bytes) -> Iterator[str]:
    try:
        facts: CrlFacts = crl.read(content, None)
    except Unreadable:
        return
    yield f"revocation list: number {facts.number}, {'DER' if facts.is_der else 'PEM'}"
    yield f"this update: {_instant(facts.this_update)}"
    yield f"next update: {_instant(facts.next_update)}"
    yield from (f"revoked: {serial:x}" for serial in sorted(facts.serials))


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
