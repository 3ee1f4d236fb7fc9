from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from etcdboot.base.artifacts import Artifact, Change, ChangeKind
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.operator_steps.changed_steps import changed_steps
from etcdboot.render.operator_steps.changes import Changed, changed
from etcdboot.render.operator_steps.next_steps import next_steps
from etcdboot.spec.spec import ClusterState, Settings, Target
from samples.plans import small_plan

NAMES = ("etcd1", "etcd2", "etcd3")
FILES = tuple(
    f"{name}/{file}" for name in NAMES for file in ("etcd.conf.yml", "etcd.service", "pki/peer-ca.pem")
)


def of(*targets: Target, joiners: tuple[str, ...] = ()) -> ClusterPlan:
    plan = small_plan(Settings.CONFIG, *(targets or (Target.SYSTEMD,)), names=NAMES)
    members = (
        replace(member, state=ClusterState.EXISTING) if member.name in joiners else member
        for member in plan.members
    )
    return replace(plan, members=tuple(members))


def files(before: dict[str, str | None], *more: str) -> list[Change]:
    """All files as they are, but for those with another content ``before`` (None: they were absent)."""
    found = []
    for path in (*FILES, *more):
        was = before.get(path, "b\na\n")
        kind = ChangeKind.NEW if was is None else ChangeKind.SAME if path not in before else ChangeKind.UPDATE
        content = None if was is None else was.encode()
        found.append(Change(Artifact(PurePosixPath(path), b"b\na\n"), kind, content))
    return found


def names(found: Changed) -> dict[str, list[str]]:
    groups = {"fresh": found.fresh, "restarts": found.restarts, "updates": found.updates}
    return {group: [member.name for member in members] for group, members in groups.items() if members}


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({}, {}),
        ({"etcd2/etcd.conf.yml": "x"}, {"restarts": ["etcd2"]}),
        ({"etcd2/etcd.service": None}, {"restarts": ["etcd2"]}),
        ({"etcd3/pki/peer-ca.pem": "x"}, {"restarts": ["etcd3"]}),
        ({"etcd3/pki/peer-ca.pem": "a\nb\n"}, {"updates": ["etcd3"]}),
        ({"etcd1/install.sh": "x", "etcd2/pki/peer.pem": "x"}, {"updates": ["etcd1", "etcd2"]}),
        ({path: None for path in FILES if "etcd3" in path}, {"fresh": ["etcd3"]}),
        (dict.fromkeys(FILES), {"fresh": [*NAMES]}),
    ],
)
def test_only_members_with_other_files_are_concerned(
    before: dict[str, str | None], expected: dict[str, list[str]]
) -> None:
    more = [path for path in before if path not in FILES]
    assert names(changed(of(), files(before, *more))) == expected


def test_a_file_with_wrong_permissions_alone_concerns_no_host() -> None:
    change = Change(Artifact(PurePosixPath("etcd1/etcd.service"), b"x"), ChangeKind.UPDATE, b"x", loose=True)
    assert names(changed(of(), [*files({}), change])) == {}


def test_an_unneeded_file_that_remains_concerns_no_host() -> None:
    stale = Change(Artifact(PurePosixPath("etcd1/etcd.env"), b""), ChangeKind.STALE, b"x")
    assert names(changed(of(), [*files({}), stale])) == {}


def steps(plan: ClusterPlan, before: dict[str, str | None], *more: str) -> tuple[str, ...]:
    return changed_steps(plan, plan, changed(plan, files(before, *more)), "out", "cluster.yaml")


def test_files_that_are_all_new_are_a_first_start() -> None:
    assert steps(of(), dict.fromkeys(FILES)) == next_steps(of(), "out", "cluster.yaml")


def test_without_a_change_there_is_one_sentence_and_no_command() -> None:
    [said] = steps(of(), {})
    assert said.startswith("nothing changed: ") and "install.sh --dry-run" in said and "\n" not in said
    [said] = steps(of(Target.SCRIPT), {})
    assert "install.sh" not in said


def test_changed_members_restart_one_after_the_other_with_a_wait_between() -> None:
    before: dict[str, str | None] = {"etcd1/etcd.conf.yml": "x", "etcd3/etcd.conf.yml": "x"}
    running, *first = steps(of(), before)
    title, *lines = running.splitlines()
    assert title.startswith("running cluster: restart one member after the other, the leader")
    assert [line.strip() for line in lines] == [
        "scp -r out/etcd1 root@10.0.0.1:",
        "ssh root@10.0.0.1 sh etcd1/install.sh",
        "ssh root@10.0.0.1 systemctl restart etcd.service",
        "etcdboot verify --wait 60s",
        "scp -r out/etcd3 root@10.0.0.3:",
        "ssh root@10.0.0.3 sh etcd3/install.sh",
        "ssh root@10.0.0.3 systemctl restart etcd.service",
        "etcdboot verify --wait 60s",
    ]
    assert first == [f"first start: {step}" for step in next_steps(of(), "out", "cluster.yaml")]


def test_one_changed_member_restarts_alone() -> None:
    running, *_ = steps(of(), {"etcd2/etcd.conf.yml": "x"})
    assert running.startswith("running cluster: restart etcd2; go on only when all are healthy again:\n")
    assert "etcd1" not in running and "etcd3" not in running


def test_new_certificates_alone_restart_nothing() -> None:
    [said] = steps(of(), {"etcd2/pki/peer.pem": "x"}, "etcd2/pki/peer.pem")
    assert said.splitlines()[1:] == [
        "       scp -r out/etcd2 root@10.0.0.2:",
        "       ssh root@10.0.0.2 sh etcd2/install.sh",
    ]
    assert said.startswith("running cluster: give etcd2 the new files; no restart is needed")


def test_a_new_member_joins_the_running_cluster() -> None:
    before: dict[str, str | None] = {path: None for path in FILES if "etcd1" in path}
    running, *first = steps(of(joiners=("etcd1",)), before)
    lines = [line.strip() for line in running.splitlines()]
    assert lines[0] == "running cluster: announce etcd1 and start it, when all others are healthy:"
    assert lines[1:3] == ["scp -r out/etcd1 root@10.0.0.1:", "ssh root@10.0.0.1 sh etcd1/install.sh"]
    assert lines[3].startswith("ssh root@10.0.0.2 ") and "etcdctl member add etcd1 " in lines[3]
    assert lines[4:] == [
        "ssh root@10.0.0.1 systemctl enable --now --no-block etcd.service",
        "etcdboot verify --wait 60s",
    ]
    assert all(step.startswith("first start: ") for step in first)


def test_a_new_founder_cannot_be_added_to_a_running_cluster() -> None:
    before: dict[str, str | None] = {path: None for path in FILES if "etcd3" in path}
    running, *first = steps(of(), {**before, "etcd1/etcd.conf.yml": "x"})
    assert running.startswith(
        "running cluster: set initial-cluster-state: existing at etcd3, and render again"
    )
    assert "systemctl restart" not in running
    assert first


def test_clients_get_their_files_and_no_member_is_touched() -> None:
    [client] = of().clients
    file = f"clients/{client.folder}/ca.pem"
    assert steps(of(), {file: "x"}, file) == (f"give each client its new files: out/clients/{client.folder}",)


def test_a_changed_procfile_is_read_when_its_runner_starts() -> None:
    [said] = steps(of(Target.PROCFILE), {"Procfile": "x", "etcd1/etcd.conf.yml": "x"}, "Procfile")
    assert "all members are down meanwhile" in said
    assert said.splitlines()[1:] == [
        "       honcho -f out/Procfile start",
        "       etcdboot verify --wait 60s",
    ]
