from __future__ import annotations

import fcntl
import os
import pwd
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.effects.etcd.data_dirs import look_at
from etcdboot.observations.host import DataDir
from samples.wal import FIRST, IDENTITY

HERE = pwd.getpwuid(os.geteuid()).pw_name


def begun(folder: Path, log: str = "member/wal", head: bytes = FIRST) -> PurePosixPath:
    """A data-dir with a log."""
    (folder / log).mkdir(parents=True)
    (folder / log / "0000000000000000-0000000000000000.wal").write_bytes(head + bytes(512))
    (folder / log / "0.tmp").write_bytes(bytes(512))
    return PurePosixPath(folder)


def test_where_nothing_is_nothing_is_seen(tmp_path: Path) -> None:
    gone = PurePosixPath(tmp_path, "gone")
    assert look_at(gone) == DataDir(gone)
    assert not look_at(gone).is_bootstrapped


def test_a_folder_without_a_log_has_not_begun(tmp_path: Path) -> None:
    (tmp_path / "member/snap").mkdir(parents=True)
    (tmp_path / "member/snap/db").write_bytes(b"bolt")
    (tmp_path / "notes").touch()
    seen = look_at(PurePosixPath(tmp_path))
    assert (seen.exists, seen.owner, seen.entries) == (True, HERE, ("member", "notes"))
    assert not seen.is_bootstrapped and not seen.in_use and seen.identity is None and not seen.trouble


def test_a_log_says_whose_it_is(tmp_path: Path) -> None:
    seen = look_at(begun(tmp_path))
    assert seen.is_bootstrapped and seen.identity == IDENTITY
    assert seen.segments == ("0000000000000000-0000000000000000.wal",)


def test_a_log_may_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    begun(tmp_path / "logs", log=".")
    data, logs = PurePosixPath(tmp_path, "data"), PurePosixPath(tmp_path, "logs")
    assert look_at(data, logs).identity == IDENTITY
    assert not look_at(data).is_bootstrapped


def test_a_damaged_log_is_one_and_says_nothing(tmp_path: Path) -> None:
    seen = look_at(begun(tmp_path, head=b"\0" * 512))
    assert seen.is_bootstrapped and seen.identity is None


def test_a_symlink_is_followed_as_etcd_does(tmp_path: Path) -> None:
    begun(tmp_path / "disk")
    (tmp_path / "link").symlink_to("disk")
    assert look_at(PurePosixPath(tmp_path, "link")).identity == IDENTITY


def test_an_open_database_is_seen_and_a_closed_one_left_alone(tmp_path: Path) -> None:
    path = begun(tmp_path)
    (tmp_path / "member/snap").mkdir()
    with (tmp_path / "member/snap/db").open("wb") as database:
        fcntl.flock(database, fcntl.LOCK_EX)
        assert look_at(path).in_use
        fcntl.flock(database, fcntl.LOCK_UN)
        assert not look_at(path).in_use
        fcntl.flock(database, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_etcd_opens_is_listed_with_its_owner(tmp_path: Path) -> None:
    path = begun(tmp_path)
    (tmp_path / "member/snap").mkdir(mode=0o700)
    (tmp_path / "member/snap/db").touch()
    (tmp_path / "notes").touch()
    held = look_at(path).held
    names = ["member", "member/snap", "member/snap/db", "member/wal", "member/wal/0.tmp"]
    assert sorted(str(each.path.relative_to(path)) for each in held)[:5] == names
    assert {(each.owner, each.is_usable) for each in held} == {(HERE, True)}


def test_what_etcd_opens_in_a_log_elsewhere_is_listed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    begun(tmp_path / "logs", log=".")
    held = look_at(PurePosixPath(tmp_path, "data"), PurePosixPath(tmp_path, "logs")).held
    assert [each.path for each in held[:2]] == [
        PurePosixPath(tmp_path, "logs"),
        PurePosixPath(tmp_path, "logs/0.tmp"),
    ]


def test_a_mode_that_locks_out_the_owner_is_seen(tmp_path: Path) -> None:
    path = begun(tmp_path)
    (tmp_path / "member/wal/0.tmp").chmod(0o400)
    assert [each.path.name for each in look_at(path).held if not each.is_usable] == ["0.tmp"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_of_a_file_in_the_log_is_seen(tmp_path: Path) -> None:
    path = begun(tmp_path)
    os.chown(tmp_path / "member/wal/0.tmp", 4711, -1)
    assert [each.path.name for each in look_at(path).held if each.owner == "4711"] == ["0.tmp"]


def test_a_file_is_no_data_dir(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    seen = look_at(PurePosixPath(tmp_path, "file"))
    assert (seen.exists, seen.trouble) == (True, "not a directory")


@pytest.mark.parametrize("closed", ["data", "data/member/wal"])
def test_what_cannot_be_looked_at_is_said(tmp_path: Path, closed: str) -> None:
    (tmp_path / closed).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / closed).symlink_to(tmp_path / closed)
    seen = look_at(PurePosixPath(tmp_path, "data"))
    assert seen.exists and seen.trouble.endswith("too many levels of symbolic links")
    assert (str(tmp_path / closed) in seen.trouble) == (closed != "data")


def test_an_owner_without_a_name_is_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert look_at(PurePosixPath(tmp_path)).owner == str(os.geteuid())
