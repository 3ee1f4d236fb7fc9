"""An HTTP server on loopback that says what it is told to, where a real host cannot be made to say it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


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


@contextmanager
def http_host(replies: Mapping[str, Reply], tls: ssl.SSLContext | None = None) -> Iterator[HttpHost]:
    """A host that answers each target (path and query, or whatever was sent) as told; 404 to the others."""
    host, ended = HttpHost(0), Event()

    class Answerer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            host.heard.append((self.command, self.path, self.rfile.read(length).decode()))
            reply = replies.get(self.path, Reply(404, "404 page not found\n"))
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
