"""Which certificates of ``pki/`` are not recorded yet, and the CA that signed each of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from hashlib import sha256

from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.issued_register import Issued
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.pki.x509.pem_blocks import blocks

# A certificate (PEM) and its name.
Named = tuple[str, bytes]


def of_entries(entries: Iterable[Entry]) -> Iterator[Issued]:
    """The certificates that are judged already, as far as a CA of the plan signed them."""
    entries = tuple(entries)
    authorities = {entry.request.name: entry.facts for entry in entries if entry.request.is_ca}
    for entry in entries:
        signer = authorities.get(entry.request.ca_name)
        if entry.facts and entry.facts.signed and signer:
            yield _recorded(entry.request.name, entry.facts, entry.request.ca_name, signer.sha256)


def unrecorded(
    named: Iterable[Named], authorities: Iterable[Named], known: Container[str]
) -> Iterator[Issued]:
    """The certificates whose fingerprint is not known, each with the one of the CAs that signed it."""
    fresh = [(name, pem) for name, pem in named if fingerprint(pem) not in known]
    authorities = tuple(authorities) if fresh else ()
    for name, pem in fresh:
        for ca_name, ca in authorities:
            facts = _signed(pem, ca)
            if facts:
                yield _recorded(name, facts, ca_name, fingerprint(ca))
                break


def fingerprint(pem: bytes) -> str:
    """The SHA-256 of the first certificate, in hexadecimal; empty where there is none."""
    return next(iter(fingerprints(pem)), "")


def fingerprints(pem: bytes) -> tuple[str, ...]:
    """The fingerprint of each certificate in a file, in order; nothing is parsed."""
    return tuple(sha256(block.der).hexdigest() for block in blocks(pem) if block.label == "CERTIFICATE")


def _signed(pem: bytes, ca: bytes) -> CertFacts | None:
    """What a certificate shows, if that CA signed it."""
    try:
        facts = read(pem, ca)
    except Unreadable:
        return None
    return facts if facts.signed else None


def _recorded(name: str, facts: CertFacts, ca: str, ca_sha256: str) -> Issued:
    return Issued(name, ca, ca_sha256, facts.serial, facts.not_before, facts.not_after, facts.sha256)
