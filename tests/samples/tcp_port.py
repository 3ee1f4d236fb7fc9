"""A port on loopback where each connection is answered as a test says."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

Answer = Callable[[socket.socket], None]
CUT_SHORT = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nxyz"


@contextmanager
def answering(answer: Answer, host: str = "127.0.0.1") -> Iterator[int]:
    """A port where each connection, one after the other, is given to ``answer`` and then closed."""

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    answer(connection)

    with socket.create_server((host, 0)) as server:
        thread = Thread(target=serve, args=(server,))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def saying(words: bytes) -> Answer:
    """Hear something, say those words, hang up."""

    def answer(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(words)

    return answer


def open_sockets() -> set[str]:
    """The sockets that this process has open, as the kernel names them: ``socket:[4711]``."""
    names = (os.path.realpath(path) for path in Path("/proc/self/fd").iterdir())
    return {Path(name).name for name in names if "socket:" in name}
