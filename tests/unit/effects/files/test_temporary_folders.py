from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from etcdboot.base.errors import Refused
from etcdboot.effects.files.temporary_folders import (
    PREFIX,
    private_folder,
    private_folders,
    remove_leftovers,
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def leftover(folder: Path, name: str = "killed", mode: int = 0o700) -> Path:
    path = folder / f"{PREFIX}{name}"
    path.mkdir(mode=mode)
    (path / ".etcdboot-throw-away").touch()
    (path / "data").mkdir()
    return path


def test_it_is_private_and_goes_with_all_in_it(temporary: Path) -> None:
    with private_folder() as folder:
        assert folder.parent == temporary
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "data").mkdir()
        (folder / "data/key").write_text("x")
    assert list(temporary.iterdir()) == []


def test_it_goes_when_the_run_fails(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), private_folder():
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


def test_what_a_killed_run_left_behind_goes_with_the_next(temporary: Path) -> None:
    old = leftover(temporary)
    empty = temporary / f"{PREFIX}killed-at-once"
    empty.mkdir(mode=0o700)
    with private_folder() as folder:
        assert list(temporary.iterdir()) == [folder]
    assert not old.exists()


def test_what_another_run_uses_stays(temporary: Path) -> None:
    with private_folder() as first, private_folder() as second:
        assert remove_leftovers() == ()
        assert private_folders() == tuple(sorted((first, second)))


def test_a_run_whose_every_folder_is_taken_for_a_leftover_gives_up(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp

    def make_and_lose(prefix: str) -> str:
        made = make(prefix=prefix)
        assert remove_leftovers() == (Path(made),)  # what another run does that starts right now
        return made

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_lose)
    with pytest.raises(Refused) as refusal, private_folder():
        pass
    (told,) = refusal.value.diagnostics
    assert (told.code, told.hint) == ("EB522", "run again")
    assert list(temporary.iterdir()) == []


def test_what_is_not_ours_stays(temporary: Path) -> None:
    notes = temporary / f"{PREFIX}notes"
    notes.mkdir(mode=0o700)
    (notes / "todo.txt").write_text("mine")
    opened = leftover(temporary, "open", mode=0o755)
    target = leftover(temporary.parent / temporary.name, "target")
    (temporary / f"{PREFIX}link").symlink_to(target)
    (temporary / f"{PREFIX}file").write_text("mine")
    assert remove_leftovers() == (target,)
    assert notes.exists() and opened.exists()
    assert (temporary / f"{PREFIX}link").is_symlink()


def test_a_folder_nobody_uses_is_not_running(temporary: Path) -> None:
    leftover(temporary)
    assert private_folders() == ()
