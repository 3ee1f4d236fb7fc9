"""Requests for certificates (CSRs): what one asks for, and whether the plan allows it. No cryptography.

The plan decides what a certificate holds; a request proves who has the key (RFC 2986). One that asks for less
is fine, for the plan adds what it lacks. One that asks for more is refused, so that nobody takes what was
signed for what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from etcdboot.base.diagnostics import Diagnostic, Severity, error
from etcdboot.observations.certificate import CsrFacts
from etcdboot.plan.certificate_request import CertRequest

# What a leaf's key is never used for; the other bits give nothing in TLS 1.3 (RFC 8446 section 4.4.2.2).
_SIGNING = ("keyCertSign", "cRLSign")


Check = Callable[[CertRequest, CsrFacts], Iterable[Diagnostic]]


def excess(request: CertRequest, facts: CsrFacts) -> tuple[Diagnostic, ...]:
    """Why a request must not be signed as that certificate; empty when it may."""
    return tuple(found for check in _CHECKS for found in check(request, facts))


def left_out(request: CertRequest, facts: CsrFacts) -> Iterator[Diagnostic]:
    """What a request asks for and does not get, because it does no harm to go without."""
    more = [f"{kind}={value}" for kind, value in facts.subject if (kind, value) not in request.subject]
    more += facts.extensions
    if more:
        message = f"what the request for {request.name} also asks for is left out: {', '.join(more)}"
        hint = "the spec decides what stands in a certificate"
        yield Diagnostic(Severity.NOTE, "EB355", message, hint, request.name)


def _proof(request: CertRequest, facts: CsrFacts) -> Iterator[Diagnostic]:
    if not facts.signed:
        message = f"the request for {request.name} is not signed with the key that it is about"
        yield error("EB351", message, "make it anew where the key is", request.name)


def _subject(request: CertRequest, facts: CsrFacts) -> Iterator[Diagnostic]:
    names = [value for kind, value in facts.subject if kind == "CN"]
    for each in names:
        if each != request.common_name:
            yield _more(request, f"names {each!r}, and the certificate is for {request.common_name!r}")


def _names(request: CertRequest, facts: CsrFacts) -> Iterator[Diagnostic]:
    more = [str(san) for san in facts.sans if san not in request.sans]
    more += facts.others
    if more:
        yield _more(request, f"wants to certify {', '.join(more)}, which the plan does not allow")


def _authority(request: CertRequest, facts: CsrFacts) -> Iterator[Diagnostic]:
    signing = [each for each in facts.key_usages if each in _SIGNING]
    if facts.is_ca or signing:
        what = "be a CA" if facts.is_ca else f"have the key usage {', '.join(signing)}, which is a CA's"
        yield _more(request, f"wants to {what}")


def _usages(request: CertRequest, facts: CsrFacts) -> Iterator[Diagnostic]:
    more = [usage for usage in facts.usages if usage not in request.usages]
    if more:
        yield _more(request, f"wants the usage {', '.join(more)}, which the plan does not allow")


def _key(request: CertRequest, facts: CsrFacts) -> Iterator[Diagnostic]:
    if facts.key != request.key:
        message = f"the request for {request.name} is of a key {facts.key}, the spec says {request.key}"
        hint = f"make a key of type {request.key}, or say another one as key in the spec"
        yield error("EB353", message, hint, request.name)


def _more(request: CertRequest, what: str) -> Diagnostic:
    hint = "make it anew without that, or say it in the spec"
    return error("EB352", f"the request for {request.name} {what}", hint, request.name)


_CHECKS: tuple[Check, ...] = (_proof, _subject, _names, _authority, _usages, _key)
