from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.operator_steps.next_steps import next_steps
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, ClusterState, Settings, Target
from samples.plans import small_plan


def test_systemd_copies_installs_and_starts_all_together() -> None:
    copy, install, start, verify = next_steps(
        small_plan(Settings.CONFIG, Target.SYSTEMD), "out", "cluster.yaml"
    )
    assert "scp -r out/etcd2 root@10.0.0.2:" in copy
    assert "ssh root@10.0.0.1 sh etcd1/install.sh" in install
    assert "ssh root@10.0.0.1 systemctl enable --now --no-block etcd.service" in start
    assert verify == "etcdboot verify --wait 60s"


def on_loopback(*members: int, target: Target) -> ClusterPlan:
    plan = small_plan(Settings.CONFIG, target)
    here = parse_host("127.0.0.1")
    moved = (replace(each, host=here) if n in members else each for n, each in enumerate(plan.members))
    return replace(plan, members=tuple(moved))


def test_systemd_on_loopback_copies_nothing_and_stays_here() -> None:
    install, start, _ = next_steps(on_loopback(0, 1, target=Target.SYSTEMD), "my out", "cluster.yaml")
    assert "\n       sh 'my out/etcd1/install.sh'\n" in install
    assert "\n       systemctl enable --now --no-block etcd.service" in start
    assert "there" not in install and "ssh" not in install + start


def test_a_script_on_loopback_is_copied_and_started_here() -> None:
    copy, start, _ = next_steps(on_loopback(0, 1, target=Target.SCRIPT), "out", "cluster.yaml")
    assert "\n       rsync -a out/etcd1/ /etc/etcd/" in copy
    assert "\n       /etc/etcd/etcd.sh" in start
    assert "root@" not in copy + start


def test_members_elsewhere_are_reached_over_ssh_though_one_is_on_loopback() -> None:
    copy, install, *_ = next_steps(on_loopback(0, target=Target.SYSTEMD), "out", "cluster.yaml")
    assert "etcd1" not in copy and "scp -r out/etcd2 root@10.0.0.2:" in copy
    assert "\n       sh out/etcd1/install.sh\n" in install
    assert "ssh root@10.0.0.2 sh etcd2/install.sh" in install


def test_paths_are_quoted_for_the_shell() -> None:
    steps = next_steps(small_plan(Settings.CONFIG, Target.PROCFILE), "my out", "my spec.yaml")
    assert "honcho -f 'my out/Procfile' start" in steps[0]
    assert steps[-1] == "etcdboot verify -f 'my spec.yaml' --wait 60s"


def test_every_target_has_steps() -> None:
    for target in Target:
        assert len(next_steps(small_plan(Settings.FLAGS, target), "out", "cluster.yaml")) > 1


def met(mode: BootstrapMode, *joiners: int) -> tuple[str, ...]:
    """The steps of the small plan in that mode; members with those numbers join later."""
    plan = small_plan(Settings.CONFIG, Target.SCRIPT)
    state = ClusterState.EXISTING
    members = tuple(replace(e, state=state) if n in joiners else e for n, e in enumerate(plan.members))
    plan = replace(plan, bootstrap=BootstrapSpec(mode), members=members)
    return next_steps(plan, "out", "c.yaml")


def test_records_are_served_before_members_look_for_them() -> None:
    zone, check, *_, verify = met(BootstrapMode.DNS)
    assert zone.endswith("\n       etcdboot dns zone -f c.yaml")
    assert check.endswith("\n       etcdboot dns check -f c.yaml")
    assert verify == "etcdboot verify -f c.yaml --wait 60s"


@pytest.mark.parametrize("mode", [BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3])
def test_who_has_come_to_the_meeting_is_looked_at_first(mode: BootstrapMode) -> None:
    *_, status, verify = met(mode)
    assert status == "etcdboot discovery status -f c.yaml --wait 60s"
    assert verify == "etcdboot verify -f c.yaml --wait 60s"


def test_a_joiner_is_announced_and_started_after_the_founders() -> None:
    _, start, join, _ = met(BootstrapMode.STATIC, 1)
    assert start == "start the founders together:\n       ssh root@10.0.0.1 /etc/etcd/etcd.sh"
    announce, begin = join.splitlines()[1:]
    assert announce.startswith(
        "       ssh root@10.0.0.1 'set -a; . /etc/etcd/etcdctl.env; etcdctl member add "
    )
    assert begin == "       ssh root@10.0.0.2 /etc/etcd/etcd.sh"
