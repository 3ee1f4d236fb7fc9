from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.plan.paths import HostLayout, LocalLayout, WrittenPaths

WRITTEN = WrittenPaths("a", "bin/etcd", "/etc/etcd", "data/a")


def test_on_its_host_an_absolute_path_stays_and_a_relative_one_is_here() -> None:
    paths = HostLayout(PurePosixPath("/spec")).place(WRITTEN)
    assert paths.binary == PurePosixPath("/spec/bin/etcd")
    assert paths.config_dir == PurePosixPath("/etc/etcd")
    assert paths.data_dir == PurePosixPath("/spec/data/a")
    assert paths.pki_dir == PurePosixPath("/etc/etcd/pki")


def test_locally_all_is_below_one_folder_and_runs_one_binary() -> None:
    paths = LocalLayout(PurePosixPath("/run"), PurePosixPath("/opt/etcd")).place(WRITTEN)
    assert paths.binary == PurePosixPath("/opt/etcd")
    assert paths.config_dir == PurePosixPath("/run/members/a/config")
    assert paths.data_dir == PurePosixPath("/run/members/a/data")
