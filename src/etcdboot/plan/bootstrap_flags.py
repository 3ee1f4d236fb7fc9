"""How founders are told to find one another: a row a mode. A later joiner is told statically in each.

Sources: docs/etcd/flags-and-config-file.md#conflicting-settings (exactly one of initial-cluster, discovery,
discovery-endpoints and discovery-srv may be set), docs/etcd/bootstrap.md#ids (which token enters the ids),
docs/etcd/discovery.md#support-by-release and docs/etcd/dns.md#lookups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.plan.plan import CarriedFile, Flag
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, ClusterSpec, ClusterState

# Key of the spec -> its name in a member's pki folder, where `render` puts a copy.
_CARRIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "discovery_cacert": "discovery-ca.pem",
        "discovery_cert": "discovery-cert.pem",
        "discovery_key": "discovery-key.pem",
    }
)
# Told as they are written.
_V3_PLAIN: Final = (
    "discovery_user",
    "discovery_dial_timeout",
    "discovery_request_timeout",
    "discovery_keepalive_time",
    "discovery_keepalive_timeout",
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a plan takes from files of the operator's; empty where it was not read."""

    discovery_password: str = field(default="", repr=False)


# What enters the ids besides the peer URLs; a mode without a row takes the initial-cluster-token.
_TOKENS: Final[Mapping[BootstrapMode, str]] = MappingProxyType(
    {BootstrapMode.DISCOVERY_V2: "discovery", BootstrapMode.DISCOVERY_V3: "discovery_token"}
)


def token_key(mode: BootstrapMode) -> str | None:
    """The key of the spec that holds a token made by somebody else; None for a mode without one."""
    attribute = _TOKENS.get(mode)
    return _key(attribute) if attribute else None


def cluster_token(spec: ClusterSpec) -> str:
    """The token that enters the founders' ids; empty while the mode's own is not made yet."""
    attribute = _TOKENS.get(spec.bootstrap.mode)
    if attribute is None:
        return spec.bootstrap.initial_cluster_token or spec.name
    return getattr(spec.bootstrap, attribute) or ""


def bootstrap_flags(
    spec: ClusterSpec, state: ClusterState, initial_cluster: str, pki_dir: PurePosixPath, secrets: Secrets
) -> tuple[Flag, ...]:
    """What a member of that initial state is told of how to find the others."""
    joins = state is ClusterState.EXISTING
    if not joins and spec.bootstrap.mode is not BootstrapMode.STATIC:
        return (
            *_WAYS[spec.bootstrap.mode](spec, pki_dir, secrets),
            Flag("initial-cluster-state", str(state)),
        )
    return (
        Flag("initial-cluster", initial_cluster),
        Flag("initial-cluster-state", str(state)),
        Flag("initial-cluster-token", spec.bootstrap.initial_cluster_token or spec.name),
    )


def carried_files(written: BootstrapSpec, state: ClusterState) -> tuple[CarriedFile, ...]:
    """The operator's files that a member of that initial state needs a copy of."""
    if written.mode is not BootstrapMode.DISCOVERY_V3 or state is ClusterState.EXISTING:
        return ()
    found = ((attribute, name, getattr(written, attribute)) for attribute, name in _CARRIED.items())
    return tuple(
        CarriedFile(name, source, _key(attribute), secret=name.endswith("-key.pem"))
        for attribute, name, source in found
        if source
    )


def _key(attribute: str) -> str:
    return attribute.replace("_", "-")


def _v2(spec: ClusterSpec, pki_dir: PurePosixPath, secrets: Secrets) -> tuple[Flag, ...]:
    return _written(spec.bootstrap, ("discovery", "discovery_proxy"))


def _v3(spec: ClusterSpec, pki_dir: PurePosixPath, secrets: Secrets) -> tuple[Flag, ...]:
    written = spec.bootstrap
    files = carried_files(written, ClusterState.NEW)
    flags = [*_written(written, ("discovery_token",))]
    if written.discovery_endpoints:
        flags.append(Flag("discovery-endpoints", ",".join(written.discovery_endpoints)))
    if files and any("://" not in each for each in written.discovery_endpoints):
        # The scheme decides where there is one; without, etcd speaks in the clear unless told not to.
        flags.append(Flag("discovery-insecure-transport", "false"))
    flags += [
        Flag(_key(attribute), str(pki_dir / name))
        for attribute, name in _CARRIED.items()
        if getattr(written, attribute)
    ]
    flags += _written(written, _V3_PLAIN)
    if written.discovery_password_file:
        flags.append(Flag("discovery-password", secrets.discovery_password, secret=True))
    return tuple(flags)


def _dns(spec: ClusterSpec, pki_dir: PurePosixPath, secrets: Secrets) -> tuple[Flag, ...]:
    return (
        *_written(spec.bootstrap, ("discovery_srv", "discovery_srv_name")),
        Flag("initial-cluster-token", cluster_token(spec)),
    )


def _written(written: BootstrapSpec, attributes: tuple[str, ...]) -> tuple[Flag, ...]:
    found = ((_key(attribute), getattr(written, attribute)) for attribute in attributes)
    return tuple(Flag(name, value) for name, value in found if value)


_WAYS: Final[Mapping[BootstrapMode, Callable[[ClusterSpec, PurePosixPath, Secrets], tuple[Flag, ...]]]] = (
    MappingProxyType(
        {BootstrapMode.DISCOVERY_V2: _v2, BootstrapMode.DISCOVERY_V3: _v3, BootstrapMode.DNS: _dns}
    )
)
