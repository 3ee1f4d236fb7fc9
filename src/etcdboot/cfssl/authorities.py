"""The CAs: those that exist, else those that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.cfssl import known_fields
from etcdboot.cfssl.documents import Evidence, Shown, Wish
from etcdboot.cfssl.leaf_certificates import lasting, offered
from etcdboot.cfssl.locations import Place, lost
from etcdboot.cfssl.subjects import Titled, unnamed
from etcdboot.plan.certificate_request import PEER_CA, CertKind
from etcdboot.spec.spec import CaLayout, CertificatesSpec, KeyAlgorithm
from etcdboot.spec.subject_names import LOOPBACK


@dataclass(frozen=True, slots=True)
class Authority:
    """What the CAs have in common; ``key`` is None where it is none that we make, or nothing is known.

    ``layout`` is None where no CA exists: etcdboot creates them then. ``titled`` are their subjects.
    """

    key: KeyAlgorithm | None
    lifetime: int
    layout: CaLayout | None
    path_length: int | None = None
    constraints: tuple[str, ...] = ()
    titled: tuple[Titled, ...] = ()


def authority(evidence: Evidence, told: list[Diagnostic]) -> Authority:
    """The CAs as they exist; else as they are asked for; else our own."""
    if evidence.authorities:
        return _existing(evidence.authorities, told)
    peers = [wish for wish in evidence.wishes if wish.is_ca and CertKind.PEER in wish.clue.kinds]
    others = [wish for wish in evidence.wishes if wish.is_ca and wish not in peers]
    for wish in (*others[1:], *peers[1:]):
        told.append(wish.place.warning("EB399", "one CA more than etcdboot has; nothing of it is taken over"))
    used = [*others[:1], *peers[:1]]
    if not used:
        return Authority(None, CertificatesSpec().ca_lifetime, None)
    for wish in used:
        told += _unlike_authority(wish)
    first = used[0]
    lifetime = first.lifetime or known_fields.CA_LIFETIME
    return Authority(
        offered(first.key, told),
        lifetime,
        CaLayout.SPLIT if len(used) > 1 else None,
        first.path_length,
        titled=tuple(Titled(wish.place, wish.subject) for wish in used),
    )


def _existing(authorities: Mapping[str, Shown], told: list[Diagnostic]) -> Authority:
    known = {str(each): each for each in KeyAlgorithm}
    for each in authorities.values():
        if each.facts.key not in known:
            message = f"its key is {each.facts.key}, and etcdboot makes none such; it is kept as it is"
            told.append(Place(each.file).warning("EB393", message))
    facts = [each.facts for each in authorities.values()]
    lifetime = max(map(lasting, facts))
    return Authority(
        known.get(facts[0].key),
        lifetime,
        CaLayout.SPLIT if PEER_CA in authorities else CaLayout.SHARED,
        path_length=facts[0].path_length or None,  # none at all is ours, and what is not said is no limit
        constraints=tuple(each for each in facts[0].constraints if each not in LOOPBACK),
        titled=tuple(
            Titled(Place(shown.file), unnamed(shown.facts.subject)) for shown in authorities.values()
        ),
    )


def _unlike_authority(wish: Wish) -> Iterator[Diagnostic]:
    if wish.common_name:
        why = "a CA that etcdboot makes is called after the cluster"
        yield lost(wish.place, f"CN {wish.common_name!r}", why)
