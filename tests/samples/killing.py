"""Kill a process of its own just before a given step of what it does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import PurePosixPath

from etcdboot.effects.root import Watcher


def killed(act: Callable[[Watcher], object], number: int) -> bool:
    """Act in a process of its own that is killed at that step; whether there was such a step."""
    left = number

    def die(step: str, path: PurePosixPath) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        act(die)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
