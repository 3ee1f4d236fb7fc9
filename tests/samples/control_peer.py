"""The other end of a control socket, as an attacker would serve it; and a second user of the machine."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from etcdboot.effects.process.control_socket import SOCKET

NOBODY = 65534
Serve = Callable[[socket.socket, Event], None]


@contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """This process as another user; the kernel's credentials are really the other user's. Needs root."""
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can write to, as /tmp is."""
    folder = Path(tempfile.mkdtemp(prefix="etcdboot-test-"))
    folder.chmod(0o1777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def control_peer(folder: Path, serve: Serve) -> Iterator[None]:
    """A server on the folder's control socket that treats each connection as ``serve`` does."""
    leaving = Event()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / SOCKET))
        listener.listen()
        thread = Thread(target=_accept, args=(listener, serve, leaving))
        thread.start()
        try:
            yield
        finally:
            leaving.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def answering(reply: bytes) -> Serve:
    """Reads the question, sends these bytes and hangs up."""

    def serve(connection: socket.socket, leaving: Event) -> None:
        connection.recv(1 << 16)
        connection.sendall(reply)

    return serve


def dripping(connection: socket.socket, leaving: Event) -> None:
    """Sends a blank every 20 ms, and never a whole line."""
    while not leaving.wait(0.02):
        connection.sendall(b" ")


def flooding(connection: socket.socket, leaving: Event) -> None:
    """Sends as fast as it is read, and never a whole line."""
    while not leaving.is_set():
        connection.sendall(b"[" * (1 << 16))


def _accept(listener: socket.socket, serve: Serve, leaving: Event) -> None:
    with suppress(OSError):  # the listener is shut down
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):  # the client has left
                serve(connection, leaving)
