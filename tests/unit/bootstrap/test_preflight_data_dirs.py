from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.bootstrap.preflight_data_dirs import Here, objections, unreadable, unreadable_files
from etcdboot.etcd.releases import Release
from etcdboot.etcd.wal import WalIdentity
from etcdboot.observations.host import DataDir, Held
from etcdboot.plan.plan import ClusterPlan, Flag
from etcdboot.spec.spec import ClusterState, EtcdSpec, MemberSpec, RenderSpec, Target
from samples.specs import THREE, planned, three

PLAN = planned(THREE)
PATH = PurePosixPath("/var/lib/etcd")
EMPTY = DataDir(PATH, exists=True, owner="etcd")
OTHER = 0xABC


def data(member: int | None = 1, cluster: int | None = None, **changes: object) -> DataDir:
    """A data-dir with a log: of that member by the plan, and of that cluster if not the planned one."""
    ids = [each.predicted_id for each in PLAN.members]
    member_id = 0xDEF if member is None else ids[member - 1]
    planned_cluster = PLAN.predicted_cluster_id
    assert member_id is not None and planned_cluster is not None
    found = WalIdentity(member_id, planned_cluster if cluster is None else cluster)
    whole = replace(EMPTY, entries=("member",), segments=("0.wal",), identity=found)
    return replace(whole, **changes)  # type: ignore[arg-type]


def judged(
    *found: DataDir,
    plan: ClusterPlan = PLAN,
    held: Collection[str] = (),
    elsewhere: Collection[int] = (),
    owned: bool = True,
) -> list[Diagnostic]:
    """What is said of the first members' data-dirs."""
    dirs = {member.name: each for member, each in zip(plan.members, found, strict=False)}
    told = list(objections(Here(plan, dirs, held, elsewhere, owned)))
    assert all(each.hint for each in told)
    return told


def codes(told: list[Diagnostic]) -> list[str]:
    return [each.code for each in told]


@pytest.mark.parametrize(
    "found", [DataDir(PATH), EMPTY, data(), data(entries=("fixtures", "lost+found", "member"))]
)
def test_a_new_folder_and_one_of_the_same_member_are_good(found: DataDir) -> None:
    assert judged(found) == []


def test_another_members_data_are_named() -> None:
    (told,) = judged(data(2))
    assert (told.code, told.severity, told.path) == ("EB531", Severity.ERROR, "members[0]")
    assert "of etcd2, not of etcd1" in told.message


def test_data_of_another_cluster_are_refused() -> None:
    (told,) = judged(data(None, OTHER))
    assert (told.code, told.severity) == ("EB532", Severity.ERROR)
    assert f"{OTHER:x}" in told.message and f"{PLAN.predicted_cluster_id:x}" in told.message


def test_a_member_that_was_added_anew_is_of_the_same_cluster() -> None:
    assert judged(data(None)) == []


def test_an_id_that_was_not_predicted_is_right_where_the_others_bear_it() -> None:
    (told,) = judged(data(None, OTHER), elsewhere={OTHER, 1})
    assert (told.code, told.severity) == ("EB532", Severity.NOTE)
    assert [each.severity for each in judged(*[data(None, OTHER)] * 3)] == [Severity.NOTE] * 3
    assert [each.severity for each in judged(*[data(None, OTHER)] * 2)] == [Severity.ERROR] * 2
    alone = planned(three(members=THREE.members[:1]))
    assert [each.severity for each in judged(data(None, OTHER), plan=alone)] == [Severity.ERROR]


def test_where_no_id_can_be_predicted_the_members_must_agree() -> None:
    joiner = MemberSpec(name="etcd4", host="10.0.0.4", initial_cluster_state=ClusterState.EXISTING)
    plan = planned(three(members=(*THREE.members, joiner)))
    assert judged(data(1, OTHER), data(2, OTHER), plan=plan) == []
    (told,) = judged(data(1, OTHER), data(2, 0xD), plan=plan)
    assert (told.code, told.path) == ("EB533", "members")
    assert "etcd1 of abc, etcd2 of d" in told.message


def test_a_damaged_log_is_no_fresh_start() -> None:
    assert codes(judged(data(identity=None))) == ["EB538"]


@pytest.mark.parametrize(
    ("entries", "minor", "said"),
    [
        (("member", "proxy"), 5, "both member/ and proxy/"),
        (("proxy",), 5, "never serves"),
        (("proxy",), 6, "panics"),
    ],
)
def test_a_proxys_folder_is_refused(entries: tuple[str, ...], minor: int, said: str) -> None:
    plan = planned(three(etcd=EtcdSpec(version=Release(3, minor, 1))))
    (told,) = judged(replace(EMPTY, entries=entries), plan=plan)
    assert told.code == "EB534" and said in told.message and "/var/lib/etcd/proxy" in told.hint


