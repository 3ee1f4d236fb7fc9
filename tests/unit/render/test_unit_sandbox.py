from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.plan.plan import Flag
from etcdboot.render.unit_sandbox import grants, ready_marker, wal_folder
from samples.plans import small_plan


def test_only_the_data_dir_is_writable_by_default() -> None:
    found = grants(small_plan().members[0])
    assert found.writable == ("/var/lib/etcd",)
    assert (found.protect_home, found.private_tmp, found.capabilities) == ("yes", "yes", "")


def test_the_folders_above_the_log_and_log_files_are_writable_too() -> None:
    flags = (Flag("wal-dir", "/ssd/wal"), Flag("log-outputs", "stderr,/var/log/etcd/etcd.log"))
    assert grants(small_plan(flags=flags).members[0]).parents == ("/ssd", "/var/log/etcd")


def test_a_log_inside_the_data_dir_asks_for_nothing_more() -> None:
    flags = (Flag("wal-dir", "/var/lib/etcd/wal"),)
    assert grants(small_plan(flags=flags).members[0]).parents == ()


def test_a_path_below_a_home_or_a_temporary_folder_stays_visible() -> None:
    member = small_plan().members[0]
    at_home = replace(member, paths=replace(member.paths, config_dir=PurePosixPath("/home/me/etcd")))
    assert grants(at_home).protect_home == "read-only"
    temporary = replace(member, paths=replace(member.paths, binary=PurePosixPath("/tmp/etcd")))
    assert grants(temporary).private_tmp == "no"


def test_a_privileged_port_keeps_the_one_capability_it_needs() -> None:
    low = replace(small_plan().members[0], listen_client_urls=(parse_url("https://10.0.0.1:443"),))
    assert grants(low).capabilities == "CAP_NET_BIND_SERVICE"
    metrics = small_plan(flags=(Flag("listen-metrics-urls", "http://127.0.0.1:80"),)).members[0]
    assert grants(metrics).capabilities == "CAP_NET_BIND_SERVICE"


def test_the_file_systems_of_data_log_and_log_files_are_mounted_first() -> None:
    assert grants(small_plan().members[0]).mounts == ("/var/lib/etcd",)
    flags = (Flag("wal-dir", "/ssd/wal"), Flag("log-outputs", "stderr,/var/log/etcd/etcd.log"))
    found = grants(small_plan(flags=flags).members[0])
    assert found.mounts == ("/var/lib/etcd", "/ssd/wal", "/var/log/etcd/etcd.log")


@pytest.mark.parametrize("name", ["memory-mlock", "experimental-memory-mlock"])
def test_memory_is_locked_without_limit_only_with_the_flag(name: str) -> None:
    assert not grants(small_plan(flags=(Flag(name, "false"),)).members[0]).locks_memory
    assert grants(small_plan(flags=(Flag(name, "true"),)).members[0]).locks_memory


def test_the_marker_is_in_the_config_dir_and_the_wal_where_etcd_writes_it() -> None:
    member = small_plan().members[0]
    assert ready_marker(member) == "/etc/etcd/.etcdboot.ready"
    assert wal_folder(member) == "/var/lib/etcd/member/wal"
    assert wal_folder(small_plan(flags=(Flag("wal-dir", "/ssd/wal"),)).members[0]) == "/ssd/wal"
