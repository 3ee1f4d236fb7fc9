"""What a data-dir was made for: a member with a log ignores in silence what would make it another.

Source: docs/etcd/bootstrap.md#a-log-decides: a member whose ``member/wal/*.wal`` exists is bootstrapped; etcd
ignores corrected peer URLs, token and initial-cluster.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.releases import Release, next_minor_apart, parse_release
from etcdboot.plan.plan import ClusterPlan, MemberPlan


@dataclass(frozen=True, slots=True)
class Identity:
    """What a member is for good from its first start on, and the release that ran it last."""

    name: str
    peer_urls: tuple[str, ...]
    token: str
    initial_cluster: str
    release: str

    def dump(self) -> bytes:
        """The file that :func:`parse_identity` reads back."""
        return json.dumps(asdict(self), indent=2).encode() + b"\n"


def identity_of(plan: ClusterPlan, member: MemberPlan) -> Identity:
    """What the member is by this plan."""
    return Identity(
        name=member.name,
        peer_urls=tuple(map(str, member.initial_advertise_peer_urls)),
        token=plan.token,
        initial_cluster=member.initial_cluster,
        release=str(member.release),
    )


def parse_identity(content: bytes) -> Identity:
    """What :meth:`Identity.dump` gave.

    Raises:
        ValueError: it is something else.
    """
    try:
        fields = json.loads(content)
        return Identity(**{**fields, "peer_urls": tuple(fields["peer_urls"])})
    except (KeyError, TypeError, UnicodeDecodeError) as cause:
        raise ValueError(str(cause)) from cause


def objections(before: Identity, now: Identity, data_dir: str) -> tuple[Diagnostic, ...]:
    """Why a member whose data were made as ``before`` must not start as ``now``."""
    differing = tuple(_differences(before, now))
    found = []
    if differing:
        message = f"{now.name} has data of another identity: " + "; ".join(differing)
        hint = f"put the spec back, or give up the data: remove {data_dir}, or run `up --ephemeral`"
        found.append(error("EB507", message, hint, data_dir))
    last, coming = parse_release(before.release), parse_release(now.release)
    if not _may_follow(last, coming):
        message = f"{now.name} was run last by etcd {last}, which {coming} must not follow"
        hint = f"one minor at a time, and never back: use etcd {last.minor_name}, or remove {data_dir}"
        found.append(error("EB508", message, hint, data_dir))
    return tuple(found)


def _differences(before: Identity, now: Identity) -> Iterator[str]:
    rows = (
        ("peer URLs", ",".join(before.peer_urls), ",".join(now.peer_urls)),
        ("initial-cluster-token", before.token, now.token),
        ("initial-cluster", before.initial_cluster, now.initial_cluster),
    )
    for title, old, new in rows:
        if old != new:
            yield f"{title} was {old}, the spec says {new}"


def _may_follow(last: Release, coming: Release) -> bool:
    """Forward by at most one minor; back within a minor only (docs/etcd/releases.md#version-skew)."""
    forward = (coming.major, coming.minor) >= (last.major, last.minor)
    return forward and next_minor_apart(last, coming)
