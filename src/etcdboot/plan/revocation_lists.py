"""Revocation lists: which the plan wants, who looks at them, and whether one holds.

etcd looks at the serial numbers of a list and at nothing else of it: not at its signature, not at its issuer,
not at its dates (client/pkg/transport/listener_tls.go checkCRL at v3.4.23 and v3.7.1). So one that has run
out is still enforced, and nobody is told; other programs refuse such a list, and with it every certificate.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from etcdboot.base.diagnostics import Diagnostic, error, warning
from etcdboot.base.durations import format_lifetime
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.pki.store.revocation_register import Roll
from etcdboot.plan.certificate_request import CA, PEER_CA
from etcdboot.plan.certificates import peer_ca_name
from etcdboot.spec.spec import ClientTls, ClusterSpec, PeerTls

_STEMS = {CA: "crl", PEER_CA: "peer-crl"}


@dataclass(frozen=True, slots=True)
class CrlRequest:
    """A list that the plan wants: whose, and how long it holds, in seconds."""

    ca_name: str
    lifetime: int


@dataclass(frozen=True, slots=True)
class MemberCrl:
    """A list that a member looks at: the flag that names it, its file in the pki folder there, and whose."""

    flag: str
    file: str
    ca_name: str


@dataclass(frozen=True, slots=True)
class CrlFacts:
    """What a list shows; ``signed`` tells whether the CA that it should be of has signed it."""

    number: int
    this_update: datetime
    next_update: datetime
    serials: frozenset[int]
    signed: bool
    is_der: bool = True


class CrlPaths(NamedTuple):
    """Where a CA's list stands below ``pki/``: for people and their tools, and for etcd."""

    pem: PurePosixPath
    der: PurePosixPath


def crl_paths(ca_name: str) -> CrlPaths:
    """The files of the list of the CA called so."""
    stem = _STEMS[ca_name]
    return CrlPaths(PurePosixPath(f"{stem}.pem"), PurePosixPath(f"{stem}.der"))


def member_crls(spec: ClusterSpec) -> tuple[MemberCrl, ...]:
    """The lists that every member looks at: one for each side on which callers prove who they are."""
    if spec.certificates.crl is None:
        return ()
    found = []
    if spec.tls.client is ClientTls.MUTUAL:
        found.append(MemberCrl("client-crl-file", "client-crl.der", CA))
    if spec.tls.peer is PeerTls.MUTUAL:
        found.append(MemberCrl("peer-crl-file", "peer-crl.der", peer_ca_name(spec)))
    return tuple(found)


def crl_requests(spec: ClusterSpec) -> tuple[CrlRequest, ...]:
    """The lists that are to stand in ``pki/``, one for each CA whose certificates callers show."""
    written = spec.certificates.crl
    names = dict.fromkeys(each.ca_name for each in member_crls(spec))
    return tuple(CrlRequest(name, written.lifetime) for name in names) if written else ()


# --- whether a list holds


def judge(request: CrlRequest, facts: CrlFacts | None, roll: Roll, now: datetime) -> tuple[Diagnostic, ...]:
    """What is to be said of a CA's list; ``facts`` None: it is not there."""
    path = crl_paths(request.ca_name).der
    anew = "make it anew with: etcdboot certs crl"
    if facts is None:
        hint = "make it with: etcdboot certs"
        return (error("EB370", f"{request.ca_name} has no revocation list, {path}", hint, str(path)),)
    return tuple(_flaws(request, facts, roll, now, str(path), anew))


def _flaws(
    request: CrlRequest, facts: CrlFacts, roll: Roll, now: datetime, path: str, anew: str
) -> Iterator[Diagnostic]:
    if not facts.is_der:
        yield error("EB371", f"{path} is in PEM form: from 3.6, etcd refuses every client then", anew, path)
    if not facts.signed:
        yield error("EB372", f"{path} is not signed by {request.ca_name}", anew, path)
    lacking = [each.name for each in roll.after(now) if each.serial not in facts.serials]
    if lacking:
        yield error("EB373", f"{path} does not tell of {', '.join(lacking)}", anew, path)
    left = facts.next_update - now
    if left.total_seconds() <= 0:
        message = f"{path} ran out on {facts.next_update.date()}: etcd goes by it still, others may not"
        yield warning("EB374", message, anew, path)
    elif left.total_seconds() <= request.lifetime / 3:
        spare = format_lifetime(max(int(left.total_seconds()) // 3600, 1) * 3600)
        yield warning("EB374", f"{path} holds for {spare} more, until {facts.next_update.date()}", anew, path)
