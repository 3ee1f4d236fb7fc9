"""``ps``, ``stop``, ``start``, ``env`` and ``down`` against a control socket that sends something hostile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cli.running import etcdboot, process
from lab.peers.fixtures import require_capability
from samples.control_peer import NOBODY, acting_as, answering, control_peer, open_folder

COMMANDS = (("ps",), ("stop", "e1"), ("start", "e1"), ("env",), ("down",))
GOOD: dict[str, Any] = {
    "ok": True,
    "exit": 0,
    "cluster": "c",
    "release": "3.6.14",
    "state": "/s",
    "ephemeral": False,
    "etcdctl": "",
    "environment": {"ETCDCTL_ENDPOINTS": "https://127.0.0.1:2379"},
    "members": [
        {
            "name": "e1",
            "phase": "running",
            "pid": 7,
            "status": None,
            "endpoints": ["https://127.0.0.1:2379"],
            "log": "/s/logs/e1.log",
        }
    ],
    "verdict": "healthy",
}
MEMBER: dict[str, Any] = GOOD["members"][0]
WRONG: dict[str, dict[str, Any]] = {
    "a name that is a command": {"environment": {"A;touch canary;B": "1"}},
    "a name that is not etcdctl's": {"environment": {"LD_PRELOAD": "/tmp/x.so"}},
    "a name of etcdctl that up does not set": {"environment": {"ETCDCTL_PASSWORD": "x"}},
    "a value that is no text": {"environment": {"ETCDCTL_KEY": ["a"]}},
    "a value with a NUL": {"environment": {"ETCDCTL_KEY": "a\0b"}},
    "a value with half a character": {"environment": {"ETCDCTL_KEY": "\udcff"}},
    "an environment that is a list": {"environment": []},
    "a cluster's name with an escape sequence": {"cluster": "\x1b]0;pwn\x07"},
    "a release with a line break": {"release": "3.6.14\nfake"},
    "a member's name with an escape sequence": {"members": [{**MEMBER, "name": "e1\x1b]0;pwn\x07"}]},
    "a member's name without end": {"members": [{**MEMBER, "name": "Z" * 7000}]},
    "a state that does not exist": {"members": [{**MEMBER, "phase": "dancing"}]},
    "a pid that is text": {"members": [{**MEMBER, "pid": "7"}]},
    "a pid that is true": {"members": [{**MEMBER, "pid": True}]},
    "a pid that is negative": {"members": [{**MEMBER, "pid": -1}]},
    "a pid beyond all pids": {"members": [{**MEMBER, "pid": 10**30}]},
    "an endpoint that is no URL": {"members": [{**MEMBER, "endpoints": ["$(id)"]}]},
    "an endpoint with an escape sequence": {"members": [{**MEMBER, "endpoints": ["http://\x1b[2J:1"]}]},
    "endpoints that are text": {"members": [{**MEMBER, "endpoints": "http://a:1"}]},
    "members that are a number": {"members": 3},
    "a member that is null": {"members": [None]},
    "more members than there can be": {"members": [MEMBER] * 1001},
    "a verdict that is a number": {"verdict": 1},
    "a flag that is text": {"ephemeral": "no"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".etcdboot").mkdir(mode=0o700)
    return tmp_path


def answered(folder: Path, answer: dict[str, Any], *words: str) -> Result:
    """What a command line does when this is the answer."""
    with control_peer(folder / ".etcdboot", answering(json.dumps(answer).encode() + b"\n")):
        return etcdboot(*words, "--state", str(folder / ".etcdboot"))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_sample_answer_is_accepted(folder: Path, words: tuple[str, ...]) -> None:
    assert answered(folder, GOOD, *words).exit_code == 0


@pytest.mark.parametrize("wrong", WRONG)
def test_a_malformed_answer_is_exit_7(folder: Path, wrong: str) -> None:
    done = answered(folder, GOOD | WRONG[wrong], "env")
    assert (done.exit_code, done.stdout) == (7, "")
    assert "EB422" in done.stderr and done.stderr.replace("\n", "").isprintable()
    assert len(done.stderr) < 1000


@pytest.mark.parametrize("missing", [name for name in GOOD if name != "exit"])
def test_a_field_that_is_missing_is_exit_7(folder: Path, missing: str) -> None:
    answer = {name: value for name, value in GOOD.items() if name != missing}
    assert answered(folder, answer, "ps").exit_code == 7


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_refuses_a_malformed_answer(folder: Path, words: tuple[str, ...]) -> None:
    assert answered(folder, GOOD | {"cluster": None}, *words).exit_code == 7


def test_values_are_quoted_for_the_shell(folder: Path) -> None:
    value = "$(touch canary) `touch canary` 'x' \"y\"\\ ; touch canary\n touch canary"
    done = answered(folder, GOOD | {"environment": {"ETCDCTL_KEY": value}}, "env")
    shell = subprocess.run(
        ["sh", "-c", f'{done.stdout}\nprintf %s "$ETCDCTL_KEY"'],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout == value
    assert not (folder / "canary").exists()


# --- a second user


@pytest.fixture
def shared() -> Iterator[Path]:
    require_capability("root")
    with open_folder() as folder:
        yield folder


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_state_folder_that_another_user_laid_is_exit_7(shared: Path, words: tuple[str, ...]) -> None:
    """As a victim meets it: nothing but the folder says where the state is, and it is locked."""
    with acting_as(NOBODY):
        (shared / ".etcdboot").mkdir(mode=0o755)
        peer = control_peer(shared / ".etcdboot", answering(json.dumps(GOOD).encode() + b"\n"))
        peer.__enter__()
    try:
        lock = subprocess.Popen(
            [sys.executable, "-c", LOCK, str(shared / ".etcdboot")],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
        )
        assert lock.stdout is not None
        lock.stdout.readline()
        done = process(shared, *words)
        lock.communicate()
    finally:
        peer.__exit__(None, None, None)
    assert (done.returncode, done.stdout) == (7, "")
    assert "EB420" in done.stderr and "nobody" in done.stderr


LOCK = """
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""
