"""The checks of the data's condition. Deeper ones are further functions here and rows in ``CHECKS``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from etcdboot.observations.cluster import Alarms
from etcdboot.verify.check import Finding, Outcome
from etcdboot.verify.evidence import Evidence

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
