"""etcd's releases: which there are, and what each can do.

Elsewhere nobody compares release numbers: whoever needs to know asks a predicate here by name, so that a new
minor is one row in ``NEWEST_PATCH`` and a look through this module. Sources: docs/etcd/ for what was measured
or read; file:line and issue numbers are etcd's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_X_Y_Z: Final = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")


@dataclass(frozen=True, order=True, slots=True)
class Release:
    """One etcd release; ordered as releases are."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def minor_name(self) -> str:
        """``3.6`` for 3.6.14."""
        return f"{self.major}.{self.minor}"


# The newest patch of each minor that the flag table was read from (docs/etcd/releases.md#support).
NEWEST_PATCH: Final = {
    "3.4": Release(3, 4, 45),
    "3.5": Release(3, 5, 33),
    "3.6": Release(3, 6, 14),
    "3.7": Release(3, 7, 1),
}
MINORS: Final = tuple(NEWEST_PATCH)
OLDEST: Final = Release(3, 4, 0)
NEWEST: Final = NEWEST_PATCH[MINORS[-1]]


def parse_release(text: str) -> Release:
    """``"3.6.14"`` as a release; patches newer than we know are taken, other minors are not.

    Raises:
        ValueError: not X.Y.Z, or of a minor that we know nothing about; the text says what is known.
    """
    match = _X_Y_Z.fullmatch(text)
    known = f"known are {MINORS[0]}.0 to {NEWEST}"
    if match is None:
        raise ValueError(f"{text!r} is not an etcd release: it is written X.Y.Z, as in {NEWEST}; {known}")
    release = Release(*(int(part) for part in match.groups()))
    if release.minor_name not in NEWEST_PATCH:
        raise ValueError(f"etcd {release} is not known to etcdboot: {known}")
    return release


def minor_index(release: Release) -> int:
    """Which column of a per-minor table is this release's."""
    return MINORS.index(release.minor_name)


def newest_patch(release: Release) -> Release:
    """The newest patch we know of the same minor; what an old patch should become."""
    return NEWEST_PATCH[release.minor_name]


def next_minor_apart(one: Release, other: Release) -> bool:
    """Whether two members may run side by side: minors at most one apart.

    etcd itself has no guard against more: rolling 3.4 → 3.6 kills the running 3.4 members, 3.5 → 3.7
    panics or converts with no way back (docs/etcd/releases.md#version-skew).
    """
    return one.major == other.major and abs(one.minor - other.minor) <= 1


def _from_minor(release: Release, minor: int) -> bool:
    return (release.major, release.minor) >= (3, minor)


def _from_patch(release: Release, first: dict[str, int], otherwise: bool = True) -> bool:
    """Whether its minor's first patch is reached; minors without a row: ``otherwise``."""
    patch = first.get(release.minor_name)
    return otherwise if patch is None else release.patch >= patch


# --- bootstrap


def has_v2_discovery(release: Release) -> bool:
    """``--discovery URL``, which 3.7 removed and ignores silently in the environment and the file.

    Source: docs/etcd/discovery.md#removal-of-v2-discovery
    """
    return not _from_minor(release, 7)


def has_v3_discovery(release: Release) -> bool:
    """``--discovery-token`` with ``--discovery-endpoints`` (docs/etcd/discovery.md#support-by-release)."""
    return _from_minor(release, 6)


def serves_v2_api(release: Release) -> bool:
    """Whether ``--enable-v2`` makes it a v2 discovery host (docs/etcd/discovery.md#support-by-release)."""
    return not _from_minor(release, 6)


def falls_back_to_v2_proxy(release: Release) -> bool:
    """Whether a surplus member becomes a v2 proxy by default (docs/etcd/discovery.md#v2-failures)."""
    return not _from_minor(release, 6)


def drops_plain_srv_records(release: Release) -> bool:
    """3.4 uses ``_etcd-server-ssl`` only (docs/etcd/dns.md#plain-records)."""
    return not _from_minor(release, 5)


# --- security


def crl_is_der_only(release: Release) -> bool:
    """From 3.6 a PEM revocation list locks every client out silently (docs/etcd/tls.md#revocation-lists)."""
    return _from_minor(release, 6)


def peer_port_serves_clients(release: Release) -> bool:
    """In 3.5 and earlier the peer port reads and writes keys (docs/etcd/tls.md#peer-port-serves-clients)."""
    return not _from_minor(release, 6)


def split_http_bypasses_crl(release: Release) -> bool:
    """With ``--listen-client-http-urls`` gRPC ignored the client CRL (docs/etcd/tls.md#revocation-lists)."""
    return not _from_patch(release, {"3.5": 32, "3.6": 13, "3.7": 0}, otherwise=False)


# --- settings


def defaults_are_dated(release: Release) -> bool:
    """3.4 logs with capnslog and elects without pre-vote by default (docs/etcd/releases.md#old-defaults)."""
    return not _from_minor(release, 5)


def has_initial_corruption_check(release: Release) -> bool:
    """Whether a starting member can compare its data with its peers.

    Source: docs/etcd/flags-and-config-file.md#initial-corruption-check
    """
    return _from_minor(release, 5)


def file_turns_gateway_off(release: Release) -> bool:
    """3.4's gRPC gateway (REST, ``/v3/…``) is on by default, and off with a file that does not set it.

    Measured with a file of ``name`` and ``data-dir``: 404 on 3.4.23; 200 on 3.5.1, 3.5.33, 3.6.14, 3.7.1.
    """
    return not _from_minor(release, 5)


# --- operation


def is_end_of_life(release: Release) -> bool:
    """Whether the minor gets no more patches (docs/etcd/releases.md#support)."""
    return not _from_minor(release, 5)


def reads_etcdctl_api_variable(release: Release) -> bool:
    """Whether etcdctl reads ``ETCDCTL_API`` (docs/etcd/health-and-grpc.md#etcdctl-api)."""
    return not _from_minor(release, 6)
