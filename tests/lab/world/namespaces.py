"""The command lines that make namespaces and enter them, as root or rootless."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent

# What a process in the world sees of the test's environment: nothing, so no ETCD_* of the caller's.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
}


def rootless() -> bool:
    """Whether the world needs a user namespace, since whoever runs the tests is not root."""
    return os.geteuid() != 0


def new_world(*command: str) -> list[str]:
    """The command as PID 1 of a fresh process tree, with no network but a loopback that is down."""
    mapped = ["--map-root-user"] if rootless() else []
    return ["unshare", *mapped, "-n", "-m", "-p", "-f", *_SETTLED, *command]


def new_host(world: int, *command: str) -> list[str]:
    """The command as PID 1 of a host inside the world whose PID 1 is ``world`` to us."""
    return [
        *enter(world, "-m", "-n", "-p"),
        "unshare",
        "-n",
        "-m",
        "-p",
        "-u",
        "-i",
        "-f",
        *_SETTLED,
        *command,
    ]


def enter(pid: int, *which: str) -> list[str]:
    """The prefix that runs a command in those namespaces of a process (nsenter's options)."""
    mapped = ["-U", "--preserve-credentials"] if rootless() else []
    return ["nsenter", "-t", str(pid), *mapped, *which, "--"]


def init(settings: str) -> list[str]:
    """PID 1 itself; -I and -S keep the test's Python environment out and make it start in 10 ms."""
    return [sys.executable, "-I", "-S", str(HERE / "init.py"), settings]


def guardian(name: str, command: list[str]) -> list[str]:
    """The process that outlives the test by a moment."""
    return [sys.executable, "-I", "-S", str(HERE / "guardian.py"), name, *command]


def children(pid: int) -> list[int]:
    """The child processes of a process's main thread, as we see them."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def youngest(pid: int) -> int:
    """The last of a chain of only children: what unshare or nsenter finally became, as we see it."""
    while below := children(pid):
        pid = below[0]
    return pid


_SETTLED = ("--mount-proc", "--kill-child", "--propagation", "private")
