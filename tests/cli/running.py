"""Run the command line, in this process or in one of its own, with stdout and stderr apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from etcdboot.cli import program

SOURCE = Path(__file__).resolve().parents[2] / "src"
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(SOURCE)}
Run = subprocess.CompletedProcess[str]

GOOD = """\
name: prod
etcd: {version: "3.6.14"}
members:
  - {name: etcd1, host: 10.0.0.1}
  - {name: etcd2, host: 10.0.0.2}
  - {name: etcd3, host: 10.0.0.3}
"""


def etcdboot(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """What one command line does; never a traceback."""
    done = CliRunner().invoke(program, arguments, input=stdin, prog_name="etcdboot")
    assert "Traceback" not in done.output
    assert "EB001" not in done.output
    return done


def in_json(done: Result) -> dict[str, Any]:
    """The one object on stdout; nothing else is there, and nothing of it is wrong."""
    whole: dict[str, Any] = json.loads(done.stdout)
    assert whole["exit"] == done.exit_code
    assert whole["ok"] == (done.exit_code == 0)
    assert isinstance(whole["diagnostics"], list)
    return whole


def process(folder: Path, *arguments: str, stdin: str = "") -> Run:
    """What one command line does in a process of its own, run in that folder with a bare environment."""
    return subprocess.run(
        [sys.executable, "-m", "etcdboot", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
