from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from etcdboot.base.errors import Missing, Refused, SpecError
from etcdboot.effects.files.user_files import (
    STDIN,
    contents_of,
    folder_of,
    names_in,
    read_given,
    read_text,
    shown_name,
    write_new,
)


class Stream:
    """A standard input that holds these bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_reads_a_file_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("é")
    assert read_text(str(tmp_path / "a")) == "é"
    monkeypatch.setattr(sys, "stdin", Stream(b"x"))
    assert read_text(STDIN) == "x"


@pytest.mark.parametrize(("name", "hint"), [("cluster.yaml", "etcdboot init"), ("other.yaml", "name a file")])
def test_a_missing_file_is_told_how_to_make_only_if_it_is_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Missing) as caught:
        read_text(name)
    (only,) = caught.value.diagnostics
    assert only.code == "EB003"
    assert hint in only.hint
    assert ("etcdboot init" in only.hint) == (name == "cluster.yaml")


def test_a_folder_is_told_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="Is a directory"):
        read_text(str(tmp_path))


def test_a_closed_standard_input_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Missing, match="Bad file descriptor"):
        read_text(STDIN)


def test_what_is_not_utf_8_is_told_where(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"ab\xff")
    with pytest.raises(SpecError, match=r"not UTF-8 text \(byte 2\)"):
        read_text(str(tmp_path / "a"))


def test_what_is_cut_off_within_a_character_is_large_and_not_spoilt(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" + "é".encode() * (1 << 23))
    assert len(read_text(str(tmp_path / "a"))) == 1 << 23


def test_the_folder_of_standard_input_is_the_working_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert folder_of(STDIN) == tmp_path
    assert folder_of("sub/cluster.yaml") == tmp_path / "sub"


def test_writes_a_new_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_new(tmp_path / "a", b"x")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a", b"x")]


def test_an_existing_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(Refused, match="exists"):
        write_new(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    write_new(tmp_path / "a", b"new", replace=True)
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_symlink_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "a").symlink_to("target")
    with pytest.raises(Refused):
        write_new(tmp_path / "a", b"new")
    write_new(tmp_path / "a", b"new", replace=True)
    assert (tmp_path / "target").read_bytes() == b"old"
    assert not (tmp_path / "a").is_symlink()


@pytest.mark.parametrize("place", ["absent/a", "file/a", "n" * 300])
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Missing, match="cannot write"):
        write_new(tmp_path / place, b"x")


def test_a_folder_in_the_way_stays_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(Missing, match="cannot write"):
        write_new(tmp_path / "a", b"x", replace=True)
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_a_given_file_or_standard_input_is_read_as_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"\xff\x00")
    monkeypatch.setattr(sys, "stdin", Stream(b"\xfe"))
    assert (read_given(str(tmp_path / "a")), read_given(STDIN)) == (b"\xff\x00", b"\xfe")


def test_a_given_file_that_cannot_be_read_is_missing(tmp_path: Path) -> None:
    for name in (str(tmp_path / "absent"), str(tmp_path)):
        with pytest.raises(Missing) as caught:
            read_given(name)
        assert caught.value.diagnostics[0].code == "EB003"


def test_a_folder_tells_what_it_holds_and_one_that_is_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("")
    (tmp_path / "a").mkdir()
    assert names_in(tmp_path) == ("a", "b")
    for folder in (tmp_path / "c", tmp_path / "b"):
        with pytest.raises(Missing) as caught:
            names_in(folder)
        assert [each.code for each in caught.value.diagnostics] == ["EB003"]


def test_a_folders_plain_files_are_read_by_name_and_no_pipe_is_opened(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"2")
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "below").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert contents_of(tmp_path) == ((str(tmp_path / "a"), b"1"), (str(tmp_path / "b"), b"2"))


def test_standard_input_has_a_name() -> None:
    assert (shown_name("-"), shown_name("a.pem")) == ("<stdin>", "a.pem")
