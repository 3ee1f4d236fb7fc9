"""Which profile of a policy stands for which kind of certificate, and whether it would do for etcd."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.cfssl import known_fields
from etcdboot.cfssl.documents import Policy, Profile
from etcdboot.plan.certificate_request import USAGES, CertKind

_KINDS: Final = (CertKind.SERVER, CertKind.PEER, CertKind.CLIENT)
_WHY: Final = {
    CertKind.SERVER: "etcd dials its own listener with the server certificate",
    CertKind.PEER: "a member shows one certificate, whoever dials",
    CertKind.CLIENT: "a client has nothing else to show",
}


def chosen(policy: Policy) -> dict[CertKind, Profile]:
    """The profile for each kind: the one called so, else the general one, else the default.

    General is one whose name speaks of no kind, or of several; among many the one called after etcd.
    """
    named = {kind: [each for each in policy.profiles if _speaks_of(each) == {kind}] for kind in _KINDS}
    general = [each for each in policy.profiles if len(_speaks_of(each)) != 1]
    general.sort(key=lambda each: "etcd" not in each.name.lower())
    rest = [*general, *((policy.default,) if policy.default else ())]
    return {kind: own[0] for kind in _KINDS if (own := named[kind] or rest)}


def judged(policy: Policy) -> Iterator[Diagnostic]:
    """What is to be said of the profiles: what etcd would miss, what is dropped, what is not used at all."""
    used = chosen(policy)
    for profile in policy.profiles:
        kinds = [kind for kind, each in used.items() if each is profile]
        if not kinds:
            message = f"profile {profile.name} is for no certificate of etcd's and is not taken over"
            yield profile.place.note("EB388", message)
            continue
        yield from _lacking(profile, kinds)
        yield from _dropped(profile)
    if policy.default in used.values() and policy.default:
        yield from _lacking(policy.default, list(used))


def _lacking(profile: Profile, kinds: list[CertKind]) -> Iterator[Diagnostic]:
    means = {known_fields.USAGES[each] for each in profile.usages}
    for kind in kinds:
        wanted = (*map(str, USAGES[kind]), known_fields.SIGNATURE)
        lacking = [each for each in wanted if each not in means]
        if lacking:
            words = ", ".join(map(_word, lacking))
            message = f"profile {profile.name} lacks {words} for {kind} certificates: {_WHY[kind]}"
            hint = "etcdboot's have it; make anew those that were made so"
            yield profile.place.warning("EB389", message, hint)
            return


def _dropped(profile: Profile) -> Iterator[Diagnostic]:
    surplus = [each for each in profile.usages if known_fields.USAGES[each] is None]
    if surplus:
        message = f"profile {profile.name}: {', '.join(surplus)} is not taken over: etcd has no use for it"
        yield profile.place.warning("EB388", message)


def _word(meaning: str) -> str:
    """cfssl's word for a usage."""
    return next(word for word, each in known_fields.USAGES.items() if each == meaning)


def _speaks_of(profile: Profile) -> set[CertKind]:
    words = re.split(r"[^a-z]+", profile.name.lower())
    return {kind for kind in _KINDS if kind.value in words}
