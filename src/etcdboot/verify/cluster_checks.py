"""The checks of the cluster as a whole: one cluster, a quorum, a leader, and releases that go together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from etcdboot.etcd.releases import Release, parse_release
from etcdboot.observations.cluster import Alarms
from etcdboot.verify.check import Finding, Outcome
from etcdboot.verify.evidence import Evidence, cluster_of


def one_cluster(evidence: Evidence) -> Iterable[Finding]:
    """All endpoints belong to one cluster; etcdctl calls a member of another one healthy."""
    if evidence.cluster_id is None:
        yield Finding(Outcome.SKIP, evidence.cluster, "no endpoint told its cluster id")
        return
    if not evidence.astray:
        yield Finding(Outcome.PASS, evidence.cluster, f"cluster id {evidence.cluster_id:x} everywhere")
    for each in evidence.astray:
        yield Finding(
            Outcome.FAIL,
            evidence.subject(each),
            f"{each.endpoint} belongs to the cluster {cluster_of(each):x}",
            f"cluster id {evidence.cluster_id:x}",
            "it was bootstrapped on its own: stop it, wipe its data-dir, compare its initial-cluster and "
            "initial-cluster-token with the others', then add it as a member",
        )


def quorum(evidence: Evidence) -> Iterable[Finding]:
    """A quorum answers; one committed read proves it for all."""
    voters = evidence.voters
    needed = f"{voters // 2 + 1} of {voters} voting members" if voters else "a majority of the members"
    if not evidence.reached:
        yield Finding(Outcome.SKIP, evidence.cluster, "no endpoint was reached", needed)
    elif evidence.has_quorum:
        yield Finding(Outcome.PASS, evidence.cluster, "a quorum answers", needed)
    else:
        silent = [evidence.subject(each) for each in evidence.home if each.unreached]
        lost = f"bring back {', '.join(silent)}" if silent else "see what the members log about their peers"
        seen = f"quorum lost: {len(evidence.reached)} of {len(evidence.home)} endpoints answer, none commits"
        yield Finding(Outcome.FAIL, evidence.cluster, seen, needed, lost)


def one_leader(evidence: Evidence) -> Iterable[Finding]:
    """All members follow the same leader in the same term."""
    if not evidence.statuses:
        yield Finding(Outcome.SKIP, evidence.cluster, "no endpoint told its status")
        return
    followed = {(status.leader_id, status.raft_term) for _, status in evidence.statuses if status.leader_id}
    for observation, status in evidence.statuses:
        if not status.leader_id:
            yield Finding(
                Outcome.FAIL,
                evidence.subject(observation),
                "sees no leader",
                "every member follows the leader",
                "check that it reaches the other members' peer URLs and they reach its own",
            )
    if len(followed) > 1:
        said = ", ".join(f"{evidence.name_of(leader)} in term {term}" for leader, term in sorted(followed))
        yield Finding(
            Outcome.FAIL,
            evidence.cluster,
            f"members follow different leaders: {said}",
            "one leader, one term",
            "verify again in some seconds: an election may be going on; else check the peer network",
        )
    elif followed:
        [(leader, term)] = followed
        yield Finding(Outcome.PASS, evidence.cluster, f"{evidence.name_of(leader)} leads in term {term}")


def releases(evidence: Evidence) -> Iterable[Finding]:
    """All members run one release, or at most neighbouring minors while an upgrade is under way."""
    versions = sorted({_release(status.version) for _, status in evidence.statuses}, key=str)
    if not versions:
        yield Finding(Outcome.SKIP, evidence.cluster, "no endpoint told its release")
        return
    said = ", ".join(str(each) for each in versions)
    if len(versions) == 1:
        yield Finding(Outcome.PASS, evidence.cluster, f"all run {said}")
        return
    minors = [each.minor for each in versions if isinstance(each, Release)]
    apart = max(minors) - min(minors) if minors else 0
    yield Finding(
        Outcome.FAIL if apart > 1 else Outcome.WARN,
        evidence.cluster,
        f"members run {said}",
        "one release; neighbouring minors during an upgrade",
        "etcd upgrades go one minor at a time" if apart > 1 else "finish the upgrade",
    )


def _release(version: str) -> Release | str:
    try:
        return parse_release(version)
    except ValueError:  # a build of somebody's own, or a minor newer than we know
        return version


_ALARM_REMEDY: Final = {
    "NOSPACE": "raise quota-backend-bytes, or free space: etcdctl compact to the current revision, etcdctl "
    "defrag; then etcdctl alarm disarm",
    "CORRUPT": "compare etcdctl endpoint hashkv over the members; remove the one that differs, wipe its "
    "data-dir, add it again, then etcdctl alarm disarm",
}


def alarms(evidence: Evidence) -> Iterable[Finding]:
    """No member has raised an alarm; etcdctl 3.4 calls a cluster with alarms healthy."""
    told = [each.alarms.alarms for each in evidence.home if isinstance(each.alarms, Alarms)]
    if not told:
        yield Finding(Outcome.SKIP, evidence.cluster, "no endpoint told its alarms", "no alarm")
        return
    raised = sorted({(alarm.kind, alarm.member_id) for answer in told for alarm in answer})
    for kind, member_id in raised:
        remedy = _ALARM_REMEDY.get(kind, "look the alarm up in etcd's documentation")
        yield Finding(Outcome.FAIL, evidence.name_of(member_id), f"alarm {kind}", "no alarm", remedy)
    if not raised:
        yield Finding(Outcome.PASS, evidence.cluster, "no alarm")
