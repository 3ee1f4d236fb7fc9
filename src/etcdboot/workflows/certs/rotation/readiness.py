"""Whether a step of a rotation is in force at every member, seen over the wire and not in files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from etcdboot.base.errors import EtcdbootError, Refused
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects import random_source
from etcdboot.effects.tls.client_auth_probe import Visit, receptions
from etcdboot.effects.tls.server_certificates import presented
from etcdboot.observations.client_auth import Answer, Reception
from etcdboot.pki.inspection.served_comparison import Place, places
from etcdboot.pki.rotation import transitions
from etcdboot.pki.rotation.readiness import Question, Sighting
from etcdboot.pki.rotation.transitions import Line
from etcdboot.pki.store.rotation_state import Rotation, Step
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.pki.x509.signing import Authority, issue
from etcdboot.plan.certificate_request import CertKind
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClientTls, KeyAlgorithm
from etcdboot.workflows.certs.rotation.context import Work, kept, opened

_LIFETIME = 600  # seconds that a certificate made for a look is good for
_PATIENCE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Signer:
    """A CA that signs leaves, and what is shown with them (PEM): itself, where it is an intermediate."""

    authority: Authority
    chain: bytes


def takes(
    plan: ClusterPlan, line: Line, signer: Signer, roots: bytes, question: Question, now: datetime
) -> tuple[Sighting, ...]:
    """Whether members, known by the CAs ``roots``, take a caller whom ``signer`` has certified, or no more.

    The certificate shown is made for the look, and is in no file. It names whom the member's own one names,
    for members may be told to take only certain names.
    """
    asked = [place for place in _places(plan, line) if _demands(plan, place)]
    found = receptions(_visit(place, signer, roots, now) for place in asked)
    judge = _JUDGES[question]
    return tuple(
        Sighting(place.member, str(place.url), question, judge(seen), seen.detail)
        for place, seen in zip(asked, found, strict=True)
    )


def serves(plan: ClusterPlan, line: Line, signer: bytes) -> tuple[Sighting, ...]:
    """Whether members serve what that CA (PEM) has signed."""
    asked = tuple(_places(plan, line))
    found = presented(place.url for place in asked)
    return tuple(
        _served(place, each.certificate, each.problem, signer)
        for place, each in zip(asked, found, strict=True)
    )


def leader_of(plan: ClusterPlan, pki_dir: Path) -> str | None:
    """Who leads the cluster now; None when nobody tells."""
    from etcdboot.workflows.verify import ask_by_plan, verify_once

    with suppress(EtcdbootError):
        for each in verify_once(ask_by_plan(plan, pki_dir), _PATIENCE).members:
            if each.status is not None and each.status.leader_id == each.member.id:
                return each.member.name
    return None


def _places(plan: ClusterPlan, line: Line) -> Iterator[Place]:
    names = {request.name for request in line.leaves}
    return (place for place in places(plan) if place.request.name in names)


def _demands(plan: ClusterPlan, place: Place) -> bool:
    """Whether callers must show a certificate there."""
    return place.request.kind is CertKind.PEER or plan.client_tls is ClientTls.MUTUAL


def _visit(place: Place, signer: Signer, roots: bytes, now: datetime) -> Visit:
    request = place.request
    # A peer listener compares the names with the caller's address, and lets one without names pass
    # (client/pkg/transport/listener_tls.go checkCertSAN at v3.6.14).
    sans = () if request.kind is CertKind.PEER else request.sans
    made = issue(
        replace(request, sans=sans, lifetime=_LIFETIME),
        random_source.new_key(KeyAlgorithm.ECDSA_P256),
        signer.authority,
        now=now,
        serial=random_source.new_serial(),
        chain=signer.chain,
    )
    return Visit(place.url, made.certificate, made.key, roots)


def _is_taken(seen: Reception) -> bool | None:
    return None if seen.answer is Answer.UNREACHED else seen.answer is Answer.TAKEN


def _is_forgotten(seen: Reception) -> bool | None:
    return None if seen.answer is Answer.UNREACHED else seen.answer is Answer.REFUSED


_JUDGES: dict[Question, Callable[[Reception], bool | None]] = {
    Question.TRUSTS_NEW: _is_taken,
    Question.FORGOT_OLD: _is_forgotten,
}


def _served(place: Place, certificate: bytes, problem: str, signer: bytes) -> Sighting:
    answer, detail = None, problem
    if certificate:
        try:
            facts = read(certificate, signer)
        except Unreadable as cause:
            detail = f"it serves what is no certificate: {cause}"
        else:
            answer, detail = facts.signed, f"by {dict(facts.issuer).get('CN', 'nobody named')}"
    return Sighting(place.member, str(place.url), Question.SERVES_NEW, answer, detail)


def look_over(work: Work, rotation: Rotation) -> tuple[Sighting, ...]:
    """What members show of the step that the state says."""
    signer = work.line.signer
    if rotation.step is Step.REISSUE:
        certificate = work.entries[signer].found.certificate
        assert certificate is not None
        return serves(work.plan, work.line, certificate)
    question = Question.TRUSTS_NEW if rotation.step is Step.BUNDLE else Question.FORGOT_OLD
    roots = work.entries[work.line.name].found.certificate
    assert roots is not None
    return takes(work.plan, work.line, _visitor(work, rotation), roots, question, work.now)


def _visitor(work: Work, rotation: Rotation) -> Signer:
    """The other CA that signs leaves, to make a caller with."""
    name = work.line.signer
    pair, paths = kept(work, rotation)[name], transitions.kept_paths(work.line, rotation)[name]
    if not pair.key:
        message = f"{paths.key} is missing, and without it no member can be asked whether it trusts its CA"
        hint = "bring it back for the look, or go on without one: --offline"
        raise Refused.because("EB303", message, hint, str(paths.key))
    signer = opened(pair, paths.key, work.passphrases)
    chain = b"" if len(work.line.authorities) == 1 else transitions.first(pair.certificate)
    return Signer(signer, chain)
