from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.errors import Refused
from etcdboot.effects.files.state_folder import fresh_log, is_bootstrapped, is_free, note, open_state


def test_it_is_private_and_kept_out_of_git(tmp_path: Path) -> None:
    with open_state(tmp_path / "deep/state") as disk:
        assert stat.S_IMODE(disk.root.stat().st_mode) == 0o700
        assert (disk.root / ".gitignore").read_text() == "*\n"


def test_one_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    with open_state(tmp_path / "state") as disk:
        assert stat.S_IMODE(disk.root.stat().st_mode) == 0o700


def test_a_second_run_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    with open_state(tmp_path / "state"):
        with pytest.raises(Refused) as caught, open_state(tmp_path / "state"):
            pass
        assert not is_free(tmp_path / "state")
    (found,) = caught.value.diagnostics
    assert found.code == "EB513" and f"process {os.getpid()}" in found.message
    assert is_free(tmp_path / "state")


def test_a_refusal_inside_is_not_taken_for_a_lock(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="something else"), open_state(tmp_path / "state"):
        raise Refused.because("EB405", "something else")


def test_a_state_that_is_not_there_is_free(tmp_path: Path) -> None:
    assert is_free(tmp_path / "absent")


def test_the_log_of_the_run_before_is_kept_once(tmp_path: Path) -> None:
    with open_state(tmp_path / "state") as disk:
        for text in ("first", "second", "third"):
            fresh_log(disk, "e1").write_text(text)
        assert (disk.root / "logs/e1.log").read_text() == "third"
        assert (disk.root / "logs/e1.log.old").read_text() == "second"


def test_only_a_log_file_proves_that_a_member_began_its_life(tmp_path: Path) -> None:
    with open_state(tmp_path / "state") as disk:
        data = PurePosixPath("data")
        assert not is_bootstrapped(disk, data)
        (disk.root / "data/member/snap").mkdir(parents=True)
        (disk.root / "data/member/snap/db").touch()
        (disk.root / "data/member/wal").mkdir()
        assert not is_bootstrapped(disk, data)
        (disk.root / "data/member/wal/0-0.wal").touch()
        assert is_bootstrapped(disk, data)


def test_a_note_is_a_line_with_its_time(tmp_path: Path) -> None:
    with open_state(tmp_path / "state") as disk:
        note(str(disk.root), "hello")
        note(str(disk.root), "again")
        lines = (disk.root / "logs/up.log").read_text().splitlines()
    assert [line.partition(" ")[2] for line in lines] == ["hello", "again"]


def test_a_note_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    note(str(tmp_path / "absent"), "hello")
    assert list(tmp_path.iterdir()) == []
