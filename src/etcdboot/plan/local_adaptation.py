"""Any spec on this machine: on loopback ports, below one folder, run by the one etcd that is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from etcdboot.base.diagnostics import Diagnostic, error, warning
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.etcd.releases import Release
from etcdboot.spec.spec import (
    BootstrapMode,
    BootstrapSpec,
    CertificateSource,
    ClusterSpec,
    EtcdSpec,
    FlagValues,
    MemberDefaults,
    MemberSpec,
)

Scope = TypeVar("Scope", bound=MemberDefaults)

LOOPBACK = "127.0.0.1"
PORTS_PER_MEMBER = 2
_THROW_AWAY_MEMBERS = 3

# Flags with a place outside the folder that all else is kept in.
OUTSIDE_PATHS: Mapping[str, str] = {
    "wal-dir": "the log stays below data-dir here",
}
# Flags that mean something on the members' own hosts only: addresses, names and files that are there.
OTHER_HOSTS: Mapping[str, str] = {
    **OUTSIDE_PATHS,
    "auth-token": "its keys are files of the members' hosts",
    "client-cert-allowed-hostname": "the rehearsal's certificates name 127.0.0.1",
    "client-cert-file": "a file of the members' hosts",
    "client-crl-file": "the rehearsal has certificates of its own",
    "client-key-file": "a file of the members' hosts",
    "distributed-tracing-address": "an address of the members' hosts",
    "experimental-distributed-tracing-address": "an address of the members' hosts",
    "host-whitelist": "it names the members' hosts",
    "listen-client-http-urls": "an address of the members' hosts",
    "listen-metrics-urls": "an address of the members' hosts",
    "log-outputs": "up reads what members print",
    "peer-cert-allowed-hostname": "the rehearsal's certificates name 127.0.0.1",
    "peer-client-cert-file": "a file of the members' hosts",
    "peer-client-key-file": "a file of the members' hosts",
    "peer-crl-file": "the rehearsal has certificates of its own",
}


@dataclass(frozen=True, slots=True)
class Adapted:
    """A spec that fits this machine, and what had to give way, as sentences."""

    spec: ClusterSpec
    dropped: tuple[str, ...] = ()


def throw_away(ports: tuple[int, ...]) -> ClusterSpec:
    """The cluster of an ``up`` without a spec: three members with mutual TLS on those loopback ports."""
    names = (f"etcd{number}" for number in range(1, _THROW_AWAY_MEMBERS + 1))
    members = tuple(MemberSpec(name=name) for name in names)
    return rehearse(ClusterSpec(name="throw-away", members=members), ports).spec


def ports_needed(spec: ClusterSpec | None) -> int:
    """How many ports its rehearsal takes (None: the throw-away cluster's)."""
    return PORTS_PER_MEMBER * (len(spec.members) if spec else _THROW_AWAY_MEMBERS)


def confine(spec: ClusterSpec) -> Adapted:
    """The spec without the flags that lead out of the folder in which ``up`` keeps a member.

    What clients elsewhere are told (``endpoints``: a load balancer) goes too: here they dial the members.
    """
    return _without(replace(spec, endpoints=()), OUTSIDE_PATHS)


def rehearse(spec: ClusterSpec, ports: tuple[int, ...]) -> Adapted:
    """The spec on 127.0.0.1: client port and peer port of each member in turn from ``ports``.

    Names, TLS, lifetimes and the flags that mean something here are kept. Later joiners become founders, for
    the cluster that they would join is not here. The bootstrap is static: a discovery token is for the real
    members, and DNS has their addresses.
    """
    kept = with_own_certificates(_without(spec, OTHER_HOSTS))
    mode = spec.bootstrap.mode
    if mode is not BootstrapMode.STATIC:
        kept = replace(kept, dropped=(*kept.dropped, f"bootstrap is static here, not {mode}"))
    pairs = zip(ports[::PORTS_PER_MEMBER], ports[1::PORTS_PER_MEMBER], strict=True)
    members = tuple(
        MemberSpec(
            name=member.name,
            host=LOOPBACK,
            client_port=client,
            peer_port=peer,
            version=member.version,
            sans=member.sans,
            flags=member.flags,
        )
        for member, (client, peer) in zip(kept.spec.members, pairs, strict=True)
    )
    defaults, etcd = kept.spec.defaults, kept.spec.etcd
    return replace(
        kept,
        spec=replace(
            kept.spec,
            members=members,
            bootstrap=BootstrapSpec(initial_cluster_token=spec.bootstrap.initial_cluster_token),
            endpoints=(),
            defaults=MemberDefaults(version=defaults.version, sans=defaults.sans, flags=defaults.flags),
            etcd=EtcdSpec(
                version=etcd.version,
                allow_dangerous_release=etcd.allow_dangerous_release,
                flags=etcd.flags,
            ),
        ),
    )


def with_own_certificates(adapted: Adapted) -> Adapted:
    """The certificates made by a throw-away CA, whoever makes those of the real members."""
    written = adapted.spec.certificates
    if written.source is CertificateSource.ISSUED and written.signer is None:
        return adapted
    here = replace(written, source=CertificateSource.ISSUED, signer=None)
    return Adapted(
        replace(adapted.spec, certificates=here, defaults=_own_files(adapted.spec.defaults),
                members=tuple(map(_own_files, adapted.spec.members))),
        (*adapted.dropped, "certificates are issued here, by a throw-away CA"),
    )  # fmt: skip


def _own_files(scope: Scope) -> Scope:
    return replace(
        scope,
        cert_file=None,
        key_file=None,
        trusted_ca_file=None,
        peer_cert_file=None,
        peer_key_file=None,
        peer_trusted_ca_file=None,
    )


def fit_release(spec: ClusterSpec, found: Release) -> tuple[ClusterSpec, tuple[Diagnostic, ...]]:
    """The spec as the etcd that was found runs it, with a warning for each release that is another patch.

    An error among the diagnostics (EB504): another minor is written, and its flags and its data differ.
    """
    written = {f"members[{i}].version": member.version for i, member in enumerate(spec.members)}
    written |= {"defaults.version": spec.defaults.version, "etcd.version": spec.etcd.version}
    told = tuple(_misfit(place, release, found) for place, release in written.items() if release)
    members = tuple(replace(member, version=None) for member in spec.members)
    fitted = replace(
        spec,
        members=members,
        defaults=replace(spec.defaults, version=None),
        etcd=replace(spec.etcd, version=found),
    )
    return fitted, tuple(each for each in told if each)


def _misfit(path: str, written: Release, found: Release) -> Diagnostic | None:
    if written == found:
        return None
    message = f"the spec says etcd {written}, and the etcd found is {found}"
    if written.minor_name == found.minor_name:
        return warning("EB505", message, f"it runs as {found} here", path)
    hint = f"name an etcd {written.minor_name} with --etcd PATH, or change {path}"
    return error("EB504", message, hint, path)


def _without(spec: ClusterSpec, table: Mapping[str, str]) -> Adapted:
    dropped: dict[str, None] = {}  # a set that keeps the order

    def kept(flags: FlagValues) -> FlagValues:
        for name, value in flags:
            if name in table and value is not None:
                dropped[f"{name} is left out: {table[name]}"] = None
        return tuple((name, value) for name, value in flags if name not in table)

    adapted = replace(
        spec,
        etcd=replace(spec.etcd, flags=kept(spec.etcd.flags)),
        defaults=replace(spec.defaults, flags=kept(spec.defaults.flags)),
        members=tuple(replace(member, flags=kept(member.flags)) for member in spec.members),
    )
    return Adapted(adapted, tuple(dropped))
