from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.errors import Missing, Refused
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.root_folder import Root, make_root

A = PurePosixPath("a")


def test_a_root_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="absent is not there"):
        Root(tmp_path / "absent")
    (tmp_path / "file").write_text("x")
    with pytest.raises(Refused, match="did not write"):
        Root(tmp_path / "file")


def test_makes_a_root_with_what_is_above_it_once(tmp_path: Path) -> None:
    assert make_root(tmp_path / "a" / "b")
    assert not make_root(tmp_path / "a" / "b")
    (tmp_path / "file").write_text("x")
    with pytest.raises(Missing, match="Not a directory"):
        make_root(tmp_path / "file" / "b")


def test_a_root_that_vanishes_while_it_is_open_is_missing(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    with Disk(tmp_path / "root") as disk:
        assert disk.is_in_place()
        disk.root.rmdir()
        assert not disk.is_in_place()
        attempts: list[Callable[[], object]] = [
            lambda: disk.write(A, b"", 0o644),
            lambda: disk.make_folder(A),
        ]
        for attempt in attempts:
            with pytest.raises(Missing):
                attempt()
