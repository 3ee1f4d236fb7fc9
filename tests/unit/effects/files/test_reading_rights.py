from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from etcdboot.effects.files.owners import unreadable_by

OPEN, SECRET = Path("/etc/passwd"), Path("/etc/shadow")


def test_a_file_that_only_others_may_read_is_named() -> None:
    assert unreadable_by("nobody", (OPEN, SECRET)) == (SECRET,)


def test_the_group_of_a_file_counts() -> None:
    group = SECRET.group()
    if not SECRET.stat().st_mode & 0o040 or group == "root":
        pytest.skip("no group may read /etc/shadow here")
    assert unreadable_by("nobody", (SECRET,), group) == ()


def test_a_folder_that_is_closed_hides_its_files(tmp_path: Path) -> None:
    file = tmp_path / "closed" / "file"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o644)
    assert unreadable_by("nobody", (file,)) == (file,)


def test_the_owner_and_root_read_what_is_theirs(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.touch(mode=0o600)
    assert unreadable_by("root", (file, SECRET)) == ()
    own = pwd.getpwuid(os.geteuid()).pw_name
    assert unreadable_by(own, (file,)) == ()


def test_absent_files_and_users_are_left_out(tmp_path: Path) -> None:
    assert unreadable_by("nobody", (tmp_path / "absent",)) == ()
    assert unreadable_by("no-such-user", (SECRET,)) == ()
