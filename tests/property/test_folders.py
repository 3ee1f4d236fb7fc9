"""Folders of members: any two that are apart are accepted, and none inside another."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.spec import ClusterSpec, EtcdSpec, MemberSpec
from samples.specs import RELEASE

TOPS = st.sampled_from(("/srv", "/opt", "/data", "/var/lib", "/etc", "/home/me", "/mnt/disk"))
# No folder of the system has such a name.
NAMES = st.from_regex(r"etcd-[a-z0-9]{1,8}", fullmatch=True)
FOLDERS = st.builds(PurePosixPath, TOPS, NAMES)
CODES = {"EB203", "EB261", "EB262"}


def found(config_dir: PurePosixPath, data_dir: PurePosixPath) -> set[str]:
    etcd = EtcdSpec(version=RELEASE, config_dir=str(config_dir), data_dir=str(data_dir))
    spec = ClusterSpec(name="prod", members=(MemberSpec(name="e1", host="10.0.0.1"),), etcd=etcd)
    judged = judge(spec, plan(spec, layout=HostLayout(PurePosixPath("/here"))))
    return {finding.code for finding in judged} & CODES


@given(FOLDERS, FOLDERS)
def test_folders_that_are_apart_are_accepted(config_dir: PurePosixPath, data_dir: PurePosixPath) -> None:
    assert found(config_dir, data_dir) == ({"EB203"} if config_dir == data_dir else set())


@given(FOLDERS, st.lists(NAMES, min_size=1, max_size=3))
def test_a_folder_inside_another_is_refused(outer: PurePosixPath, below: list[str]) -> None:
    inner = outer.joinpath(*below)
    assert found(outer, inner) == {"EB262"}
    assert found(inner, outer) == {"EB262"}


@given(TOPS, st.integers(0, 2))
def test_the_parent_of_a_usual_folder_is_refused(top: str, spare: int) -> None:
    system = PurePosixPath(top) if top not in ("/mnt/disk",) else PurePosixPath("/mnt")
    slashes = PurePosixPath("/" + "/" * spare + str(system).lstrip("/"))
    assert "EB261" in found(PurePosixPath("/etc/etcd"), slashes)
