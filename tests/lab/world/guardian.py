"""Outlives the test by a moment: when the test ends, however it ends, the world ends and its cgroups go.

A script of its own, run by path with the standard library alone: ``guardian.py NAME COMMAND…`` starts the
command (the world's PID 1 below unshare), closes its stdin when our own stdin ends, waits for it, and then
removes every cgroup called NAME.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def main() -> int:
    name, *command = sys.argv[1:]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as world:
        # Not through sys.stdin: a reader that waits must not hold our end of the world's pipe.
        while os.read(0, 4096):
            pass
        if world.stdin is not None:
            world.stdin.close()
        code = world.wait()
    for cgroup in [*CGROUPS.glob(name), *CGROUPS.glob(f"*/{name}")]:
        remove_cgroup(cgroup)
    return code


def remove_cgroup(folder: Path) -> None:
    """Remove a cgroup and those below it; its processes are dead, but the kernel may need a moment."""
    for below, _, _ in os.walk(folder, topdown=False):
        for _ in range(100):
            try:
                Path(below).rmdir()
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(0.02)
            else:
                break


if __name__ == "__main__":
    sys.exit(main())
