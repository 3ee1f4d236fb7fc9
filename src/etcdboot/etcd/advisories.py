"""Releases that should not run, and why. Whoever meets a new one adds a row to ``_FAULTS``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from etcdboot.etcd.releases import Release, parse_release


@dataclass(frozen=True, slots=True)
class Danger:
    """Why the releases ``first`` to ``last`` of one minor should not run; ``source`` tells who says so."""

    first: Release
    last: Release
    severity: Literal["refuse", "warn"]
    reason: str
    source: str


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
