"""etcd's releases: which there are, and what each can do.

Elsewhere nobody compares release numbers: whoever needs to know asks a predicate here by name, so that a new
minor is one row in ``NEWEST_PATCH`` and a look through this module. Sources: "facts §X" is the house's
reference book, measured on real binaries; file:line and issue numbers are etcd's own.
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


# The newest patch of each minor that the flag table was read from (facts, head: tags of 2026-08-20).
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
    panics or converts with no way back (facts §H).
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
    """``--discovery URL``: gone in 3.7.0, where environment and file are ignored in silence (facts §D)."""
    return not _from_minor(release, 7)


def has_v3_discovery(release: Release) -> bool:
    """``--discovery-token`` with ``--discovery-endpoints``: from 3.6.0 (facts §D)."""
    return _from_minor(release, 6)


def serves_v2_api(release: Release) -> bool:
    """Whether it can be a v2 discovery host, given ``--enable-v2``: until 3.5 (facts §D)."""
    return not _from_minor(release, 6)


def falls_back_to_v2_proxy(release: Release) -> bool:
    """Whether a member too many in v2 discovery becomes a proxy unless told to exit: until 3.5 (facts §D)."""
    return not _from_minor(release, 6)


def drops_plain_srv_records(release: Release) -> bool:
    """3.4 looks at ``_etcd-server-ssl`` only (embed/config.go:791@v3.4.45; facts §E)."""
    return not _from_minor(release, 5)


# --- security


def crl_is_der_only(release: Release) -> bool:
    """From 3.6.0 a PEM revocation list locks every client out without a word (facts §F)."""
    return _from_minor(release, 6)


def peer_port_serves_clients(release: Release) -> bool:
    """Until 3.5 whoever reaches the peer port can read and write keys (etcd pull 13565; facts §F)."""
    return not _from_minor(release, 6)


def split_http_bypasses_crl(release: Release) -> bool:
    """With ``--listen-client-http-urls`` the client CRL did not bind gRPC (GHSA-3wh4-j44w-pg92; facts §F)."""
    return not _from_patch(release, {"3.5": 32, "3.6": 13, "3.7": 0}, otherwise=False)


# --- settings


def defaults_are_dated(release: Release) -> bool:
    """3.4 logs by capnslog and elects without pre-vote unless told otherwise (facts §A, §I)."""
    return not _from_minor(release, 5)


def has_initial_corruption_check(release: Release) -> bool:
    """Whether a member that starts can be trusted to compare its data with its peers: from 3.5 (facts §I)."""
    return _from_minor(release, 5)


def refuses_empty_peer_section(release: Release) -> bool:
    """From 3.6 a ``peer-transport-security:`` without anything below is fatal (facts-newer §B8c)."""
    return _from_minor(release, 6)


def file_turns_gateway_off(release: Release) -> bool:
    """3.4's gRPC gateway (REST, ``/v3/…``) is on by default, and off with a file that says nothing of it.

    Measured with a file of ``name`` and ``data-dir``: 404 on 3.4.23; 200 on 3.5.1, 3.5.33, 3.6.14, 3.7.1.
    """
    return not _from_minor(release, 5)


# --- operation


def is_end_of_life(release: Release) -> bool:
    """3.4 ended on 2026-06-01 with 3.4.45 (facts, head)."""
    return not _from_minor(release, 5)


def has_readiness_paths(release: Release) -> bool:
    """``/livez`` and ``/readyz``: 3.4.29, 3.5.11 and all of 3.6 (facts §I)."""
    return _from_patch(release, {"3.4": 29, "3.5": 11})


def members_need_quorum(release: Release) -> bool:
    """From 3.5 the member list is a linearizable read unless asked otherwise (facts §G)."""
    return _from_minor(release, 5)


def reads_etcdctl_api_variable(release: Release) -> bool:
    """Until 3.5 ``ETCDCTL_API`` matters to etcdctl (3 is the default); from 3.6 it only warns (facts §G)."""
    return not _from_minor(release, 6)


def etcdctl_health_sees_alarms(release: Release) -> bool:
    """3.4's ``etcdctl endpoint health`` calls a member without space healthy (facts §G)."""
    return _from_minor(release, 5)


def fit_for_next_minor(release: Release) -> bool:
    """Whether the next minor may follow: 3.5.32 before 3.6, 3.6.11 before 3.7 (facts §H)."""
    return _from_patch(release, {"3.5": 32, "3.6": 11})
