"""Kill a process of its own just before a given step of what it does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Container
from pathlib import PurePosixPath
from typing import Final

from etcdboot.effects.files.root_folder import Watcher

# The steps after which the disk is another one, and the system call that each of them is.
CHANGING: Final = {
    "create": "openat",
    "set the permissions of": "fchmod",
    "write": "write",
    "sync": "fsync",
    "rename to": "renameat",
    "remove": "unlinkat",
    "make the folder": "mkdirat",
    "remove the folder": "unlinkat",
    "sync the folder": "fsync",
}


def killed(act: Callable[[Watcher], object], number: int, among: Container[str] | None = None) -> bool:
    """Act in a process of its own that is killed at that step; whether there was such a step.

    ``among`` are the steps that count (default: all). The umask hides nothing from anybody.
    """
    left = number

    def die(step: str, path: PurePosixPath) -> None:
        nonlocal left
        left -= among is None or step in among
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        os.umask(0)
        act(die)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
