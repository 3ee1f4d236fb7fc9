"""What an existing certificate shows, and whether it still fits what the plan wants. Pure, no cryptography.

Every judgement is a function from (wanted, shown, now) to complaints; three tables at
the end say which apply. An error means "no longer fits", a warning "renew it soon", a note "worth knowing".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.durations import format_lifetime
from etcdboot.observations.certificate import BACKDATE, CertFacts
from etcdboot.pki.store.rotation_state import generation, in_generation
from etcdboot.plan.certificate_request import NEW_PKI, ROOTS, CertRequest
from etcdboot.spec.spec import CertificateSource
from etcdboot.spec.subject_names import LOOPBACK

Check = Callable[[CertRequest, CertFacts, datetime], Iterable[Diagnostic]]


def audit(request: CertRequest, facts: CertFacts, now: datetime) -> tuple[Diagnostic, ...]:
    """How the certificate differs from what is wanted; with no error among them it fits."""
    checks = _CA_CHECKS if request.is_ca else _LEAF_CHECKS
    return tuple(found for check in checks for found in check(request, facts, now))


def unfit_authority(request: CertRequest, facts: CertFacts, now: datetime) -> tuple[Diagnostic, ...]:
    """Why nothing may be signed by, or rest upon, this CA; empty when it is sound."""
    return tuple(found for check in _CA_REFUSALS for found in check(request, facts, now))


def due(
    request: CertRequest, facts: CertFacts, now: datetime, before: float | None = None
) -> Iterator[Diagnostic]:
    """That the certificate ends within ``before`` seconds (None: as the plan says), if it has not ended."""
    left = facts.not_after - now
    if 0 < left.total_seconds() <= (request.renew_before if before is None else before):
        message = f"{request.name} is valid for {_left(left)} more, until {_day(facts.not_after)}"
        yield warning("EB320", message, _plan_a_new_ca() if request.is_ca else _renew(request), request.name)


# --- what a leaf must show


def _names(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    lacking = [str(san) for san in request.sans if san not in facts.sans]
    if lacking:
        yield _misfit("EB311", request, f"does not certify {', '.join(lacking)}")


def _usages(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    lacking = [str(usage) for usage in request.usages if usage not in facts.usages]
    if "digitalSignature" not in facts.key_usages:
        lacking.append("digitalSignature")
    if lacking:
        yield _misfit("EB312", request, f"lacks the usage {', '.join(lacking)}")
    if facts.is_ca:
        yield _misfit("EB312", request, "may sign other certificates")


def _key(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if facts.key != request.key:
        yield _misfit("EB313", request, f"has a key of type {facts.key}, the spec says {request.key}")


def _dates(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if facts.not_after <= now:
        yield _misfit("EB314", request, f"expired on {_day(facts.not_after)}")
    elif facts.not_before > now:
        yield _misfit("EB314", request, f"is not valid before {facts.not_before.isoformat()}")


def _lifetime(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if _too_long(request, facts):
        longest = format_lifetime(request.lifetime)
        yield _misfit("EB315", request, f"is valid for longer than {longest}, until {_day(facts.not_after)}")


def _subject(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    shown = dict(facts.subject).get("CN", "")
    if shown != request.common_name:
        yield _misfit("EB316", request, f"names {shown!r}, not {request.common_name!r}")
    elif facts.subject != request.subject:
        yield _misfit("EB316", request, f"names {_written(facts)}, not {_written(request)}")


def _user(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    shown = dict(facts.subject).get("CN", "")
    if request.is_foreign_user(shown):
        yield _misfit("EB281", request, f"has the common name {shown!r}: with auth on it is that etcd user")


def _signer(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if not facts.signed:
        yield _misfit("EB317", request, f"is not signed by {request.ca_name}")


def _chain(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if facts.signed and not facts.chained:
        yield _misfit("EB332", request, f"is not followed by {', '.join(request.chain)} in its file")


def _surplus(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    more = [str(san) or "an empty name" for san in facts.sans if san not in request.sans]
    more += [usage for usage in facts.usages if usage not in request.usages]
    if more:
        message = f"{request.name} certifies more than the spec asks for: {', '.join(more)}"
        yield Diagnostic(Severity.NOTE, "EB321", message, _renew(request), request.name)


# --- what a CA must show


def _ca_differs(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if facts.key != request.key:
        message = f"{request.name} has a key of type {facts.key}, the spec says {request.key}"
        hint = f"say ca-key: {facts.key} under certificates to keep this CA; a CA is never replaced unasked"
        yield error("EB323", message, hint, request.name)
    if _too_long(request, facts):
        longest = format_lifetime(request.lifetime)
        message = f"{request.name} is valid for longer than {longest}, until {_day(facts.not_after)}"
        hint = "raise ca-lifetime under certificates to keep this CA; a CA is never replaced unasked"
        yield error("EB323", message, hint, request.name)


def _ca_reach(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    """What it is held to: how many CAs may follow, and which names."""
    held = [each for each in facts.constraints if each not in LOOPBACK]
    if set(held) != set(request.constraints).difference(LOOPBACK):
        shown = ", ".join(held)
        message = f"{request.name} may certify {shown or 'any name'}, and the spec says otherwise"
        hint = f"say name-constraints: [{shown}] under certificates to keep this CA"
        yield error("EB323", message, hint, request.name)
    if facts.path_length != request.path_length:
        allowed = "any number of" if facts.path_length is None else facts.path_length
        message = f"{request.name} lets {allowed} CAs follow it, the spec says {request.path_length}"
        severity = Severity.NOTE if facts.path_length is None else Severity.ERROR
        hint = "a CA is never replaced unasked; say the path-length that it has to keep it"
        yield Diagnostic(severity, "EB323", message, hint, request.name)


def _ca_signer(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if request.is_root and request.source is CertificateSource.ISSUED and not facts.signed:
        message = f"{request.name} is signed by another CA, and the spec wants it to sign itself"
        hint = "say intermediate: true under certificates if that CA is etcdboot's own root"
        yield error("EB331", message, hint, request.name)


def _ca_subject(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    shown = dict(facts.subject).get("CN", "")
    common_name = in_generation(request.common_name, generation(shown))
    if facts.subject != (*request.subject[:-1], ("CN", common_name)):
        message = f"{request.name} names {_written(facts)}, not {_written(request)}"
        yield Diagnostic(Severity.NOTE, "EB323", message, "the next CA will have it", request.name)


def _not_a_ca(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if not facts.is_ca or "keyCertSign" not in facts.key_usages:
        message = f"{request.name} may not sign certificates: it is no CA certificate"
        yield error("EB306", message, "put the CA's own certificate back in its place", request.name)


def _ca_dates(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    if facts.not_after <= now:
        message = f"{request.name} expired on {_day(facts.not_after)}, and with it all that it signed"
        yield error("EB305", message, NEW_PKI, request.name)
    elif facts.not_before > now:
        message = f"{request.name} is not valid before {facts.not_before.isoformat()}"
        yield error("EB305", message, "set this machine's clock right", request.name)


def _ca_path(request: CertRequest, facts: CertFacts, now: datetime) -> Iterator[Diagnostic]:
    """A CA that none may follow, where the plan lets one follow."""
    if facts.path_length == 0 and request.path_length > 0 and request.name in ROOTS.values():
        message = f"{request.name} lets no CA follow it, so nothing below an intermediate would be valid"
        yield error(
            "EB333",
            message,
            "leave intermediate out, or use another root in a new PKI folder (--pki DIR)",
            request.name,
        )


_LEAF_CHECKS: tuple[Check, ...] = (
    _names,
    _usages,
    _key,
    _dates,
    _lifetime,
    _subject,
    _user,
    _signer,
    _chain,
    due,
    _surplus,
)
_CA_CHECKS: tuple[Check, ...] = (_ca_differs, _ca_reach, _ca_signer, _ca_subject, due)
_CA_REFUSALS: tuple[Check, ...] = (_not_a_ca, _ca_path, _ca_dates)


def _too_long(request: CertRequest, facts: CertFacts) -> bool:
    return (facts.not_after - facts.not_before - BACKDATE).total_seconds() > request.lifetime


def _misfit(code: str, request: CertRequest, what: str) -> Diagnostic:
    return error(code, f"{request.name} {what}", _renew(request), request.name)


def _renew(request: CertRequest) -> str:
    return f"make it anew with: etcdboot certs renew {request.name}"


def _plan_a_new_ca() -> str:
    return "put another in its place before it ends, and all that it signed with it: etcdboot certs rotate-ca"


def _written(named: CertRequest | CertFacts) -> str:
    return ", ".join(f"{key}={value}" for key, value in named.subject)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _left(left: timedelta) -> str:
    return f"{left.days} days" if left.days > 1 else f"{left.total_seconds() / 3600:.0f} hours"
