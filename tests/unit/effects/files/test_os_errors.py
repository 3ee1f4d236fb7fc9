from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from etcdboot.base.errors import ExitCode
from etcdboot.effects.files.os_errors import absent, blocked, failed


def test_an_error_of_the_system_names_place_and_cause(tmp_path: Path) -> None:
    told = failed("write", tmp_path / "a", OSError(errno.ENOSPC, "x"))
    assert told.exit_code is ExitCode.MISSING
    assert str(told) == f"cannot write {tmp_path / 'a'}: No space left on device"
    assert "free some space" in told.diagnostics[0].hint


def test_an_error_without_a_number_is_told_as_it_is(tmp_path: Path) -> None:
    assert str(failed("write", tmp_path, OSError("odd"))).endswith(": odd")


def test_what_stands_in_the_way_counts_only_for_errors_that_come_from_it(tmp_path: Path) -> None:
    found = os.stat(tmp_path)
    assert failed("read", tmp_path, OSError(errno.EISDIR, ""), found).exit_code is ExitCode.REFUSED
    assert failed("read", tmp_path, OSError(errno.EIO, ""), found).exit_code is ExitCode.MISSING


def test_what_is_gone_is_missing(tmp_path: Path) -> None:
    assert absent(tmp_path).exit_code is ExitCode.MISSING


@pytest.mark.parametrize(
    ("place", "words"), [("/dev/null", "a device"), ("/", "a folder"), ("/proc/self/status", "a file")]
)
def test_names_what_stands_in_the_way(place: str, words: str) -> None:
    told = blocked(Path(place), os.lstat(place))
    assert words in str(told)
    assert told.exit_code is ExitCode.REFUSED
    assert told.diagnostics[0].hint
