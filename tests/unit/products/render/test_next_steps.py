from __future__ import annotations

from etcdboot.model.spec import Settings, Target
from etcdboot.products.render.next_steps import next_steps
from samples.plans import small_plan


def test_systemd_copies_installs_and_starts_all_together() -> None:
    copy, install, start, verify = next_steps(
        small_plan(Settings.CONFIG, Target.SYSTEMD), "out", "cluster.yaml"
    )
    assert "scp -r out/etcd2 root@10.0.0.2:" in copy
    assert "ssh root@10.0.0.1 sh etcd1/install.sh" in install
    assert "ssh root@10.0.0.1 systemctl enable --now --no-block etcd.service" in start
    assert verify == "etcdboot verify --wait 60s"


def test_paths_are_quoted_for_the_shell() -> None:
    steps = next_steps(small_plan(Settings.CONFIG, Target.PROCFILE), "my out", "my spec.yaml")
    assert "honcho -f 'my out/Procfile' start" in steps[0]
    assert steps[-1] == "etcdboot verify -f 'my spec.yaml' --wait 60s"


def test_every_target_has_steps() -> None:
    for target in Target:
        assert len(next_steps(small_plan(Settings.FLAGS, target), "out", "cluster.yaml")) > 1
