from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from etcdboot.effects.process.parent_death import ORPHANED, shimmed, tied

Guard = Callable[[tuple[str, ...], int], tuple[str, ...]]
both = pytest.mark.parametrize("guard", [tied, shimmed])


@both
def test_the_program_gets_its_words_as_they_are(guard: Guard) -> None:
    words = ("a b", "$HOME", "it's", "", "-x")
    show = (sys.executable, "-c", "import sys; print(sys.argv[1:])", *words)
    done = subprocess.run(guard(show, os.getpid()), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(list(words))


@both
def test_a_child_of_another_parent_does_not_begin(guard: Guard) -> None:
    done = subprocess.run(guard(("/bin/echo", "alive"), os.getpid() + 1), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (ORPHANED, b"")


@both
def test_the_child_dies_with_its_parent(guard: Guard, tmp_path: Path) -> None:
    # A parent that starts a guarded sleep, tells its pid, and is killed: the pipe's end tells of the death.
    code = f"""
import os, subprocess, sys
sys.path[:0] = {sys.path!r}
from etcdboot.effects.process.parent_death import {guard.__name__} as guard
child = subprocess.Popen(guard(("/bin/sh", "-c", "echo begun; exec sleep 1000"), os.getpid()))
child.wait()
"""
    with subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"begun\n"
        parent.kill()
        assert parent.stdout.read() == b""  # ends when nobody holds the pipe any more
