"""What etcdboot tells members unasked, and why; for ``render --explain``."""

from __future__ import annotations

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.feature_gates import parse_gates
from etcdboot.etcd.flag_names import GATES_FLAG
from etcdboot.etcd.recommended_flags import baseline
from etcdboot.plan.plan import MemberPlan
from etcdboot.workflows.cluster import open_cluster


@dataclass(frozen=True, slots=True)
class Explained:
    """One flag of the baseline for one member; ``kept`` is false where the spec decides otherwise."""

    member: str
    name: str
    value: str
    reason: str
    kept: bool


def explain(file: str) -> tuple[Explained, ...]:
    """The baseline of every member of the spec in ``file``.

    Raises:
        SpecError, Missing: as reading the spec does.
    """
    cluster = open_cluster(file)
    mode = str(cluster.spec.bootstrap.mode)
    return tuple(
        Explained(member.name, row.name, row.value, row.reason, _kept(member, row.name, row.value))
        for member in cluster.plan.members
        for row in baseline(member.release, mode)
    )


def _kept(member: MemberPlan, name: str, value: str) -> bool:
    said = member.flag(name)
    if name != GATES_FLAG or said is None:
        return said == value
    return set(parse_gates(value)) <= set(parse_gates(said))
