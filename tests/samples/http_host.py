"""An HTTP server on loopback that says what it is told to, where a real host cannot be made to say it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    """What one request is answered with; a silent one is taken and never answered."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False


@dataclass
class HttpHost:
    """``heard`` are the requests that came: method and target as sent, and the body."""

    port: int
    heard: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Answering = Callable[[str, str, str], Reply]


def http_host(
    replies: Mapping[str, Reply], tls: ssl.SSLContext | None = None
) -> AbstractContextManager[HttpHost]:
    """A host that answers each target (path and query, or whatever was sent) as told; 404 to the others."""
    return _serving(lambda method, target, body: replies.get(target, Reply(404, "404 page not found\n")), tls)


def forwarding() -> AbstractContextManager[HttpHost]:
    """A proxy that asks for whole URLs in the clear, and hands the answer on."""

    def forwarded(method: str, target: str, body: str) -> Reply:
        split = urlsplit(target)
        path = f"{split.path}?{split.query}"
        with closing(HTTPConnection(split.netloc)) as connection:
            connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            return Reply(answer.status, answer.read().decode())

    return _serving(forwarded)


@contextmanager
def _serving(answering: Answering, tls: ssl.SSLContext | None = None) -> Iterator[HttpHost]:
    host, ended = HttpHost(0), Event()

    class Answerer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            heard = (self.command, self.path, self.rfile.read(length).decode())
            host.heard.append(heard)
            reply = answering(*heard)
            if reply.silent:
                ended.wait(60)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body.encode())

        do_GET = do_PUT = do_CONNECT = answer  # noqa: N815 - names that the library looks for

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answerer) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        host.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield host
        finally:
            ended.set()
            server.shutdown()
            thread.join()
