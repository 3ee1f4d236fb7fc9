"""Ties a child's life to ours: when etcdboot dies, whatever kills it, the kernel kills the child.

prctl(2) PR_SET_PDEATHSIG survives execve, so a small program sets it and then becomes etcd. It is told who
its parent should be and looks after setting it: a parent that died before would send nothing. The signal is
KILL: nobody is left to wait for a graceful end, members that all stop at once take 7 s (etcd issue 15702),
and the next ``up`` wants their ports. No ``preexec_fn``: it is not safe beside gRPC's threads.

The signal comes when the *thread* that forked ends (prctl(2)): members are started from the main thread.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache

SHELL = "/bin/sh"
# Exit code of a child that found itself orphaned before it became etcd.
ORPHANED = 125

# POSIX sh takes $PPID when it starts, which is after setpriv has set the signal.
_LOOK = f'[ "$PPID" = "$1" ] || exit {ORPHANED}; shift; exec "$@"'
_SHIM = f"""\
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL
if os.getppid() != int(sys.argv[1]): sys.exit({ORPHANED})
os.execv(sys.argv[2], sys.argv[2:])
"""


def tied(argv: tuple[str, ...], parent: int) -> tuple[str, ...]:
    """The command line that runs ``argv`` and dies with the process ``parent``, which is to start it.

    Beyond Linux nothing does that: the command line comes back as it is.
    """
    if setpriv := _setpriv():
        return (setpriv, "--pdeathsig", "KILL", "--", SHELL, "-c", _LOOK, "etcdboot", str(parent), *argv)
    return shimmed(argv, parent) if sys.platform == "linux" else argv


def shimmed(argv: tuple[str, ...], parent: int) -> tuple[str, ...]:
    """The same by a Python of our own, which takes longer to start."""
    return (sys.executable, "-I", "-S", "-c", _SHIM, str(parent), *argv)


@cache
def _setpriv() -> str | None:
    """The setpriv of util-linux; BusyBox's has no ``--pdeathsig``, and a container may forbid prctl."""
    path = shutil.which("setpriv")
    if path is None:
        return None
    trial = (path, "--pdeathsig", "KILL", "--", SHELL, "-c", ":")
    works = subprocess.run(trial, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    return path if works.returncode == 0 else None
