"""Rules about which releases run together, and which should not run at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from etcdboot.etcd.advisories import dangers_of
from etcdboot.etcd.releases import (
    NEWEST,
    is_end_of_life,
    newest_patch,
    next_minor_apart,
    peer_port_serves_clients,
)
from etcdboot.plan.plan import ClusterPlan
from etcdboot.rules.finding import Finding, at, caution
from etcdboot.spec.spec import ClientTls, ClusterSpec, PeerTls


def version_is_written(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Without a release nobody knows which flags there are."""
    unsaid = [not (each.version or spec.defaults.version or spec.etcd.version) for each in spec.members]
    if any(unsaid):
        message = f"no etcd.version is written; judged as {plan.members[unsaid.index(True)].release}"
        yield caution("EB239", "etcd", message, f'write the release that you run: version: "{NEWEST}"')


def _written_at(spec: ClusterSpec, index: int) -> str:
    if spec.members[index].version:
        return at(index, "version")
    return "defaults.version" if spec.defaults.version else "etcd.version"


def release_is_safe(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Releases that lose data, panic or let the wrong people in."""
    throw_away = all(url.host.is_loopback for member in plan.members for url in member.advertise_client_urls)
    excused = throw_away or spec.etcd.allow_dangerous_release
    for index, member in enumerate(plan.members):
        dangers = dangers_of(member.release)
        if not dangers:
            continue
        gravest = dangers[0]
        more = f" (and {len(dangers) - 1} more)" if len(dangers) > 1 else ""
        message = f"etcd {member.release}: {gravest.reason}{more}; {gravest.source}"
        hint = f"take {newest_patch(member.release)}"
        if gravest.severity == "refuse" and not excused:
            hint += "; for a throw-away cluster: etcd.allow-dangerous-release: true"
            yield Finding("EB211", _written_at(spec, index), message, hint)
        else:
            yield caution("EB211", _written_at(spec, index), message, hint)


def release_is_supported(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A minor that gets no more fixes."""
    for index, member in enumerate(plan.members):
        if is_end_of_life(member.release):
            message = f"etcd {member.release.minor_name} has reached its end of life: no more fixes"
            yield caution("EB241", _written_at(spec, index), message, "plan the move to the next minor")


def minors_are_neighbours(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd has no guard here: 3.6 beside 3.4 kills the 3.4 members at once."""
    for (one, first), (two, second) in combinations(enumerate(plan.members), 2):
        if not next_minor_apart(first.release, second.release):
            blamed = two if spec.members[two].version else one
            message = f"{first.name} runs {first.release} and {second.name} {second.release}: minors apart"
            yield Finding("EB212", _written_at(spec, blamed), message, "move one minor at a time")


def peer_port_is_guarded(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Until 3.5 the peer port serves clients too, so an open one makes client TLS pointless."""
    if spec.tls.client is not ClientTls.MUTUAL or spec.tls.peer is PeerTls.MUTUAL:
        return
    for member in plan.members:
        if peer_port_serves_clients(member.release):
            message = (
                f"etcd {member.release} serves clients on its peer port, and tls.peer is {spec.tls.peer}"
            )
            yield caution("EB240", "tls.peer", message, "write tls.peer: mutual")
            return
