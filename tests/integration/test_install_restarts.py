"""install.sh asks for no restart where only settings have changed that etcd ignores once it has data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from etcdboot.plan.plan import ClusterPlan, Flag
from etcdboot.spec.spec import Settings, Target
from integration.installing import INSTALL, RUNNING, Tried, on_a_host, write_tree
from samples.plans import small_plan

pytestmark = pytest.mark.integration

WAL = "/var/lib/etcd/member/wal"
IGNORED = {
    "initial-cluster": "etcd1=https://10.0.0.1:2380,etcd9=https://10.0.0.9:2380",
    "initial-cluster-state": "existing",
    "initial-cluster-token": "other",
}
READ = {
    "initial-advertise-peer-urls": "https://10.0.0.7:2380",  # SetMemberLocalAddr derives an address from it
    "heartbeat-interval": "200",
}


def changed(plan: ClusterPlan, name: str, value: str) -> ClusterPlan:
    """The plan of one member with another value for a flag, or with one more flag."""
    [member] = plan.members
    flags = {flag.name: flag for flag in member.flags} | {name: Flag(name, value)}
    return replace(plan, members=(replace(member, flags=tuple(flags.values())),))


def after(folder: Path, plan: ClusterPlan, new: ClusterPlan, *, wal: str, has_data: bool) -> Tried:
    """What the script prints about the new files on a host where the unit runs with the old ones."""
    write_tree(folder / "etcd1", plan=plan)
    write_tree(folder / "new", plan=new)
    data = f"useradd --system etcd; install -d -o etcd -m 700 /var/lib/etcd /var/lib/etcd/member {wal}"
    with_wal = f"setpriv --reuid etcd touch {wal}/0.wal" if has_data else "true"
    return on_a_host(folder, f"{data}; {RUNNING}{INSTALL} 2>/dev/null; {with_wal}; sh new/install.sh")


@pytest.mark.parametrize("form", list(Settings))
@pytest.mark.parametrize("name", [*IGNORED, *READ])
def test_a_setting_that_etcd_ignores_with_data_needs_no_restart(
    tmp_path: Path, form: Settings, name: str
) -> None:
    plan = small_plan(form, Target.SYSTEMD, names=("etcd1",))
    found = after(tmp_path, plan, changed(plan, name, (IGNORED | READ)[name]), wal=WAL, has_data=True)
    assert found.status == 0
    assert ("systemctl restart" in found.out) is (name in READ), found
    assert ("No restart is needed" in found.out) is (name in IGNORED)


@pytest.mark.parametrize("wal", [WAL, "/opt/wal/etcd"])
@pytest.mark.parametrize("has_data", [True, False])
def test_without_data_the_same_change_needs_a_restart(tmp_path: Path, wal: str, *, has_data: bool) -> None:
    flags = () if wal == WAL else (Flag("wal-dir", wal),)
    plan = small_plan(Settings.CONFIG, Target.SYSTEMD, names=("etcd1",), flags=flags)
    new = changed(plan, "initial-cluster", IGNORED["initial-cluster"])
    found = after(tmp_path, plan, new, wal=wal, has_data=has_data)
    assert found.status == 0
    assert ("systemctl restart" in found.out) is not has_data


def test_another_change_besides_needs_a_restart(tmp_path: Path) -> None:
    plan = small_plan(Settings.CONFIG, Target.SYSTEMD, names=("etcd1",))
    new = changed(changed(plan, "initial-cluster-state", "existing"), "heartbeat-interval", "200")
    found = after(tmp_path, plan, new, wal=WAL, has_data=True)
    assert "systemctl restart" in found.out
