"""Ctrl-C while a command is at work, each held up by something that never answers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
FORMS = pytest.mark.parametrize("form", ["simple", "json"])
Running = subprocess.Popen[str]


@contextmanager
def etcdboot(folder: Path, *arguments: str) -> Iterator[Running]:
    with subprocess.Popen(
        [sys.executable, "-m", "etcdboot", *arguments],
        cwd=folder,
        env={"PATH": f"{folder}{os.pathsep}{os.defpath}", "LANG": "C.UTF-8", "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def writing_end(fifo: Path, running: Running) -> int:
    """The FIFO, open for writing: possible once somebody reads from it."""
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # ENXIO: nobody reads yet
            assert running.poll() is None, running.communicate()
            time.sleep(0.005)


def until_it_sleeps(running: Running) -> None:
    """Until it waits for something: in one and the same sleep at ten looks in a row (proc(5)).

    A signal between Python's last look for one and the system call that blocks would not break that call.
    """
    before, looks = "", 0
    while looks < 10:
        lines = Path(f"/proc/{running.pid}/status").read_text().splitlines()
        seen = " ".join(each for each in lines if each.startswith(("State", "voluntary")))
        looks = looks + 1 if seen == before and "S (sleeping)" in seen else 0
        before = seen
        assert running.poll() is None, running.communicate()
        time.sleep(0.01)


def interrupt(running: Running, form: str) -> None:
    """Ctrl-C, and all that is promised of it; -w json has its one object on stdout."""
    until_it_sleeps(running)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, "\n")  # which ends the line that the terminal's ^C is on
    if form == "json":
        assert json.loads(out) == {"ok": False, "exit": 130, "diagnostics": []}
    else:
        assert out == ""


@FORMS
@pytest.mark.parametrize("command", ["check", "render"])
def test_while_the_spec_is_being_read(tmp_path: Path, command: str, form: str) -> None:
    spec = tmp_path / "cluster.yaml"
    os.mkfifo(spec)
    with etcdboot(tmp_path, command, "-w", form) as running:
        held = writing_end(spec, running)
        try:
            interrupt(running, form)
        finally:
            os.close(held)
    assert list(tmp_path.iterdir()) == [spec]


@FORMS
@pytest.mark.parametrize("wait", [(), ("--wait", "300s")], ids=["once", "waiting"])
def test_while_an_endpoint_gives_no_answer(tmp_path: Path, wait: tuple[str, ...], form: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        endpoint = f"127.0.0.1:{silent.getsockname()[1]}"
        with etcdboot(
            tmp_path, "verify", "--endpoints", endpoint, "--timeout", "300s", *wait, "-w", form
        ) as running:
            connection, _ = silent.accept()
            with connection:
                interrupt(running, form)
    assert list(tmp_path.iterdir()) == []


@FORMS
def test_while_the_etcd_for_a_local_spec_is_asked_for_its_release(tmp_path: Path, form: str) -> None:
    held_up = tmp_path / "held-up"
    os.mkfifo(held_up)
    etcd = tmp_path / "etcd"
    etcd.write_text(f"#!/bin/sh\nexec cat '{held_up}'\n")
    etcd.chmod(0o755)
    with etcdboot(tmp_path, "init", "--local", "3", "-w", form) as running:
        held = writing_end(held_up, running)
        try:
            interrupt(running, form)
        finally:
            os.close(held)
    assert sorted(tmp_path.iterdir()) == [etcd, held_up]
