"""Run the command line in this process, with stdout and stderr apart."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from etcdboot.cli import program

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
