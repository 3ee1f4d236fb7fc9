"""Whether what is registered below a discovery token is the cluster of the plan, and may become it.

Sources of what etcd does in each case: docs/etcd/discovery.md#v2-failures, docs/etcd/discovery.md#v3-failures
and docs/etcd/discovery.md#v3-waits-without-a-limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from etcdboot.base.diagnostics import Diagnostic, error, has_errors, warning
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import counted, gist
from etcdboot.observations.discovery_registry import Registration, Registry
from etcdboot.plan.bootstrap_flags import token_key
from etcdboot.plan.plan import MemberPlan
from etcdboot.spec.spec import BootstrapMode

_V2: Final = BootstrapMode.DISCOVERY_V2
_ANOTHER: Final = "make a new token: etcdboot discovery new --write"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the founders have come; ``missing`` are names, ``surplus`` are strangers and latecomers.

    ``duplicates`` stand under a founder's name or id, and are not that founder as planned.
    """

    registry: Registry
    founders: tuple[str, ...]
    missing: tuple[str, ...]
    surplus: tuple[Registration, ...]
    duplicates: tuple[Registration, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def complete(self) -> bool:
        """Whether the founders, all of them and nobody else, have the places there are."""
        return self.registry.places == len(self.founders) and not self.missing

    @property
    def is_good(self) -> bool:
        """Whether it is complete, and nothing is wrong besides."""
        return self.complete and not has_errors(self.diagnostics)

    def as_json(self) -> dict[str, object]:
        """The keys of ``-w json`` beyond those of every command."""
        return {
            "mode": str(self.registry.mode),
            "token": self.registry.token,
            "size": self.registry.places,
            "registered": [each.as_json() for each in self.registry.registered],
            "missing": list(self.missing),
            "surplus": [each.as_json() for each in self.surplus],
            "duplicates": [each.as_json() for each in self.duplicates],
            "complete": self.complete,
        }


def standing(found: Registry, founders: Sequence[MemberPlan]) -> Standing:
    """What is registered, set against the founders of the plan."""
    here = {each.name for each in founders for one in found.first if _is(one, each)}
    missing = tuple(each.name for each in founders if each.name not in here)
    diagnostics = [*_size(found, founders), *_strangers(found, founders), *_spelling(found, founders)]
    if missing and found.places:
        text = f"not registered yet: {', '.join(missing)}"
        hint = "start them; one that runs says in its log why it cannot register"
        diagnostics.append(warning("EB569", text, hint, _path(found)))
    return Standing(
        found,
        tuple(each.name for each in founders),
        missing,
        tuple(each for each in found.registered if each not in found.first or _is_stranger(each, founders)),
        _duplicates(found, founders),
        tuple(diagnostics),
    )


def objections(
    found: Registry, founders: Sequence[MemberPlan], fresh: Collection[str], begun: Collection[str]
) -> tuple[Diagnostic, ...]:
    """Why the founders in ``fresh`` must not start with this token; empty when they may.

    ``fresh`` are the names of those that are about to start and have no data; ``begun`` of those known to
    have data already, for which a token means nothing any more. Nothing is known of the others.
    """
    if not fresh:
        return ()
    wrong = [
        *_size(found, founders),
        *_strangers(found, founders),
        *_spelling(found, founders),
        *_used(found, founders, fresh, begun),
        *_waits_in_vain(found, founders, fresh, begun),
    ]
    return tuple(each for each in wrong if has_errors((each,)))


def _path(found: Registry) -> str:
    return f"bootstrap.{token_key(found.mode)}"


def _is(registration: Registration, founder: MemberPlan) -> bool:
    """Whether a founder registered as it is planned; its id may be of another spelling of the URL."""
    urls = sorted(map(str, founder.initial_advertise_peer_urls))
    return registration.name == founder.name and sorted(registration.peer_urls) == urls


def _is_like(registration: Registration, founder: MemberPlan) -> bool:
    """Whether a name, an id or a peer URL is a founder's."""
    urls = {str(each) for each in founder.initial_advertise_peer_urls}
    own_id = founder.predicted_id is not None and registration.id == f"{founder.predicted_id:x}"
    return registration.name == founder.name or own_id or bool(urls & set(registration.peer_urls))


def _is_stranger(registration: Registration, founders: Sequence[MemberPlan]) -> bool:
    return not any(_is_like(registration, each) for each in founders)


def _duplicates(found: Registry, founders: Sequence[MemberPlan]) -> tuple[Registration, ...]:
    """Whoever is like a founder and not it, or is it for the second time."""
    seen: set[str] = set()
    doubles = []
    for each in found.registered:
        itself = next((one.name for one in founders if _is(each, one)), None)
        if (itself is None and not _is_stranger(each, founders)) or itself in seen:
            doubles.append(each)
        elif itself is not None:
            seen.add(itself)
    return tuple(doubles)


def _size(found: Registry, founders: Sequence[MemberPlan]) -> Iterator[Diagnostic]:
    """etcd exits at once without a good size; with a wrong one it waits, or turns members away."""
    wanted, places = len(founders), found.places
    if found.size is None:
        text = f"there is no such token: {found.token} has no size"
        yield error("EB550", text, f"{_ANOTHER}; a token cannot be made up", _path(found))
    elif places is None:
        text = f"the token's size is '{gist(found.size)}', which is no number of members"
        yield error("EB551", text, _ANOTHER, _path(found))
    elif places > wanted:
        text = f"{_sizes(places, wanted)}: whoever starts waits for ever"
        yield error("EB552", text, _ANOTHER, _path(found))
    elif places < wanted:
        text = f"{_sizes(places, wanted)}: whoever comes last exits"
        yield error("EB553", text, _ANOTHER, _path(found))


def _sizes(places: int, founders: int) -> str:
    return f"the token is for {counted(places, 'member')}, and the spec has {counted(founders, 'founder')}"


def _strangers(found: Registry, founders: Sequence[MemberPlan]) -> Iterator[Diagnostic]:
    """Members of another cluster, of an older spec, or one that came when all places were taken."""
    strange = [each for each in found.first if _is_stranger(each, founders)]
    if strange:
        text = f"not of this spec, and registered: {_listed(strange)}; the token is another cluster's"
        yield error("EB554", text, _ANOTHER, _path(found))
    if doubles := _duplicates(found, founders):
        text = f"registered under a founder's name, id or peer URL, and not as planned: {_listed(doubles)}"
        etcd = (
            "etcd says 'found duplicate name'" if found.mode is _V2 else "members then never hear each other"
        )
        hint = f"{_ANOTHER}: an entry stays as it was first made, and {etcd}"
        yield error("EB557", text, hint, _path(found))
    late = [each for each in found.registered if each not in found.first]
    if late and found.places:
        text = f"came when every place ({found.places}) was taken: {_listed(late)}"
        hint = "such a member exits with 'cluster is full'; let it join with initial-cluster-state: existing"
        yield error("EB558", text, hint, _path(found))


def _spelling(found: Registry, founders: Sequence[MemberPlan]) -> Iterator[Diagnostic]:
    """An id is made of the peer URLs and the token as the member was told it.

    For v2 that is the whole URL, so ``localhost`` and 127.0.0.1 make different ids; each member works out all
    ids by its own spelling, and members that disagree never hear one another ("cluster ID mismatch").
    """
    ours = [(one, each) for one in found.first for each in founders if each.predicted_id and _is(one, each)]
    other = [one for one, each in ours if one.id != f"{each.predicted_id:x}"]
    if not other:
        return
    text = f"registered with an id that another spelling of the token gives: {_listed(other)}"
    if len(other) == len(ours):
        yield warning("EB559", text, "the members were told another spelling than the spec has", _path(found))
    else:
        hint = f"they cannot talk to the others; {_ANOTHER}, and render anew for all"
        yield error("EB559", text, hint, _path(found))


def _used(
    found: Registry, founders: Sequence[MemberPlan], fresh: Collection[str], begun: Collection[str]
) -> Iterator[Diagnostic]:
    """A founder that has registered before, and comes back without data.

    v2 refuses it always. v3 lets it register again, which is harmless while all still wait. Once the cluster
    has begun it panics on what the leader knows of its log ("tocommit is out of range"); where the leader is
    new and knows nothing, it comes back, and may vote twice in one term.
    """
    again = [
        each.name for each in founders if each.name in fresh and any(_is(one, each) for one in found.first)
    ]
    full = found.places is not None and len(found.registered) >= found.places
    if not again or not (full or found.mode is _V2):
        return
    end = (
        "exits with 'found duplicate id'"
        if found.mode is _V2
        else "panics, or comes back and has forgotten its votes"
    )
    text = f"the token is used: registered before, and without data here: {', '.join(again)}; etcd then {end}"
    hint = f"for a new cluster {_ANOTHER}, and remove all its members' data"
    if begun:
        hint = f"remove {again[0]} and add it again (initial-cluster-state: existing); {hint}"
    yield error("EB555", text, hint, _path(found))


def _waits_in_vain(
    found: Registry, founders: Sequence[MemberPlan], fresh: Collection[str], begun: Collection[str]
) -> Iterator[Diagnostic]:
    """A member with data never looks at the token, so those that wait for it do so for ever."""
    never = [
        each.name
        for each in founders
        if each.name in begun and not any(_is(one, each) for one in found.registered)
    ]
    if never:
        waiting = ", ".join(sorted(fresh))
        text = f"who has data never registers, so {waiting} would wait for ever for {', '.join(never)}"
        hint = "let the new ones join (initial-cluster-state: existing), or remove all data to begin anew"
        yield error("EB556", text, hint, _path(found))


def _listed(registrations: Sequence[Registration]) -> str:
    return ", ".join(each.text for each in registrations)
