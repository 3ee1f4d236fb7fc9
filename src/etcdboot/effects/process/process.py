"""One run of one member: its process, its group, its log."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from etcdboot.base.errors import Missing
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.files.os_errors import failed
from etcdboot.effects.process.environment import for_others
from etcdboot.effects.process.parent_death import tied

LONGEST = 1 << 20  # bytes of a line; what is longer comes in pieces, so that nothing can fill our memory
_CHUNK = 1 << 16
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Program:
    """What to run for a member: absolute argv, what to add to the environment, where, and the log's path."""

    name: str
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    folder: Path
    log: Path


class Run:
    """A process that was started; made by :func:`launch`. It is the leader of a session and a group."""

    def __init__(self, process: Process, log: BinaryIO, hear: Callable[[str], None]) -> None:
        self.pid = process.pid
        self._process = process
        self._reading = asyncio.create_task(self._read(log, hear))

    async def ended(self) -> int:
        """How it ended (negative: by that signal), once it has and all that it said is heard."""
        status = await self._process.wait()
        with suppress(TimeoutError):  # something that left the group may hold the pipe open
            await asyncio.wait_for(self._reading, 1.0)
        return status

    async def stop(self, grace: float) -> int:
        """Ask it to end, and after ``grace`` seconds make it."""
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), grace)
        except TimeoutError:
            self.kill()
        return await self.ended()

    def kill(self) -> None:
        """End it and its whole group at once."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its group, unless it has ended (the number may then be another's)."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def _read(self, log: BinaryIO, hear: Callable[[str], None]) -> None:
        stream, splitter = self._process.stdout, LineSplitter()
        assert stream is not None
        with log:
            while chunk := await stream.read(_CHUNK):
                with suppress(OSError):  # a full disk must not stop the reading, or the member would hang
                    log.write(chunk)
                for line in splitter.feed(chunk):
                    hear(line)
        for line in splitter.end():
            hear(line)


async def launch(program: Program, hear: Callable[[str], None]) -> Run:
    """Start a program, tied to our life; each line it prints goes to ``hear`` and to its log.

    Raises:
        Missing: it cannot be started, or its log cannot be written.
    """
    log = _open_log(program.log)
    try:
        process = await asyncio.create_subprocess_exec(
            *tied(program.argv, os.getpid()),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            cwd=program.folder,
            env=for_others(os.environ) | dict(program.environment),
            start_new_session=True,
        )
    except OSError as cause:
        log.close()
        message = f"{program.name} cannot be started: {cause.strerror or cause}"
        raise Missing.because("EB510", message, "see whether the etcd binary runs by hand") from cause
    return Run(process, log, hear)


def _open_log(path: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, _APPEND, 0o600), "ab", buffering=0)
    except OSError as cause:
        raise failed("write", path, cause) from cause


class LineSplitter:
    """Takes bytes as they come, gives lines as text without their end."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._rest = bytearray()
        self._longest = longest

    def feed(self, chunk: bytes) -> tuple[str, ...]:
        """The lines that this chunk completes."""
        self._rest += chunk
        *whole, rest = bytes(self._rest).split(b"\n")
        while len(rest) > self._longest:
            whole.append(rest[: self._longest])
            rest = rest[self._longest :]
        self._rest = bytearray(rest)
        return tuple(map(_text, whole))

    def end(self) -> tuple[str, ...]:
        """What is left when nothing more comes."""
        rest, self._rest = bytes(self._rest), bytearray()
        return (_text(rest),) if rest else ()


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")
