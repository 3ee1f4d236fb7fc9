"""The control socket of a running ``up``: one JSON object a line, asked and answered.

A Unix socket, 0600, in the private state folder: whoever can open it is the same user.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from etcdboot.effects.refusing import blocked, failed
from etcdboot.ground.errors import EtcdbootError, ExitCode, Refused
from etcdboot.ground.report import error

SOCKET = "control.sock"
Answer = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
# Bytes that fit into sun_path on every system we know, less its closing zero (unix(7): 108 on Linux).
_ROOM = 103
_LONGEST = 1 << 20  # bytes of one question or answer
_PARTING = 2.0  # seconds at the end for answers that are under way


@asynccontextmanager
async def serving(folder: Path, answer: Answer) -> AsyncIterator[None]:
    """Answer questions on the folder's socket; the caller holds the folder's lock.

    ``answer`` gets the question and gives the answer's fields; an EtcdbootError that it raises travels.
    """
    place = folder / SOCKET
    _clear(place)
    with _reachable(place) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            before = os.umask(0o177)  # 0600 from the start
            try:
                listener.bind(path)
            finally:
                os.umask(before)
        except OSError as cause:
            raise failed("make the socket", place, cause) from cause
        talks = _Conversations(answer)
        server = await asyncio.start_unix_server(talks.converse, sock=listener, limit=_LONGEST)
        try:
            yield
        finally:
            server.close()
            with suppress(OSError):
                place.unlink()
            await talks.ended()


def ask(folder: Path, question: Mapping[str, Any], deadline: float) -> dict[str, Any] | None:
    """What the ``up`` that keeps this folder answers within ``deadline`` seconds; None when none runs.

    Raises:
        EtcdbootError: what the other side raised, with its exit code.
        Refused: it gave no answer in time.
    """
    place = folder / SOCKET
    try:
        with _reachable(place) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(deadline)
            connection.connect(path)
            connection.sendall(_line(question))
            with connection.makefile("rb") as stream:
                reply = stream.readline(_LONGEST)
    except (FileNotFoundError, ConnectionError, NotADirectoryError):
        return None
    except OSError as cause:
        why = "gave no answer in time" if isinstance(cause, TimeoutError) else str(cause.strerror or cause)
        raise Refused.because("EB520", f"the etcdboot behind {place}: {why}", "", str(place)) from cause
    if not reply:
        return None  # it ended while we asked
    return _opened(json.loads(reply))


def _opened(reply: dict[str, Any]) -> dict[str, Any]:
    if reply["ok"]:
        return reply
    raised = EtcdbootError(
        *(error(each["code"], each["message"], each["hint"], each["path"]) for each in reply["diagnostics"])
    )
    raised.exit_code = ExitCode(reply["exit"])
    raise raised


class _Conversations:
    """Those who ask, each in a task of its own; at the end whoever waits for an answer still gets it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._all: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one asker until it has no more questions."""
        task = asyncio.current_task()
        assert task is not None
        self._all.add(task)
        try:
            with suppress(OSError, ValueError, asyncio.IncompleteReadError):
                # OSError: the asker went away. ValueError: a line too long, or no JSON: a stranger.
                while line := await reader.readline():
                    self._answering.add(task)
                    writer.write(_line(await _answered(self._answer, json.loads(line))))
                    await writer.drain()
                    self._answering.discard(task)
        finally:
            self._all.discard(task)
            self._answering.discard(task)
            writer.close()

    async def ended(self) -> None:
        """Wait a little for those that are being answered, and break off the others."""
        if self._answering:
            await asyncio.wait(set(self._answering), timeout=_PARTING)
        for task in tuple(self._all):
            task.cancel()
        await asyncio.gather(*self._all, return_exceptions=True)


async def _answered(answer: Answer, question: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return {"ok": True, "exit": 0, **(await answer(question))}
    except EtcdbootError as cause:
        told = [each.as_json() for each in cause.diagnostics]
        return {"ok": False, "exit": int(cause.exit_code), "diagnostics": told}


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _clear(place: Path) -> None:
    """Remove the socket of a run that was killed; the lock says that nobody listens on it any more."""
    try:
        found = place.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise blocked(place, found)
    place.unlink()


@contextmanager
def _reachable(place: Path) -> Iterator[str]:
    """A path to the socket that fits into sun_path: by way of its open folder if the plain one does not."""
    if len(os.fsencode(place)) <= _ROOM:
        yield str(place)
        return
    if not Path("/proc/self/fd").is_dir():
        message = f"{place} is too long for a socket: {_ROOM} bytes are the limit"
        raise Refused.because("EB521", message, "use a shorter folder: --state DIR", str(place))
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{place.name}"
    finally:
        os.close(folder)
