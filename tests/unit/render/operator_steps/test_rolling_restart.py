from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.operator_steps.rolling_restart import handing_out, order, rolling_restart
from etcdboot.spec.spec import Settings, Target
from samples.plans import small_plan

NAMES = ("etcd1", "etcd2", "etcd3")


def of(*targets: Target, here: bool = False) -> ClusterPlan:
    plan = small_plan(Settings.CONFIG, *targets, names=NAMES)
    if not here:
        return plan
    return replace(plan, members=tuple(replace(each, host=parse_host("127.0.0.1")) for each in plan.members))


def test_the_leader_comes_last_and_the_others_in_their_order() -> None:
    assert [each.name for each in order(of(Target.SYSTEMD), "etcd1")] == ["etcd2", "etcd3", "etcd1"]
    assert [each.name for each in order(of(Target.SYSTEMD), None)] == list(NAMES)


def test_each_member_is_healthy_again_before_the_next_one_stops() -> None:
    title, *lines = rolling_restart(of(Target.SYSTEMD), "out", "cluster.yaml", "etcd1").splitlines()
    assert "etcd1, the leader, last" in title
    assert [line.strip() for line in lines[:4]] == [
        "scp -r out/etcd2 root@10.0.0.2:",
        "ssh root@10.0.0.2 sh etcd2/install.sh",
        "ssh root@10.0.0.2 systemctl restart etcd.service",
        "etcdboot verify --wait 60s",
    ]
    assert len(lines) == 12
    assert [line for line in lines if "verify" in line] == lines[3::4]


def test_without_a_known_leader_it_is_said_how_to_find_it() -> None:
    assert "etcdboot verify tells which it is" in rolling_restart(of(Target.SYSTEMD), "out", "s.yaml", None)


def test_files_are_handed_out_without_a_restart() -> None:
    said = handing_out(of(Target.SYSTEMD), "my out")
    assert "scp -r 'my out/etcd3' root@10.0.0.3:" in said
    assert "ssh root@10.0.0.3 sh etcd3/install.sh" in said
    assert "systemctl" not in said


def test_members_of_this_machine_are_reached_without_ssh() -> None:
    said = rolling_restart(of(Target.SYSTEMD, here=True), "out", "my spec.yaml", None)
    assert "ssh" not in said
    assert "sh out/etcd1/install.sh" in said
    assert "etcdboot verify -f 'my spec.yaml' --wait 60s" in said


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (
            Target.SCRIPT,
            ["rsync -a out/etcd1/ root@10.0.0.1:/etc/etcd/", "# end etcd1 with SIGTERM", "etcd.sh"],
        ),
        (Target.PROCFILE, ["rsync -a out/etcd1/", "goreman run restart etcd1"]),
    ],
)
def test_what_starts_members_otherwise_is_told_in_words(target: Target, words: list[str]) -> None:
    said = rolling_restart(of(target), "out", "cluster.yaml", None)
    assert [word for word in words if word not in said] == []
    assert "SIGHUP" not in said


def test_of_several_targets_the_unit_is_taken() -> None:
    assert "systemctl restart" in rolling_restart(of(*Target), "out", "cluster.yaml", None)
