"""Who is in the cluster, as far as certificates tell: cfssl's files name hosts, never members."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, count, islice

from etcdboot.base.addresses import Host
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.cfssl.leaf_certificates import Leaf
from etcdboot.spec.schema import parse_name
from etcdboot.spec.spec import MemberSpec
from etcdboot.spec.subject_names import SUPERUSER, folded

_USERS = frozenset((SUPERUSER,))
_NOT_A_MEMBER = "client"  # client/NAME are the clients' certificates


@dataclass(frozen=True, slots=True)
class Cast:
    """The members, the names that belong to all of them, and the certificates that tell of the members."""

    members: tuple[MemberSpec, ...]
    sans: tuple[str, ...] = ()
    leaves: tuple[Leaf, ...] = ()


def cast(leaves: Sequence[Leaf], told: list[Diagnostic], users: Collection[str] = _USERS) -> Cast:
    """The members that certificates are for; what was assumed is told.

    Certificates with the same hosts, or called after the same owner, are one member's. Where all are for one
    set of hosts, every address among these is a member, unless the certificates have the name of one. No
    member is named like one of the etcd ``users`` (folded).
    """
    serving = [leaf for leaf in leaves if leaf.far and not leaf.is_client]
    groups = _groups([leaf for leaf in serving if leaf.is_dialled])
    own = [group for group in groups if not _covers_others(group, groups)]
    if not own:
        return Cast(())
    found = _crowd(own[0], users) if len(own) == 1 and not _is_one(own[0]) else _one_each(own, users)
    held = {host for member in found.members for host in (member.host, *member.sans)}
    rest = dict.fromkeys(str(host) for leaf in serving for host in leaf.hosts if host in leaf.far)
    own_files = [leaf for group in own for leaf in group]
    told += _told(own_files, found)
    return Cast(found.members, tuple(each for each in rest if each not in held), tuple(own_files))


def _groups(leaves: Iterable[Leaf]) -> list[list[Leaf]]:
    groups: list[list[Leaf]] = []
    for leaf in leaves:
        mates = [group for group in groups if any(_is_same(leaf, other) for other in group)]
        merged = [*(other for group in mates for other in group), leaf]
        groups = [*(group for group in groups if group not in mates), merged]
    return groups


def _is_same(leaf: Leaf, other: Leaf) -> bool:
    owner = leaf.clue.owner.lower()
    return leaf.far == other.far or (bool(owner) and owner == other.clue.owner.lower())


def _covers_others(group: list[Leaf], groups: list[list[Leaf]]) -> bool:
    """Whether it is for several of the others: one certificate for all beside one for each."""
    hosts = _far(group)
    return sum(set(_far(other)) < set(hosts) for other in groups if other is not group) > 1


def _is_one(group: list[Leaf]) -> bool:
    """Whether the files have the name of one member, which counts: ``etcd1``, ``member-2``."""
    return any(leaf.clue.owner[-1:].isdigit() for leaf in group)


def _far(group: list[Leaf]) -> list[Host]:
    """The hosts that mean something to others, in the order written."""
    return list(dict.fromkeys(host for leaf in group for host in leaf.hosts if host in leaf.far))


def _crowd(group: list[Leaf], users: Collection[str]) -> Cast:
    """A member for each address of the first family; for each name, where there is no address."""
    hosts = _far(group)
    addresses = [host for host in hosts if host.is_address]
    names = [host for host in hosts if not host.is_address and not host.text.startswith("*.")]
    dialled = [host for host in addresses if host.kind is addresses[0].kind] or names
    if len(dialled) < 2:
        return _one_each([group], users)
    labels = [host.text.partition(".")[0] for host in names]
    are_names = all(_is_name(label, users) for label in labels)
    known = len(set(labels)) == len(names) == len(dialled) and are_names
    called = labels if known else islice(_counted(users), len(dialled))
    return Cast(
        tuple(
            MemberSpec(
                name=name,
                host=str(host),
                sans=(str(names[at]),) if known and names[at] != host else (),
            )
            for at, (name, host) in enumerate(zip(called, dialled, strict=True))
        )
    )


def _counted(taken: Collection[str]) -> Iterator[str]:
    """etcd1, etcd2 and so on, without those that are taken (folded)."""
    return (name for number in count(1) if (name := f"etcd{number}") not in taken)


def _one_each(groups: list[list[Leaf]], users: Collection[str]) -> Cast:
    """One member for each group of certificates, with all their names."""
    members: list[MemberSpec] = []
    for group in groups:
        hosts = _far(group)
        taken = {*users, *(folded(member.name) for member in members)}
        offers = (*(leaf.clue.owner for leaf in group), *(leaf.common_name for leaf in group))
        name = next(offer for offer in chain(offers, _counted(taken)) if _is_name(offer, taken))
        dialled = min(hosts, key=lambda host: (host.text.startswith("*."), not host.is_address))
        sans = tuple(str(host) for host in hosts if host != dialled)
        members.append(MemberSpec(name=name, host=str(dialled), sans=sans))
    return Cast(tuple(members))


def _is_name(text: str, taken: Collection[str]) -> bool:
    """Whether a member can have the name; ``taken`` are folded."""
    try:
        return folded(parse_name(text)) not in {*taken, _NOT_A_MEMBER}
    except ValueError:
        return False


def _told(leaves: list[Leaf], found: Cast) -> Iterable[Diagnostic]:
    """What the members were taken from."""
    members = ", ".join(f"{member.name}={member.host}" for member in found.members)
    files = dict.fromkeys(leaf.place.file for leaf in leaves)
    one = "; cfssl makes one certificate for all, etcdboot makes each its own" if len(files) == 1 else ""
    hint = "cfssl's files name hosts alone: say in the spec what each member is called (etcd's --name)"
    message = f"taken for members, from {', '.join(files)}: {members}"
    yield leaves[0].place.note("EB395", message + (one if len(found.members) > 1 else ""), hint)
