"""Which subject goes into which certificates: what one certificate holds is for its own successor only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.fast_dataclasses import replace
from etcdboot.cfssl.leaf_certificates import Leaf
from etcdboot.cfssl.locations import Place, lost, spelled
from etcdboot.plan.certificate_request import CertKind
from etcdboot.spec.spec import CertificatesSpec, ClientSpec
from etcdboot.spec.subject_names import ATTRIBUTES, KUBERNETES_MASTERS, folded, parse_attribute

Subject = tuple[tuple[str, str], ...]


class Titled(NamedTuple):
    """A request or a certificate as far as its subject goes; the common name is not in it."""

    place: Place
    subject: Subject


def with_subjects(
    section: CertificatesSpec,
    serving: Sequence[Leaf],
    clients: Sequence[Leaf],
    authorities: Sequence[Titled],
    told: list[Diagnostic],
) -> CertificatesSpec:
    """The section with the subject of each certificate that it plans; all that is left out is told.

    One subject for all is written only where every planned certificate has that subject already.
    """
    said: list[Diagnostic] = []
    authority = _agreed(authorities, "the CA", said)
    server, peer = (
        _agreed(_for(serving, kind), "the members", said) for kind in (CertKind.SERVER, CertKind.PEER)
    )
    own = {
        client: _agreed(_named(clients, client), f"client {client.name}", said) for client in section.clients
    }
    told += dict.fromkeys(said)
    known = {authority, server, peer, *own.values()}
    if len(known) == 1 and authorities and serving and clients:
        return replace(section, subject=authority)
    return replace(
        section,
        ca_subject=authority or None,
        server=replace(section.server, subject=server or None),
        peer=replace(section.peer, subject=peer or None),
        clients=tuple(replace(client, subject=subject or None) for client, subject in own.items()),
    )


def _for(serving: Sequence[Leaf], kind: CertKind) -> list[Titled]:
    """Those that become certificates of the kind: a member's other certificate where none is for it."""
    meant = [leaf for leaf in serving if leaf.is_for(kind)] or serving
    return [Titled(leaf.place, leaf.subject) for leaf in meant]


def _named(clients: Sequence[Leaf], client: ClientSpec) -> list[Titled]:
    return [
        Titled(leaf.place, leaf.subject)
        for leaf in clients
        if folded(leaf.common_name) == folded(client.name)
    ]


def _agreed(sources: Sequence[Titled], whose: str, told: list[Diagnostic]) -> Subject:
    """What all of them hold, in the order of a subject; the rest is told."""
    held = [dict(_taken(source, whose, told)) for source in sources]
    agreed = dict.fromkeys(
        (key, value)
        for key in ATTRIBUTES
        for value in (held[0].get(key) if held else None,)
        if value is not None and all(other.get(key) == value for other in held)
    )
    for source, pairs in zip(sources, held, strict=True):
        rest = [pair for pair in pairs.items() if pair not in agreed]
        if rest:
            told.append(lost(source.place, f"subject {spelled(rest)}", f"others for {whose} do not have it"))
    return tuple(agreed)


def _taken(source: Titled, whose: str, told: list[Diagnostic]) -> Iterator[tuple[str, str]]:
    """The attributes that a spec can say, without the group of superusers."""
    for name, value in source.subject:
        if (name, value) == KUBERNETES_MASTERS:
            told.append(_masters(source.place, whose))
            continue
        try:
            yield name, parse_attribute(name, value)
        except (ValueError, KeyError) as cause:
            told.append(lost(source.place, f"subject {name}={value}", str(cause)))


def _masters(place: Place, whose: str) -> Diagnostic:
    message = (
        f"subject O=system:masters of {whose} is not taken over: in Kubernetes its holder has all rights"
    )
    hint = "a client that needs it has to ask: clients: [{name: NAME, subject: {O: system:masters}}]"
    return place.warning("EB284", message, hint)


def unnamed(subject: Iterable[tuple[str, str]]) -> Subject:
    """A subject without its common name."""
    return tuple(pair for pair in subject if pair[0] != "CN")
