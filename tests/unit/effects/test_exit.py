from __future__ import annotations

import subprocess
import sys

import pytest

_PROBE = """
import sys
from etcdboot.effects.signals import leave
print("told")
sys.stderr.write("said")
leave({code})
"""


@pytest.mark.parametrize("code", [0, 3, 130])
def test_ends_with_its_code_and_all_that_was_said(code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE.format(code=code)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "told\n", "said")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", ">/dev/full"])
def test_a_stream_that_takes_nothing_changes_no_code(closed: str) -> None:
    probe = [sys.executable, "-c", _PROBE.format(code=3).replace('sys.stderr.write("said")', "")]
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *probe], env={}, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (3, b"")
