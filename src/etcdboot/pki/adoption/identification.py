"""Which of the plan's certificates the ones that others made are: by key, by name, by what they show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from cryptography import x509

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.pki.adoption import assignment
from etcdboot.pki.adoption.input_files import Handed
from etcdboot.pki.adoption.pair_matching import Match
from etcdboot.pki.x509.certificate import is_signed_by
from etcdboot.plan.certificate_request import CA, PEER_CA, CertKind, CertRequest
from etcdboot.spec.spec import CertificateSource

_NAME_IT = "name the file with the CA's own certificate"


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of the plan's certificates: by public key whose it is, and which CAs stand there.

    ``free`` are the CAs of the plan that have no certificate yet, ``known`` those that do, by fingerprint.
    """

    holders: Mapping[str, tuple[str, ...]]
    free: Collection[str]
    known: Mapping[str, str]


def authorities(
    given: Handed, requests: Sequence[CertRequest], places: Places, as_name: str | None
) -> dict[str, Match] | Diagnostic:
    """The plan's CAs that are among the certificates, by name; or why nobody can tell.

    A CA for which there is no place, and that nobody named, only leads from a certificate to its root.
    """
    slots = [each.name for each in requests if each.is_ca]
    found = given.matches(authorities=True)
    again = {places.known[each.facts.sha256]: each for each in found if each.facts.sha256 in places.known}
    if as_name in slots:
        if found:
            return {as_name: _the_one(as_name, found, requests)}
        return error("EB306", f"no CA's certificate is among the files, so none is {as_name}", _NAME_IT)
    candidates = [each for each in found if each.facts.sha256 not in places.known]
    free = [name for name in slots if name in places.free]
    if not candidates or (not free and given.matches(authorities=False)):
        return again
    chosen = _placed(candidates, free or slots, requests)
    return chosen if isinstance(chosen, Diagnostic) else {**again, **chosen}


def _placed(
    candidates: list[Match], free: list[str], requests: Sequence[CertRequest]
) -> dict[str, Match] | Diagnostic:
    """Each candidate in the place that is for it."""
    if len(free) == 1:
        own = [each for each in candidates if each.key] or _roots(candidates, requests, free[0]) or candidates
        return {free[0]: own[0]} if len(own) == 1 else _which(own, free)
    if len(candidates) == 1:
        [one] = candidates
        kinds = [name for name in free if _suits(name, one, requests)]
        return {kinds[0]: one} if len(kinds) == 1 else _which(candidates, free)
    told: list[Diagnostic] = []
    named = assignment.authorities(candidates, told)
    if told or not named or not set(named) & set(free):
        return _which(candidates, free)
    return {name: match for name, match in named.items() if name in free}


def _suits(name: str, match: Match, requests: Sequence[CertRequest]) -> bool:
    """Whether a CA may be the one of that name: a root or not, and with two sides the one its file names."""
    is_root = {each.name: each.is_root for each in requests}
    for_peers = CertKind.PEER in match.clue.kinds
    splits = {CA, PEER_CA} <= set(is_root)
    itself = _signs_itself(match)
    is_told = not splits or (for_peers == name.startswith("peer") and (for_peers or match.clue.is_ca))
    return itself == is_root[name] and is_told


def _roots(candidates: Iterable[Match], requests: Sequence[CertRequest], name: str) -> list[Match]:
    """Those that sign themselves, where that is wanted."""
    wanted = next(each.is_root for each in requests if each.name == name)
    return [each for each in candidates if _signs_itself(each) == wanted]


def _the_one(name: str, found: list[Match], requests: Sequence[CertRequest]) -> Match:
    """The CA that is meant by a name: the one with a key, else a root where a root is wanted."""
    own = [each for each in found if each.key]
    return (own or _roots(found, requests, name) or found)[0]


def _signs_itself(match: Match) -> bool:
    certificate = x509.load_pem_x509_certificate(match.certificate)
    return is_signed_by(certificate, certificate)


def _which(candidates: Iterable[Match], free: Iterable[str]) -> Diagnostic:
    names = ", ".join(dict.fromkeys(each.file for each in candidates))
    slots = " or ".join(free)
    message = f"which of the plan's CAs is it, {slots}: {names}?"
    return error("EB363", message, f"name the files of one at a time, with --as {slots}")


def leaves(
    given: Handed, requests: Sequence[CertRequest], places: Places, as_name: str | None
) -> tuple[dict[str, Match], tuple[Diagnostic, ...]]:
    """The plan's certificates but its CAs among those handed over, by name; and those of nobody (EB362)."""
    wanted = [each for each in requests if not each.is_ca and as_name in (None, each.name)]
    found: dict[str, Match] = {}
    strangers: list[Match] = []
    for match in given.matches(authorities=False):
        name = _name(match, wanted, places, as_name)
        if name is None:
            strangers.append(match)
        elif name not in found or found[name].facts.not_after < match.facts.not_after:
            found[name] = match
    rest, nobody = _by_content(strangers, [each for each in wanted if each.name not in found])
    return found | rest, nobody


def _name(match: Match, wanted: Sequence[CertRequest], places: Places, as_name: str | None) -> str | None:
    """The certificate's name, as it was said or as its key tells."""
    if as_name is not None:
        return as_name
    holders = places.holders.get(match.facts.public_key, ())
    owned = [each for each in wanted if each.name in holders]
    if len(owned) > 1:  # one key for several: what else it shows must tell
        told: list[Diagnostic] = []
        owned = [each for each in owned if each.name in assignment.assigned(owned, [match], told)]
        owned = [each for each in owned if each.kind in match.clue.kinds] or owned
    return owned[0].name if owned else None


def _by_content(
    strangers: list[Match], wanted: list[CertRequest]
) -> tuple[dict[str, Match], tuple[Diagnostic, ...]]:
    """Those whose key came with them, or is on its member's host, told by name, hosts and usages."""
    here = _fitting(wanted, [each for each in strangers if each.key])
    elsewhere = [each for each in wanted if each.source is CertificateSource.CSR and each.name not in here]
    there = _fitting(elsewhere, [each for each in strangers if not each.key])
    placed = {**here, **there}
    hint = "name its key's file too, or say which certificate it is with --as"
    nobody = (
        replace(
            error("EB362", f"no key in pki/ goes with the certificate of {_whose(each)}", hint),
            file=each.file,
        )
        for each in strangers
        if each not in placed.values()
    )
    return placed, tuple(nobody)


def _fitting(wanted: Sequence[CertRequest], matches: Sequence[Match]) -> dict[str, Match]:
    """The best match for each; one whose file names a kind is for that kind alone."""
    told: list[Diagnostic] = []  # what is left over is told by who asks
    found = assignment.assigned(wanted, matches, told)
    kinds = {each.name: each.kind for each in wanted}
    return {
        name: match
        for name, match in found.items()
        if not match.clue.kinds or kinds[name] in match.clue.kinds
    }


def _whose(match: Match) -> str:
    return dict(match.facts.subject).get("CN", "nobody")
