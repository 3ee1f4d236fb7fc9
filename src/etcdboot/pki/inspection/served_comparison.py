"""What the hosts serve, compared with what stands in ``pki/``: who still serves an old certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from etcdboot.base.addresses import Url
from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.plan.certificate_request import CertKind, CertRequest
from etcdboot.plan.plan import ClusterPlan


class Served(StrEnum):
    """How a served certificate stands to the one in ``pki/``; where several apply, the first."""

    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    CURRENT = "current"
    OTHER_CA = "other-ca"  # not signed by the CA in pki/
    OLD = "old"
    NEWER = "newer"  # what is in pki/ is the older one
    UNKNOWN = "unknown"  # pki/ has none to compare it with


@dataclass(frozen=True, slots=True)
class Place:
    """A URL where a certificate of ours should be served."""

    url: Url
    member: str
    request: CertRequest


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at one place; ``facts`` of the served certificate, None where none was seen."""

    place: Place
    state: Served
    facts: CertFacts | None
    problem: Diagnostic | None

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it."""
        return {
            "url": str(self.place.url),
            "member": self.place.member,
            "name": self.place.request.name,
            "sha256": self.facts.sha256 if self.facts else None,
            "not_after": f"{self.facts.not_after:%Y-%m-%dT%H:%M:%SZ}" if self.facts else None,
            "state": str(self.state),
        }


def places(plan: ClusterPlan) -> tuple[Place, ...]:
    """Where the members' certificates should be served: at every advertised URL that speaks TLS."""
    return tuple(dict.fromkeys(place for member in plan.members for place in _places(plan, member.name)))


def _places(plan: ClusterPlan, name: str) -> Iterator[Place]:
    member = plan.member(name)
    assert member is not None
    urls = {CertKind.SERVER: member.advertise_client_urls, CertKind.PEER: member.initial_advertise_peer_urls}
    for request in member.certificates:
        for url in urls.get(request.kind, ()):
            if url.is_tls:
                yield Place(url, member.name, request)


def compare(place: Place, certificate: bytes, cause: str, entries: Iterable[Entry], now: datetime) -> Sight:
    """How what a place served stands to ``pki/``; an empty certificate means that it gave none, and why."""
    found = {entry.request.name: entry for entry in entries}
    if not certificate:
        return _unseen(place, cause)
    try:
        served = read(certificate, found[place.request.ca_name].found.certificate)
    except Unreadable as damage:
        return _unseen(place, f"it serves what is no certificate: {damage}")
    state = _state(served, found[place.request.name].facts, now)
    return Sight(place, state, served, _complaint(place, state, served))


def exit_code(seen: tuple[Sight, ...]) -> ExitCode:
    """Ok when every place serves what is in ``pki/``; down when none gives an answer."""
    if all(each.state is Served.CURRENT for each in seen):
        return ExitCode.OK
    silent = all(each.state is Served.UNREACHABLE for each in seen)
    return ExitCode.DOWN if silent else ExitCode.DRIFT


def _state(served: CertFacts, ours: CertFacts | None, now: datetime) -> Served:
    if served.not_after <= now:
        return Served.EXPIRED
    if ours is None:
        return Served.UNKNOWN
    if served.sha256 == ours.sha256:
        return Served.CURRENT
    if not served.signed:
        return Served.OTHER_CA
    return Served.NEWER if served.not_before > ours.not_before else Served.OLD


def _unseen(place: Place, cause: str) -> Sight:
    message = f"{place.url} of {place.member} shows no certificate: {cause}"
    hint = "see whether the member runs and can be reached from here: etcdboot verify"
    return Sight(place, Served.UNREACHABLE, None, error("EB344", message, hint, place.request.name))


_SAID = {
    Served.EXPIRED: "serves an expired certificate",
    Served.OTHER_CA: "serves a certificate that the CA in pki/ has not signed",
    Served.OLD: "still serves an old certificate",
    Served.NEWER: "serves a newer certificate than pki/ has",
    Served.UNKNOWN: "serves a certificate, and pki/ has none",
}
_INSTALL = "render, copy the member's tree to its host and run install.sh there; no restart is needed"
_REMEDIES = {
    Served.OTHER_CA: "see that the member was given the files of this cluster, and that --pki is the right "
    "folder",
    Served.NEWER: "bring the newer pki/ here, or install the member's files again",
    Served.UNKNOWN: "bring pki/ here",
}


def _complaint(place: Place, state: Served, served: CertFacts) -> Diagnostic | None:
    if state is Served.CURRENT:
        return None
    shown = f"valid until {served.not_after:%Y-%m-%d}, sha256 {served.sha256[:16]}…"
    message = f"{place.url} of {place.member} {_SAID[state]} ({shown})"
    return error("EB342", message, _REMEDIES.get(state, _INSTALL), place.request.name)
