"""The control socket of a running ``up``: one JSON object a line, asked and answered.

A Unix socket, 0600, in the private state folder. Both ends check that the other one runs as the same user,
and neither relies on what the other sends.
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

from etcdboot.base.errors import EtcdbootError, Refused
from etcdboot.effects.clock import monotonic
from etcdboot.effects.files.os_errors import blocked, failed
from etcdboot.effects.files.owners import demand_closed, demand_own, demand_own_peer
from etcdboot.effects.network.untrusted_json import json_of
from etcdboot.observations.control_answers import AnswerProblem, raised

SOCKET = "control.sock"
Answer = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
# Bytes that fit into sun_path on every system we know, less its closing zero (unix(7): 108 on Linux).
_ROOM = 103
_LONGEST = 1 << 20  # bytes of one question or answer
_CHUNK = 1 << 16
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
        Refused: it is not this user's (EB420, EB421), did not answer in time (EB520), or its answer is
            malformed (EB422).
    """
    place = folder / SOCKET
    demand_own(folder)
    demand_closed(folder)
    until = monotonic() + deadline
    try:
        with _reachable(place) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(deadline)
            connection.connect(path)
            demand_own_peer(connection, place)
            connection.sendall(_line(question))
            reply = _heard(connection, until)
    except (FileNotFoundError, ConnectionError, NotADirectoryError):
        return None
    except OSError as cause:
        why = "gave no answer in time" if isinstance(cause, TimeoutError) else str(cause.strerror or cause)
        raise Refused.because("EB520", f"the etcdboot behind {place}: {why}", "", str(place)) from cause
    return _opened(reply, place) if reply else None  # None: it ended while we asked


def _heard(connection: socket.socket, until: float) -> bytes:
    """All up to the first line break, or to the end; TimeoutError when that is not there in time."""
    heard = bytearray()
    while b"\n" not in heard and len(heard) <= _LONGEST:
        left = until - monotonic()
        if left <= 0:  # a peer that sends a byte now and then never runs into the timeout of one recv()
            raise TimeoutError
        connection.settimeout(left)
        part = connection.recv(_CHUNK)
        if not part:
            break
        heard += part
    return bytes(heard)


def _opened(reply: bytes, place: Path) -> dict[str, Any]:
    found = json_of(reply) if len(reply) <= _LONGEST else None
    if not isinstance(found, dict) or not isinstance(found.get("ok"), bool):
        raise malformed(place, f'not a JSON object of at most {_LONGEST >> 20} MiB with an "ok"')
    if found["ok"]:
        return found
    try:
        error = raised(found)
    except AnswerProblem as cause:
        raise malformed(place, str(cause)) from cause
    raise error


def malformed(place: Path, why: str) -> EtcdbootError:
    """The error for an answer that etcdboot does not give."""
    message = f"malformed answer from the process behind {place}: {why}"
    hint = "use the etcdboot that started this cluster, or end that process by its id"
    return Refused.because("EB422", message, hint, str(place))


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
            with suppress(OSError, ValueError, Refused, asyncio.IncompleteReadError):
                # OSError: the asker went away. ValueError: a line too long. Refused: another user.
                demand_own_peer(writer.get_extra_info("socket"), Path(SOCKET))
                while isinstance(question := json_of(await reader.readline()), dict):
                    self._answering.add(task)
                    writer.write(_line(await _answered(self._answer, question)))
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
