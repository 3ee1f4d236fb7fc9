"""A process on this machine that ends with the test at the latest; speaks like one of a world's."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from lab.world.namespaces import children, rootless
from lab.world.process import DIES_WITH_NSENTER, TookTooLong, wait_until

_MAPPED = ["--map-root-user"] if rootless() else []
# Whoever starts others without ending them, a Procfile's runner, does so in a process tree of its own.
_OWN_TREE = ("unshare", *_MAPPED, "-p", "-f", "--kill-child", "--")


class LocalProcess:
    """A running command; stdout and stderr together are its ``output``."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path, *, own_tree: bool = False
    ) -> None:
        self.argv = tuple(argv)
        self._own_tree = own_tree
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process is
        self._started = subprocess.Popen(
            [*DIES_WITH_NSENTER, *(_OWN_TREE if own_tree else ()), *argv],
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The command's id; with a tree of its own, that of the tree's first process, if there is any yet."""
        if not self._own_tree:
            return self._started.pid
        return next(iter(children(self._started.pid)), 0)

    @property
    def output(self) -> str:
        """All it has said so far."""
        return os.pread(self._log.fileno(), 1 << 26, 0).decode(errors="replace")

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: by that signal."""
        return self._started.poll()

    def says(self, pattern: str, within: float = 20.0) -> re.Match[str]:
        """Wait until the output has such a text; seconds."""

        def found() -> re.Match[str] | None:
            return re.search(pattern, self.output)

        wait_until(f"{self.argv[0]} to say {pattern!r}", lambda: bool(found() or self.exit_code), within)
        match = found()
        assert match, f"{self.argv[0]} ended with {self.exit_code}: {self.output[-2000:]}"
        return match

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.exit_code is None and self.pid:
            os.kill(self.pid, number)

    def stop(self, within: float = 30.0) -> int:
        """Ask it to end with SIGTERM; gives its exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self._started.wait(within)
        except subprocess.TimeoutExpired:
            raise TookTooLong(f"{self.argv[0]} goes on after {within:g} s: {self.output[-2000:]}") from None

    def kill(self) -> int:
        """End it, and its tree, with SIGKILL; gives its exit code once all of it is gone."""
        if self.exit_code is None:
            os.kill(self.pid or self._started.pid, signal.SIGKILL)
        return self._started.wait(20.0)

    def forget(self) -> None:
        """End it and release what we hold of it."""
        self.kill()
        self._log.close()
