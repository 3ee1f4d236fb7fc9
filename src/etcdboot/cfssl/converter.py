"""From what cfssl's files say to the ``certificates`` section, and to a whole spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from etcdboot.base.addresses import Host, HostKind
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.durations import format_lifetime
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.cfssl import known_fields, profiles
from etcdboot.cfssl.authorities import Authority, authority
from etcdboot.cfssl.documents import Evidence, Policy
from etcdboot.cfssl.leaf_certificates import Leaf, standing, wished
from etcdboot.cfssl.locations import lost
from etcdboot.cfssl.member_inference import Cast, cast
from etcdboot.cfssl.subjects import with_subjects
from etcdboot.etcd.releases import Release
from etcdboot.plan.certificate_request import CA, ROOTS, CertKind
from etcdboot.plan.filename_hints import clue
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.schema import parse_client_name
from etcdboot.spec.spec import (
    CertificateDefaults,
    CertificatesSpec,
    ClientSpec,
    ClusterSpec,
    EtcdSpec,
    KeyAlgorithm,
)
from etcdboot.spec.subject_names import SUPERUSER, folded

_KINDS: Final = (CertKind.SERVER, CertKind.PEER, CertKind.CLIENT)
_LOOPBACK: Final = Host("127.0.0.1", HostKind.IPV4)


@dataclass(frozen=True, slots=True)
class Translation:
    """What the files come to, and all that must be said of it; ``hosts`` are all that they certify."""

    certificates: CertificatesSpec
    cast: Cast
    hosts: tuple[str, ...]
    told: tuple[Diagnostic, ...]

    def cluster(self, name: str, release: Release | None = None) -> ClusterSpec:
        """A spec of its own; only where there are members."""
        etcd = EtcdSpec(version=release)
        return ClusterSpec(name, self.cast.members, etcd=etcd, certificates=self.certificates)

    def beside(self, plan: ClusterPlan) -> CertificatesSpec:
        """The section for a cluster that has a plan: what is certified and no member's belongs to all."""
        certified = {str(san) for request in plan.certificates for san in request.sans}
        more = tuple(host for host in self.hosts if host not in certified)
        return replace(self.certificates, sans=more)


def translate(evidence: Evidence) -> Translation:
    """The ``certificates`` section and the members; never raises, whatever the files say."""
    told: list[Diagnostic] = []
    asked = [wished(wish, told) for wish in evidence.wishes if not wish.is_ca]
    there = [standing(each.file, clue(_stem(each.file)), each.facts) for each in evidence.leaves]
    leaves = (*asked, *(leaf for leaf in there if not _is_asked(leaf, asked)))
    unnamed: list[Diagnostic] = []
    clients = _clients(leaves, unnamed) or CertificatesSpec().clients
    users = frozenset((SUPERUSER, *(folded(client.name) for client in clients)))
    dialled = asked if any(leaf.is_dialled and not leaf.is_client for leaf in asked) else there
    members = cast(dialled, told, users)
    policy = _the_policy(evidence.policies, told)
    top = authority(evidence, told)
    lifetimes = _lifetimes(policy, there)
    told += _unnested(policy, lifetimes, top.lifetime)
    told += _unlike(asked, members)
    section = _section(
        top, {kind: min(each, top.lifetime) for kind, each in lifetimes.items()}, _keys(leaves)
    )
    section = replace(
        section,
        intermediate=ROOTS[CA] in evidence.authorities,
        sans=members.sans,
        clients=clients,
    )
    section = with_subjects(
        section,
        _becoming(leaves, members),
        [leaf for leaf in leaves if leaf.is_client],
        top.titled,
        told,
    )
    told += unnamed
    serving = [leaf for leaf in leaves if not leaf.is_client]
    hosts = dict.fromkeys(str(host) for leaf in serving for host in leaf.hosts if host in leaf.far)
    return Translation(section, members, tuple(hosts), tuple(told))


def _section(
    top: Authority, lifetimes: Mapping[CertKind, int], keys: Mapping[CertKind, KeyAlgorithm]
) -> CertificatesSpec:
    """What servers have is for all, and the others say what they have unlike them."""
    plain = CertificatesSpec()
    lifetime = lifetimes.get(CertKind.SERVER, min(plain.lifetime, top.lifetime))
    key = keys.get(CertKind.SERVER, plain.key)
    own = {
        kind: CertificateDefaults(
            lifetime=None if lifetimes.get(kind, lifetime) == lifetime else lifetimes[kind],
            key=None if keys.get(kind, key) == key else keys[kind],
        )
        for kind in _KINDS
    }
    return replace(
        plain,
        ca=top.layout,
        path_length=top.path_length,
        name_constraints=top.constraints,
        key=key,
        ca_key=None if top.key == key else top.key,
        lifetime=lifetime,
        ca_lifetime=top.lifetime,
        server=own[CertKind.SERVER],
        peer=own[CertKind.PEER],
        client=own[CertKind.CLIENT],
    )


