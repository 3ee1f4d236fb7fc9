"""Files of certificates and keys judged against one another: chain, dates, keys, purpose, host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from etcdboot.base.addresses import Host
from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.inspection.description import Portrait
from etcdboot.pki.x509.certificate import is_signed_by, name_text, read
from etcdboot.pki.x509.chain import Order, order_of, path_to
from etcdboot.pki.x509.path_validation import objections
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.plan.certificate_request import USAGES, CertKind

ORDER_REMEDIES = {
    Order.DISORDERED: "put the certificate that the key belongs to first, then what signed it, and so on",
    Order.UNRELATED: "keep in one file either a chain, or CAs to be trusted",
}
_ANY = "2.5.29.37.0"  # anyExtendedKeyUsage


@dataclass(frozen=True, slots=True)
class Given:
    """One file and what is in it."""

    file: str
    portraits: tuple[Portrait, ...]

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """The certificates in it, in their order."""
        return tuple(each.certificate for each in self.portraits if each.certificate is not None)


@dataclass(frozen=True, slots=True)
class Question:
    """What the certificates are to be good for: None, or not asked."""

    role: CertKind | None = None
    host: Host | None = None


class Verdict:
    """The files together; each certificate that is no CA is judged, and every CA by itself."""

    def __init__(self, files: Sequence[Given], question: Question, now: datetime) -> None:
        self._files = files
        self._question = question
        self._now = now
        self._everything = tuple(dict.fromkeys(each for file in files for each in file.certificates))

    def findings(self) -> Iterator[Diagnostic]:
        """All that is wrong, each with its file."""
        judged = 0
        for file in self._files:
            for certificate in file.certificates:
                facts = _facts(certificate)
                if isinstance(facts, str):
                    who = name_text(certificate.subject)
                    yield _of(file, error("EB301", f"{who}: {facts}", "have it made anew"))
                    continue
                judged += self._is_asked_for(facts)
                yield from (_of(file, each) for each in self._of_certificate(certificate, facts))
            yield from (_of(file, each) for each in (*self._keys(file), *remarks(file)))
        if not judged and self._question != Question():
            which = "that is a CA's" if self._question.role is CertKind.CA else "but those of CAs"
            yield error(
                "EB312", f"there is no certificate among the files {which}", "name the one that is meant"
            )

    def _is_asked_for(self, facts: CertFacts) -> bool:
        """Whether role and host are asked of this one: CAs are asked as CAs, the others as what is served."""
        if self._question == Question():
            return True
        return facts.is_ca is (self._question.role is CertKind.CA)

    def _of_certificate(self, certificate: x509.Certificate, facts: CertFacts) -> Iterator[Diagnostic]:
        who = name_text(certificate.subject)
        yield from self._dates(who, facts)
        if not facts.is_ca or not is_signed_by(certificate, certificate):
            yield from self._chain(who, certificate, facts)
        if self._is_asked_for(facts):
            yield from self._purpose(who, facts)
            yield from self._host(who, facts)

    def _dates(self, who: str, facts: CertFacts) -> Iterator[Diagnostic]:
        code = "EB305" if facts.is_ca else "EB314"
        if facts.not_after <= self._now:
            yield error(code, f"{who} expired on {facts.not_after:%Y-%m-%d}", "have it made anew")
        elif facts.not_before > self._now:
            begins = f"{who} is not valid before {facts.not_before:%Y-%m-%dT%H:%M:%SZ}"
            yield error(code, begins, "see that the clock of this machine is right")

    def _chain(self, who: str, certificate: x509.Certificate, facts: CertFacts) -> Iterator[Diagnostic]:
        path, ends = path_to(certificate, self._everything)
        if not ends:
            top = path[-1]
            lacks = f"the CA {name_text(top.issuer)}, which should have signed {name_text(top.subject)}"
            yield error("EB317", f"{lacks}, is not among the files", "name its certificate too")
        for objection in objections(path, facts.sans):
            yield error("EB306", objection, f"have {who} signed by a CA that may")

    def _purpose(self, who: str, facts: CertFacts) -> Iterator[Diagnostic]:
        role = self._question.role
        if role is None:
            return
        if role is CertKind.CA:
            if "keyCertSign" not in facts.key_usages:
                yield error("EB306", f"{who} may not sign certificates", "name the CA's own certificate")
            return
        # Who says nothing of usages is good for all (Go crypto/x509, RFC 5280 sections 4.2.1.3 and 4.2.1.12).
        told = facts.usages and _ANY not in facts.usages
        lacking = [str(usage) for usage in USAGES[role] if told and usage not in facts.usages]
        if facts.key_usages and "digitalSignature" not in facts.key_usages:
            lacking.append("digitalSignature")
        if lacking:
            said = f"{who} lacks the usage {', '.join(lacking)}, which etcd wants of a {role} certificate"
            yield error("EB312", said, "have it made anew with these usages")

    def _host(self, who: str, facts: CertFacts) -> Iterator[Diagnostic]:
        host = self._question.host
        if host is not None and not any(certifies(san, host) for san in facts.sans):
            names = ", ".join(map(str, facts.sans)) or "no host"
            yield error("EB311", f"{who} does not certify {host}, only {names}", "have it made anew")

    def _keys(self, file: Given) -> Iterator[Diagnostic]:
        known = {each.public_key for other in self._files for each in other.portraits if each.certificate}
        for each in file.portraits:
            if each.kind == "key" and not each.public_key:
                yield warning("EB301", "the key is encrypted: etcd reads only plain ones", "see openssl pkey")
            elif each.kind == "key" and known and each.public_key not in known:
                said = "the key belongs to none of the certificates among the files"
                yield error("EB302", said, "name the certificate that it was made for, or the right key")


def remarks(file: Given) -> Iterator[Diagnostic]:
    """What is odd about a file by itself."""
    for place, each in enumerate(file.portraits, 1):
        for flaw in each.flaws:
            yield warning("EB343", f"number {place}, the {each.kind}: {flaw}", "have it made anew")
    if len(file.certificates) > 1:
        judged = order_of(file.certificates)
        if judged.order in ORDER_REMEDIES:
            yield Diagnostic(Severity.WARNING, "EB348", judged.words, ORDER_REMEDIES[judged.order])


def certifies(san: Host, host: Host) -> bool:
    """Whether a name or address covers a host; a wildcard stands for one label (RFC 6125 section 6.4.3)."""
    if san.text.startswith("*.") and not host.is_address:
        return host.text.partition(".")[2] == san.text[2:]
    return san == host


def _facts(certificate: x509.Certificate) -> CertFacts | str:
    try:
        return read(certificate.public_bytes(Encoding.PEM), None)
    except Unreadable as cause:
        return str(cause)


def _of(file: Given, diagnostic: Diagnostic) -> Diagnostic:
    return replace(diagnostic, file=file.file, path=file.file)


def all_of(files: Iterable[Given], question: Question, now: datetime) -> tuple[Diagnostic, ...]:
    """All that is wrong with the files, each finding with its file."""
    return tuple(Verdict(tuple(files), question, now).findings())
