from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.errors import Missing
from etcdboot.effects.files.scan import mode_of, own_user, survey
from etcdboot.pki.store.permissions import Kind


def test_everything_below_the_root_is_told_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir(mode=0o700)
    (tmp_path / "b/x").write_bytes(b"content")
    (tmp_path / "b/x").chmod(0o640)
    (tmp_path / "a").symlink_to("b")
    os.mkfifo(tmp_path / "c")
    found = survey(tmp_path)
    assert [(str(each.path), each.kind) for each in found] == [
        (".", Kind.FOLDER),
        ("a", Kind.LINK),
        ("b", Kind.FOLDER),
        ("b/x", Kind.FILE),
        ("c", Kind.OTHER),
    ]
    assert (found[3].content, found[3].mode, found[3].owner) == (b"content", 0o640, own_user())
    assert found[2].mode == 0o700


def test_no_symlink_is_followed(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "away/key").write_bytes(b"secret")
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki/link").symlink_to("../away")
    (tmp_path / "pki/file").symlink_to("../away/key")
    assert [(str(each.path), each.content) for each in survey(tmp_path / "pki")][1:] == [
        ("file", b""),
        ("link", b""),
    ]


def test_where_there_is_no_root_there_is_nothing(tmp_path: Path) -> None:
    assert survey(tmp_path / "absent") == ()


def test_a_file_that_is_too_large_to_be_ours_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etcdboot.effects.files.scan.LARGEST", 3)
    (tmp_path / "x").write_bytes(b"1234")
    assert survey(tmp_path)[1].content == b""


def test_the_root_may_be_reached_through_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/x").write_bytes(b"1")
    (tmp_path / "pki").symlink_to("real")
    assert [each.path for each in survey(tmp_path / "pki")] == [PurePosixPath(), PurePosixPath("x")]


def test_the_mode_of_a_named_file_is_told_if_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "x").touch(mode=0o600)
    assert mode_of(str(tmp_path / "x")) == 0o600
    assert mode_of(str(tmp_path / "y")) is None


def test_a_root_below_a_file_cannot_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(Missing):
        survey(tmp_path / "x" / "pki")
