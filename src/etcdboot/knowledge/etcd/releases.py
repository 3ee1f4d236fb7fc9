"""etcd's releases: which there are, what each can do, and which are dangerous.

Elsewhere nobody compares release numbers: whoever needs to know asks a predicate here by name, so that a new
minor is one row in ``NEWEST_PATCH`` and a look through this module. Sources: "facts §X" is the house's
reference book, measured on real binaries; file:line and issue numbers are etcd's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

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


# --- releases that should not run


@dataclass(frozen=True, slots=True)
class Danger:
    """Why the releases ``first`` to ``last`` of one minor should not run; ``source`` tells who says so."""

    first: Release
    last: Release
    severity: Literal["refuse", "warn"]
    reason: str
    source: str

    @property
    def fixed_in(self) -> Release:
        """The first release of the same minor without it."""
        return Release(self.last.major, self.last.minor, self.last.patch + 1)


# What is wrong | in which releases | who says so (the changelog: that of the release after the last).
_FAULTS: Final = (
    ("a member killed under load may silently diverge from the others", "3.5.0-3.5.2", "etcd issue 13766"),
    (
        "a restarted member may silently diverge when auth is on",
        "3.4.0-3.4.7",
        "etcd issue 11651, pull 11652",
    ),
    ("it panics when auth is on", "3.5.3-3.5.3", "etcd changelog"),
    ("revisions may diverge when a member crashes during defragmentation", "3.5.0-3.5.5", "etcd changelog"),
    ("a member that joins while auth is on may diverge", "3.4.20-3.4.21 3.5.5-3.5.5", "etcd changelog"),
    ("a cluster of one may lose an acknowledged write", "3.4.0-3.4.20 3.5.0-3.5.4", "etcd pull 14423"),
    ("watch events may be lost, leases wrongly revoked", "3.4.0-3.4.30 3.5.0-3.5.12", "etcd changelog"),
    ("a panic during compaction may turn the revision back", "3.4.0-3.4.31 3.5.0-3.5.13", "etcd changelog"),
    ("a failed transaction may be written in part", "3.5.0-3.5.16", "etcd changelog"),
    (
        "a snapshot that arrives during defragmentation may corrupt the data",
        "3.4.0-3.4.37 3.5.0-3.5.22 3.6.0-3.6.4",
        "etcd changelog",
    ),
    ("it may not start after a learner was promoted", "3.6.0-3.6.3", "etcd changelog"),
    ("CVE-2021-28235", "3.4.0-3.4.24 3.5.0-3.5.7", "CVE"),
    ("CVE-2026-33413 and CVE-2026-33343", "3.4.0-3.4.41 3.5.0-3.5.27 3.6.0-3.6.8", "CVE"),
    ("CVE-2026-44283", "3.4.0-3.4.43 3.5.0-3.5.29 3.6.0-3.6.10", "CVE"),
    (
        "a client revocation list does not bind gRPC beside --listen-client-http-urls",
        "3.5.0-3.5.31 3.6.0-3.6.12",
        "GHSA-3wh4-j44w-pg92",
    ),
    (
        "watches show keys beyond their permissions, and TLS handshakes can exhaust a member",
        "3.5.0-3.5.32 3.6.0-3.6.13 3.7.0-3.7.0",
        "GHSA-xg4h-6gfc-h4m8, GHSA-6vch-q96h-7gc3",
    ),
)
# Divergence in plain use, with no feature needed to meet it: etcd's own advice is not to run these at all.
_REFUSED: Final = "3.5.0-3.5.2"


def _danger(reason: str, span: str, source: str) -> Danger:
    first, last = map(parse_release, span.split("-"))
    return Danger(first, last, "refuse" if span == _REFUSED else "warn", reason, source)


DANGEROUS: Final = tuple(
    _danger(reason, span, source) for reason, spans, source in _FAULTS for span in spans.split()
)


def dangers_of(release: Release) -> tuple[Danger, ...]:
    """All that is known to be wrong with one release, the gravest first."""
    found = (danger for danger in DANGEROUS if danger.first <= release <= danger.last)
    return tuple(sorted(found, key=lambda danger: danger.severity != "refuse"))
