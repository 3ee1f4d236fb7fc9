from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from etcdboot.plan.system_folders import SYSTEM_FOLDERS, is_system_folder


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/etc",
        "/tmp",
        "/data",
        "/var/lib",
        "/etc/kubernetes",
        "/home/me",
        "//var/lib",
        "/run/a/b",
        "/dev/shm/a",
    ],
)
def test_system_folders_and_first_level_folders_are_recognized(path: str) -> None:
    assert is_system_folder(PurePosixPath(path))


@pytest.mark.parametrize(
    "path", ["/etc/etcd", "/var/lib/etcd", "/data/etcd", "/srv/etcd", "/home/me/etcd", "/runs/etcd"]
)
def test_a_folder_below_them_is_free(path: str) -> None:
    assert not is_system_folder(PurePosixPath(path))


def test_the_table_is_in_normal_form_without_repetition() -> None:
    assert all(str(PurePosixPath(path)) == path for path in SYSTEM_FOLDERS)
    assert len(set(SYSTEM_FOLDERS)) == len(SYSTEM_FOLDERS)
