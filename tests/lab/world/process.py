"""A process that a host started: its output, its signals, its end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import IO

from lab.world.namespaces import children, youngest

# nsenter forks to enter a process tree; a kill of it would leave the command, which so asks to die with it.
DIES_WITH_NSENTER = ("setpriv", "--pdeathsig", "KILL", "--")
# nsenter stops itself when its child is stopped, and a stopped one cannot reap and would hold up the end of
# the world: so a shell stands between it and what a test may freeze. Its own "Terminated" goes nowhere.
_SHELL = ("sh", "-c", 'exec 3>&2 2>/dev/null; "$@" 2>&3 3>&-; exit $?', "sh")


class TookTooLong(AssertionError):
    """What a test waited for did not happen in its time."""


def wait_until(what: str, holds: Callable[[], bool], within: float = 20.0, every: float = 0.02) -> None:
    """Wait until a condition holds; seconds.

    Raises:
        TookTooLong: it never did; names the condition.
    """
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise TookTooLong(f"{what}: not within {within:g} s")
        time.sleep(every)


class Init:
    """Our hold on a PID 1: it lives as long as we hold the pipe that is its stdin."""

    def __init__(self, what: str, command: Sequence[str]) -> None:
        self._begun = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        _, stdout, stderr = self._streams()
        if stdout.readline() != b"ready\n":
            raise RuntimeError(f"{what} did not come up: {stderr.read().decode()}")
        self.pid = youngest(self._begun.pid)

    def end(self) -> None:
        """Let go of it and wait until all that hangs on it has ended; once more does nothing."""
        stdin, stdout, stderr = self._streams()
        with contextlib.suppress(BrokenPipeError):
            stdin.close()
        self._begun.wait(30.0)
        stdout.close()
        stderr.close()

    def _streams(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        assert self._begun.stdin and self._begun.stdout and self._begun.stderr
        return self._begun.stdin, self._begun.stdout, self._begun.stderr


class Process:
    """A running command of a host; stdout and stderr together are its ``output``."""

    def __init__(self, prefix: Sequence[str], argv: Sequence[str], environment: dict[str, str]) -> None:
        self.argv = tuple(argv)
        # Unlinked from the start: nothing is left of it whatever happens to the test.
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process is
        self._entered = subprocess.Popen(
            [*prefix, *_SHELL, *argv],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        self.pid = self._grandchild()

    @property
    def output(self) -> str:
        """All it has said so far."""
        return os.pread(self._log.fileno(), 1 << 26, 0).decode(errors="replace")

    @property
    def exit_code(self) -> int | None:
        """None while it runs; 128 plus the signal's number if one ended it, as a shell says."""
        return self._entered.poll()

    def says(self, pattern: str, within: float = 20.0) -> re.Match[str]:
        """Wait until the output has such a text (a regular expression, seconds); gives the match.

        Raises:
            TookTooLong: it ended or was silent; carries its last words.
        """
        deadline = time.monotonic() + within
        while True:
            ended = self.exit_code is not None
            if found := re.search(pattern, self.output):
                return found
            if ended or time.monotonic() > deadline:
                state = f"ended with {self.exit_code}" if ended else f"did not in {within:g} s"
                raise TookTooLong(f"{self.argv[0]} was to say {pattern!r} but {state}; {self.output[-2000:]}")
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.pid and self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def freeze(self) -> None:
        """Stop it as a hanging disk would: its sockets stay open and silent."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.signal(signal.SIGCONT)

    def wait(self, within: float = 20.0) -> int:
        """Its exit code, once it has ended by itself (seconds)."""
        try:
            return self._entered.wait(within)
        except subprocess.TimeoutExpired:
            raise TookTooLong(f"{self.argv[0]} did not end in {within:g} s; {self.output[-2000:]}") from None

    def stop(self, within: float = 20.0) -> int:
        """Ask it to end with SIGTERM; gives its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(within)

    def kill(self) -> int:
        """End it with SIGKILL, as a power cut would; gives its exit code."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def _grandchild(self) -> int:
        """The command's id as the test sees it: nsenter's child is the shell, whose child it is."""
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline and self.exit_code is None:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                shell = next(iter(children(self._entered.pid)), 0)
                if command := next(iter(children(shell)), 0):
                    return command
            time.sleep(0.001)
        return 0  # it has ended already; nothing is ever sent to it

    def forget(self) -> None:
        """Release what we hold of it after its world has ended."""
        self._entered.wait(20.0)
        self._log.close()