def _is_asked(leaf: Leaf, asked: Iterable[Leaf]) -> bool:
    """Whether a request for the certificate is there too: it tells what is wanted."""
    return any((each.clue.owner, each.clue.kinds) == (leaf.clue.owner, leaf.clue.kinds) for each in asked)


def _stem(file: str) -> str:
    name = file.rpartition("/")[2]
    return name.rpartition(".")[0] or name


# --- lifetimes


def _the_policy(policies: tuple[Policy, ...], told: list[Diagnostic]) -> Policy | None:
    """The first; another one is named."""
    for each in policies[1:]:
        message = f"a second ca-config; {policies[0].place.file} is taken, and nothing of this one"
        told.append(each.place.warning("EB399", message, "name the one that counts, and leave out the other"))
    if policies:
        told += profiles.judged(policies[0])
    return policies[0] if policies else None


def _lifetimes(policy: Policy | None, there: Iterable[Leaf]) -> dict[CertKind, int]:
    """How long certificates of each kind live: as the policy has it, else as those that exist."""
    if policy is not None:
        default = policy.default.lifetime if policy.default else 0
        by_kind = profiles.chosen(policy)
        return {kind: each.lifetime or default or known_fields.LIFETIME for kind, each in by_kind.items()}
    longest: dict[CertKind, int] = {}
    for leaf in there:
        for kind in filter(leaf.is_for, _KINDS):
            longest[kind] = max(leaf.lifetime, longest.get(kind, 0))
    return longest


def _unnested(policy: Policy | None, lifetimes: Mapping[CertKind, int], longest: int) -> Iterator[Diagnostic]:
    """Profiles whose certificates would outlive the CA."""
    by_kind = profiles.chosen(policy) if policy else {}
    for profile in dict.fromkeys(by_kind.values()):
        written = max(lifetimes[kind] for kind, each in by_kind.items() if each is profile)
        if written > longest:
            ends = f"({_hours(longest)}) and end with it whatever they say"
            message = f"profile {profile.name}: its certificates ({_hours(written)}) outlive the CA {ends}"
            hint = f"{format_lifetime(longest)} is written; a CA that lives longer is a new CA"
            yield profile.place.warning("EB390", message, hint)


def _hours(seconds: int) -> str:
    return f"{seconds // 3600}h"


# --- keys, names


def _keys(leaves: Iterable[Leaf]) -> dict[CertKind, KeyAlgorithm]:
    """The kind of key for each kind of certificate: that of the first leaf that is for it."""
    found: dict[CertKind, KeyAlgorithm] = {}
    for leaf in leaves:
        for kind in filter(leaf.is_for, _KINDS):
            if leaf.key is not None:
                found.setdefault(kind, leaf.key)
    return found


def _becoming(leaves: Iterable[Leaf], members: Cast) -> list[Leaf]:
    """The leaves whose successors are the members' certificates: those for hosts of members."""
    serving = [leaf for leaf in leaves if not leaf.is_client]
    hosts = frozenset(host for leaf in members.leaves for host in leaf.far)
    return [leaf for leaf in serving if leaf in members.leaves or leaf.far & hosts] or serving


def _clients(leaves: Iterable[Leaf], told: list[Diagnostic]) -> tuple[ClientSpec, ...]:
    """A client for each certificate that is only shown; its common name is the etcd user."""
    found: dict[str, ClientSpec] = {}
    for leaf in leaves:
        if not leaf.is_client:
            continue
        try:
            name = parse_client_name(leaf.common_name)
        except ValueError as cause:
            told.append(lost(leaf.place, f"client {leaf.common_name!r}", str(cause)))
            continue
        found.setdefault(folded(name), ClientSpec(name=name, sans=tuple(map(str, leaf.hosts))))
    return tuple(found.values())


def _unlike(asked: Iterable[Leaf], found: Cast) -> Iterator[Diagnostic]:
    """How certificates of etcdboot's will differ from those that are asked for."""
    names = {member.name for member in found.members}
    for leaf in asked:
        if leaf.is_client:
            continue
        if leaf.common_name and leaf.common_name not in names:
            yield lost(leaf.place, f"CN {leaf.common_name!r}", "a member's certificates have its name")
        if leaf.is_for(CertKind.SERVER) and _LOOPBACK not in leaf.hosts:
            message = "127.0.0.1 is not among the hosts, so on a member's own machine etcdctl refuses it"
            yield leaf.place.note("EB391", message, "etcdboot certifies it, for every member listens there")