def test_foreign_files_are_worth_a_warning_unless_they_are_the_log() -> None:
    (told,) = judged(replace(EMPTY, entries=("logs", "member", "notes.txt")))
    assert (told.code, told.severity) == ("EB535", Severity.WARNING)
    assert "logs, notes.txt" in told.message
    first, *rest = PLAN.members
    logged = replace(first, flags=(*first.flags, Flag("wal-dir", "/var/lib/etcd/logs")))
    (told,) = judged(
        replace(EMPTY, entries=("logs", "notes.txt")), plan=replace(PLAN, members=(logged, *rest))
    )
    assert told.message.endswith(": notes.txt")
    (told,) = judged(replace(EMPTY, entries=tuple(f"file{number}" for number in range(300))))
    assert told.message.endswith(": file0, file1, file2, file3, file4, …")


def test_data_in_use_are_the_members_own_where_its_ports_are_taken() -> None:
    (told,) = judged(data(in_use=True), held={"etcd1"})
    assert (told.code, told.severity) == ("EB536", Severity.NOTE)
    (told,) = judged(data(in_use=True), held={"etcd2"})
    assert (told.code, told.severity) == ("EB536", Severity.ERROR)
    assert "/var/lib/etcd/member/snap/db" in told.hint


def test_a_folder_of_another_user_is_refused_where_a_unit_starts_etcd() -> None:
    root = replace(EMPTY, owner="root")
    assert codes(judged(root)) == ["EB537"]
    assert judged(root, owned=False) == []
    assert judged(root, plan=planned(three(render=RenderSpec(targets=(Target.SCRIPT,))))) == []
    assert codes(judged(data(owner="root", in_use=True), held={"etcd1"})) == ["EB536"]


def held(*names: str, owner: str = "root", usable: bool = True) -> tuple[Held, ...]:
    return tuple(Held(PurePosixPath(name), owner, usable) for name in names)


def test_data_of_another_user_are_refused_with_the_command_that_gives_them_back() -> None:
    wal = ("/var/lib/etcd/member/wal", "/var/lib/etcd/member/wal/0.wal")
    (told,) = judged(data(held=held("/var/lib/etcd/member", owner="etcd") + held(*wal)))
    assert (told.code, told.severity) == ("EB537", Severity.ERROR)
    assert f"{wal[0]} belongs to root" in told.message and "1 more path" in told.message
    assert told.hint == "chown -R etcd /var/lib/etcd"
    assert judged(data(held=held(*wal, owner="etcd"))) == []
    assert judged(data(held=held(*wal)), owned=False) == []


def test_a_log_elsewhere_is_given_back_too() -> None:
    plan = planned(three(etcd=EtcdSpec(flags=(("wal-dir", "/ssd/my wal"),), version=Release(3, 6, 14))))
    (told,) = judged(replace(EMPTY, held=held("/ssd/my wal/0.wal")), plan=plan)
    assert told.hint == "chown -R etcd '/ssd/my wal'"
    (told,) = judged(replace(EMPTY, owner="root", held=held("/ssd/my wal/0.wal")), plan=plan)
    assert told.hint == "chown -R etcd '/ssd/my wal' /var/lib/etcd"


def test_data_whose_mode_locks_out_their_owner_are_refused() -> None:
    (told,) = judged(data(held=held("/var/lib/etcd/member/snap/db", owner="etcd", usable=False)))
    assert (told.code, told.severity) == ("EB590", Severity.ERROR)
    assert told.hint == "chmod -R u+rwX /var/lib/etcd"


def test_files_that_the_user_cannot_read_are_refused_where_a_unit_starts_etcd() -> None:
    closed = {"etcd1": ("/etc/etcd/pki/server-key.pem",)}
    (told,) = unreadable_files(Here(PLAN, {"etcd1": EMPTY}, closed=closed))
    assert (told.code, told.path) == ("EB591", "members[0]")
    assert "etcd, who cannot read /etc/etcd/pki/server-key.pem" in told.message
    assert list(unreadable_files(Here(PLAN, {"etcd1": EMPTY}, closed=closed, owned=False))) == []


def test_what_cannot_be_looked_at_is_told_and_counts_as_neither_fresh_nor_begun() -> None:
    here = Here(
        PLAN, {"etcd2": replace(EMPTY, trouble="permission denied"), "etcd1": EMPTY, "etcd3": data(3)}
    )
    (told,) = unreadable(here)
    assert (told.code, told.path) == ("EB530", "members[1]")
    assert "permission denied" in told.message and "root, or as etcd" in told.hint
    assert list(objections(here)) == []
    assert (here.fresh, here.begun) == (("etcd1",), ("etcd3",))
