from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.artifacts import Standing
from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.effects.files.filesystem import LARGEST, Disk
from etcdboot.effects.files.staged_names import staged_name

A, DEEP, KEY = PurePosixPath("a"), PurePosixPath("x/y/z"), PurePosixPath("pki/key.pem")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    (tmp_path / "root").mkdir()
    with Disk(tmp_path / "root") as disk:
        yield disk


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def code(caught: pytest.ExceptionInfo[EtcdbootError]) -> str:
    [told] = caught.value.diagnostics
    assert told.message
    return told.code


def test_a_file_written_is_read_back_with_its_permissions(disk: Disk) -> None:
    disk.write(A, b"one", 0o640)
    assert disk.read(A) == Standing(b"one", 0o640)
    disk.write(A, b"", 0o600)
    assert disk.read(A) == Standing(b"", 0o600)
    assert disk.names() == ("a",)


def test_where_nothing_is_nothing_is_read(disk: Disk) -> None:
    assert disk.read(DEEP) is None
    assert disk.names(PurePosixPath("x")) == ()
    assert not disk.exists(DEEP)
    assert not disk.remove_folder(DEEP)
    disk.remove(DEEP)


def test_a_file_is_created_once_and_never_over_another(disk: Disk) -> None:
    disk.create(A, b"one", 0o600)
    assert disk.read(A) == Standing(b"one", 0o600)
    with pytest.raises(Refused) as caught:
        disk.create(A, b"two", 0o600)
    assert code(caught) == "EB404"
    assert disk.read(A) == Standing(b"one", 0o600)
    with pytest.raises(Missing) as lacking:
        disk.create(DEEP, b"", 0o600)
    assert code(lacking) == "EB408"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_permissions_are_those_asked_for_whatever_the_umask(disk: Disk, umask: int) -> None:
    before = os.umask(umask)
    try:
        disk.make_folder(KEY.parent, 0o700)
        disk.make_folder(DEEP.parent)
        disk.write(KEY, b"secret", 0o600)
        disk.write(DEEP, b"public", 0o755)
    finally:
        os.umask(before)
    seen = [mode(disk.root / each) for each in ("pki", "pki/key.pem", "x", "x/y", "x/y/z")]
    assert seen == [0o700, 0o600, 0o755, 0o755, 0o755]


def test_a_file_is_private_before_its_first_byte_and_whole_before_it_is_in_place(tmp_path: Path) -> None:
    seen: list[tuple[str, int | None, int]] = []

    def look(step: str, path: PurePosixPath) -> None:
        waiting = tmp_path / staged_name(KEY.relative_to("pki"))
        there = waiting.exists()
        seen.append((step, mode(waiting) if there else None, waiting.stat().st_size if there else 0))

    with Disk(tmp_path, look) as disk:
        disk.write(PurePosixPath("key.pem"), b"secret", 0o600)
    assert seen == [
        ("look at", None, 0),
        ("create", None, 0),
        ("set the permissions of", 0o600, 0),
        ("write", 0o600, 0),
        ("sync", 0o600, 6),
        ("rename to", 0o600, 6),
        ("sync the folder", None, 0),
    ]


