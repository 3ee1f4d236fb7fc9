"""Which CA of ours has signed a certificate, and what follows when it is revoked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from cryptography import x509

from etcdboot.base.diagnostics import Diagnostic, error, warning
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.pki.store.issued_register import Issued
from etcdboot.pki.x509.certificate import is_signed_by, read
from etcdboot.pki.x509.crl_entry import Reason, Revoked
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.plan.certificate_request import CertKind


@dataclass(frozen=True, slots=True)
class Culprit:
    """A certificate to be revoked: by what it was named, whose it is, and what it is (PEM)."""

    word: str
    name: str
    certificate: bytes
    kind: CertKind | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A certificate that is revoked now: the CA that is to tell of it, and the entry in its list."""

    ca_name: str
    entry: Revoked


def sentence(
    culprit: Culprit, authorities: Mapping[str, tuple[bytes, ...]], reason: Reason, now: datetime
) -> Sentence | Diagnostic:
    """The entry for a certificate, or why there can be none.

    ``authorities`` are the certificates (PEM) that each CA of ours has or had, by the CA's name.
    """
    try:
        facts = read(culprit.certificate, None)
    except Unreadable as cause:
        hint = "name a certificate as `etcdboot certs` lists it, or a file with one in PEM form"
        return error("EB376", f"{culprit.word} cannot be revoked: {cause}", hint)
    if facts.is_ca:
        hint = "put another in its place, and it loses its worth: etcdboot certs rotate-ca"
        return error("EB376", f"{culprit.word} is a CA, and its own list cannot tell of it", hint)
    ca_name = _signer(culprit.certificate, authorities)
    if ca_name is None:
        hint = "whoever signed it must revoke it"
        return error("EB376", f"{culprit.word} is not signed by a CA of this cluster", hint)
    when = now.replace(microsecond=0)
    return Sentence(ca_name, Revoked(facts.serial, culprit.name, when, facts.not_after, reason))


def sentence_of_record(issued: Issued, reason: Reason, now: datetime) -> Sentence:
    """The entry for a recorded certificate: only what a CA of the plan signed is recorded."""
    when = now.replace(microsecond=0)
    return Sentence(issued.ca, Revoked(issued.serial, issued.name, when, issued.not_after, reason))


def consequences(culprit: Culprit) -> Iterator[Diagnostic]:
    """What becomes of a member whose certificate is revoked."""
    member = culprit.name.partition("/")[0]
    said = _CONSEQUENCES.get(culprit.kind or CertKind.CA)
    if said:
        hint = (
            f"make it anew, render, and install {member}'s files first: etcdboot certs renew {culprit.name}"
        )
        yield warning("EB379", f"{culprit.name} is revoked: {said.format(member=member)}", hint, culprit.name)


_CONSEQUENCES = {
    CertKind.SERVER: "members refuse it where it is shown as a client's, so {member}'s own REST gateway and "
    "etcdctl on its host stop; clients look at no list and go on trusting it",
    CertKind.PEER: "the other members refuse {member} when it connects anew, though open connections stay",
}


def _signer(certificate: bytes, authorities: Mapping[str, tuple[bytes, ...]]) -> str | None:
    leaf = x509.load_pem_x509_certificate(certificate)
    for name, bundles in authorities.items():
        for bundle in bundles:
            if any(is_signed_by(leaf, each) for each in x509.load_pem_x509_certificates(bundle)):
                return name
    return None
