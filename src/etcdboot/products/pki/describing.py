"""What a PEM file of certificates says, as lines that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from etcdboot.model.audit import CertFacts
from etcdboot.products.pki.pem import Unreadable
from etcdboot.products.pki.reading import read

# RFC 7468 section 5.1.
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def describe(pem: bytes) -> str:
    """Subject, SANs, usages, dates and fingerprint of each certificate in a file, a line each."""
    blocks = _CERTIFICATE.findall(pem)
    if not blocks:
        return "no certificate\n"
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


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
