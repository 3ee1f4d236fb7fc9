"""Revocation lists: which the plan wants, who looks at them, and whether one holds.

etcd looks at the serial numbers of a list and at nothing else of it: not at its signature, not at its issuer,
not at its dates (client/pkg/transport/listener_tls.go checkCRL at v3.4.23 and v3.7.1). So one that has run
out is still enforced, and nobody is told; other programs refuse such a list, and with it every certificate.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

from etcdboot.base.fast_dataclasses import dataclass
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
