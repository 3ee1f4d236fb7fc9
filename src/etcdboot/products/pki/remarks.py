"""What is worth saying of a pair in ``pki/``, apart from how its certificate differs from the plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.fast_dataclasses import replace
from etcdboot.pki.x509.csr_policy import csr_path
from etcdboot.pki.x509.profile import validity

if TYPE_CHECKING:
    from datetime import datetime

    from etcdboot.pki.store.audit import CertFacts
    from etcdboot.pki.store.inventory import Entry, Found
    from etcdboot.plan.certificate_request import CertRequest

# What others decide who make a certificate: its lifetime, its subject, what else it is for; all of a CA.
_THEIRS = frozenset(("EB315", "EB316", "EB321", "EB323", "EB331"))


def half(found: Found) -> Iterable[Diagnostic]:
    """A leaf's pair that lost one of its files. A CA may well keep its key elsewhere."""
    request, paths = found.request, found.paths
    if request.is_ca or found.is_absent or found.keyless or (found.certificate and found.key):
        return
    if found.key and found.asked:
        yield waits(found, Severity.NOTE)
        return
    lacking, kept = (paths.key, paths.certificate) if found.certificate else (paths.certificate, paths.key)
    hint = f"bring it back, or make the pair anew with: etcdboot certs renew {request.name}"
    yield error("EB310", f"{lacking} is missing beside {kept}", hint, request.name)


def waits(found: Found, severity: Severity) -> Diagnostic:
    """That a request was made, and nobody has signed it yet."""
    name, path = found.request.name, csr_path(found.request.name)
    hint = f"have {path} signed, then: etcdboot certs adopt FILE"
    return Diagnostic(severity, "EB358", f"{name} waits for a signature", hint, name)


def revoked(found: Found, facts: CertFacts) -> Iterable[Diagnostic]:
    """That the certificate stands in the register of revocations."""
    if facts.serial in found.revoked:
        name = found.request.name
        hint = f"make it anew with: etcdboot certs renew {name}; for good: take it out of the spec"
        yield error("EB377", f"{name} is revoked, and members that look at the list refuse it", hint, name)


def changed_by_hand(found: Found) -> Iterable[Diagnostic]:
    """The files of ours that are not as we wrote them."""
    for path in found.edited:
        message = f"{path} was changed since etcdboot wrote it"
        hint = "etcdboot will not replace it; move it away to have it made anew"
        yield warning("EB309", message, hint, str(path))


def of_others(request: CertRequest, findings: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings about a certificate that others made; what is theirs to decide is worth one note."""
    theirs = [
        finding.message.removeprefix(f"{request.name} ") for finding in findings if finding.code in _THEIRS
    ]
    again = (
        f"have it signed anew (etcdboot certs csr {request.name}), or: etcdboot certs renew {request.name}"
    )
    hint = "" if request.is_ca else again
    rest = tuple(
        finding if request.is_ca else replace(finding, hint=hint)
        for finding in findings
        if finding.code not in _THEIRS
    )
    if not theirs:
        return rest
    message = f"{request.name} was made by others: it {'; it '.join(theirs)}"
    return (*rest, Diagnostic(Severity.NOTE, "EB392", message, hint, request.name))


def of_copy(findings: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings about a CA that the next step replaces, without what the spec wants of the new one."""
    return tuple(finding for finding in findings if finding.code != "EB323")


def cut_short(entry: Entry, now: datetime) -> Iterable[Diagnostic]:
    """A new certificate that would have outlived its CA."""
    request, facts = entry.request, entry.facts
    if facts is not None and facts.not_after < validity(request, now, None)[1]:
        message = f"{request.name} ends with {request.ca_name}, on {facts.not_after.date()}, before its time"
        hint = "put another CA in its place in time: etcdboot certs rotate-ca"
        yield Diagnostic(Severity.NOTE, "EB322", message, hint, request.name)