def test_what_a_killed_run_staged_is_replaced_even_where_it_is_a_symlink(disk: Disk, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (disk.root / staged_name(A)).symlink_to(victim)
    disk.write(A, b"ours", 0o600)
    assert victim.read_text() == "mine"
    assert disk.read(A) == Standing(b"ours", 0o600)


def test_follows_no_symlink_to_a_file(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("x")
    (disk.root / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused) as caught:
        disk.read(A)
    assert code(caught) == "EB403"
    assert disk.exists(A)


def test_follows_no_symlink_that_leads_nowhere(disk: Disk) -> None:
    (disk.root / "a").symlink_to("nowhere")
    with pytest.raises(Refused) as caught:
        disk.read(A)
    assert code(caught) == "EB403"


def test_follows_no_symlink_on_the_way(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "y").mkdir(parents=True)
    (disk.root / "x").symlink_to(tmp_path / "elsewhere")
    attempts: list[Callable[[], object]] = [
        lambda: disk.read(DEEP),
        lambda: disk.write(DEEP, b"", 0o644),
        lambda: disk.make_folder(DEEP),
        lambda: disk.remove(DEEP),
        lambda: disk.names(DEEP.parent),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as caught:
            attempt()
        assert code(caught) == "EB403"
        assert caught.value.diagnostics[0].path == str(disk.root / "x")
    assert list((tmp_path / "elsewhere").rglob("*")) == [tmp_path / "elsewhere" / "y"]


def test_the_root_itself_may_be_reached_through_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with Disk(tmp_path / "link") as disk:
        disk.write(A, b"x", 0o644)
    assert (tmp_path / "real" / "a").read_bytes() == b"x"


def test_a_root_that_is_a_symlink_to_nowhere_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(Missing, match="is a symlink, and what it leads to is not there") as caught:
        Disk(tmp_path / "link")
    assert code(caught) == "EB408"


def test_does_not_hang_on_a_fifo(disk: Disk) -> None:
    os.mkfifo(disk.root / "a")
    with pytest.raises(Refused, match="a FIFO") as caught:
        disk.read(A)
    assert code(caught) == "EB404"


def test_refuses_a_folder_where_a_file_belongs_and_a_file_where_a_folder_does(disk: Disk) -> None:
    (disk.root / "a").mkdir()
    (disk.root / "x").write_text("file")
    attempts: list[Callable[[], object]] = [
        lambda: disk.read(A),
        lambda: disk.write(A, b"", 0o644),
        lambda: disk.read(DEEP),
        lambda: disk.make_folder(DEEP),
        lambda: disk.remove(A),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as caught:
            attempt()
        assert code(caught) == "EB404"
    assert disk.names() == ("a", "x")


def test_refuses_to_read_a_file_far_larger_than_any_of_ours(disk: Disk) -> None:
    with (disk.root / "a").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(Refused, match="bytes") as caught:
        disk.read(A)
    assert code(caught) == "EB404"


def test_says_that_a_folder_is_missing(disk: Disk) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: disk.write(DEEP, b"", 0o644),
        lambda: disk.rename(A, DEEP),
        lambda: disk.sync(DEEP),
    ]
    for attempt in attempts:
        with pytest.raises(Missing) as caught:
            attempt()
        assert code(caught) == "EB408"


def test_a_folder_that_is_there_stays_but_a_private_one_is_made_so(disk: Disk) -> None:
    (disk.root / "pki").mkdir(mode=0o755)
    (disk.root / "x").mkdir(mode=0o750)
    disk.make_folder(PurePosixPath("pki"), 0o700)
    disk.make_folder(PurePosixPath("x"), 0o755)
    assert [mode(disk.root / each) for each in ("pki", "x")] == [0o700, 0o750]


def test_moves_a_whole_folder(disk: Disk) -> None:
    disk.make_folder(PurePosixPath("stage/one"), 0o700)
    disk.write(PurePosixPath("stage/one/f"), b"x", 0o600)
    disk.rename(PurePosixPath("stage/one"), PurePosixPath("done"))
    assert disk.read(PurePosixPath("done/f")) == Standing(b"x", 0o600)
    assert disk.remove_folder(PurePosixPath("stage"))


def test_removes_the_folders_above_a_file_that_is_gone_as_far_as_they_are_empty(disk: Disk) -> None:
    (disk.root / "a/b/c").mkdir(parents=True)
    (disk.root / "a/kept").touch()
    disk.remove_emptied(PurePosixPath("a/b/c/file"))
    assert sorted(each.name for each in disk.root.rglob("*")) == ["a", "kept"]
    disk.remove_emptied(PurePosixPath("nowhere/file"))


def test_a_folder_is_never_more_open_than_it_is_to_be_and_a_kill_leaves_it_so(tmp_path: Path) -> None:
    def interrupt(step: str, path: PurePosixPath) -> None:
        if step == "set the permissions of":
            raise KeyboardInterrupt

    old = os.umask(0)
    try:
        with Disk(tmp_path, interrupt) as disk:
            for name, wanted in (("shared", 0o755), ("private", 0o700)):
                with pytest.raises(KeyboardInterrupt):
                    disk.make_folder(PurePosixPath(name), wanted)
    finally:
        os.umask(old)
    assert {each.name: mode(each) for each in tmp_path.iterdir()} == {"shared": 0o755, "private": 0o700}


def test_removes_a_folder_only_when_it_is_empty(disk: Disk) -> None:
    disk.make_folder(DEEP)
    disk.write(A, b"", 0o644)
    with pytest.raises(Refused, match="a file"):
        disk.remove_folder(A)
    disk.remove(A)
    assert not disk.remove_folder(DEEP.parent)
    assert disk.remove_folder(DEEP)
    assert disk.names() == ("x",)


@pytest.mark.parametrize("step", ["create", "set the permissions of", "write", "sync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EBADMSG])
def test_when_the_disk_fails_nothing_is_left_half_written(tmp_path: Path, step: str, number: int) -> None:
    def fail(name: str, path: PurePosixPath) -> None:
        if name == step:
            raise OSError(number, os.strerror(number))

    (tmp_path / "a").write_bytes(b"before")
    with Disk(tmp_path, fail) as disk, pytest.raises(Missing) as caught:
        disk.write(A, b"after", 0o644)
    [told] = caught.value.diagnostics
    assert told.code == "EB408"
    assert told.message == f"cannot {step} {tmp_path / 'a'}: {os.strerror(number)}"
    assert told.path == str(tmp_path / "a")
    assert bool(told.hint) is (number != errno.EBADMSG)
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


def test_the_first_error_is_told_when_cleaning_up_fails_too(tmp_path: Path) -> None:
    steps: list[str] = []

    def fail(name: str, path: PurePosixPath) -> None:
        steps.append(name)
        if "write" in steps:
            raise OSError(errno.ENOSPC if name == "write" else errno.EIO, "")

    with Disk(tmp_path, fail) as disk, pytest.raises(Missing, match="No space left"):
        disk.write(A, b"after", 0o644)
    assert steps[-1] == "look at"  # whether there is something to clean up
