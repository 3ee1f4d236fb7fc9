"""An HTTP forward proxy, a process of its own: the one argument is where it listens, ADDRESS:PORT."""

from __future__ import annotations

import shutil
import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding"}  # RFC 9110 section 7.6.1


class Forward(BaseHTTPRequestHandler):
    """Asks the server of the absolute URL and hands on what it says; a long poll may take its time."""

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        server = HTTPConnection(target.netloc)
        server.request(self.command, target._replace(scheme="", netloc="").geturl(), body or None, headers)
        answer = server.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        shutil.copyfileobj(answer, self.wfile)

    def do_PUT(self) -> None:
        self.do_GET()


if __name__ == "__main__":
    host, _, port = sys.argv[1].partition(":")
    with ThreadingHTTPServer((host, int(port)), Forward) as proxy:
        print("listening", flush=True)
        proxy.serve_forever()
