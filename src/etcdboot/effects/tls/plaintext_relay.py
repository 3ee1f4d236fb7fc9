"""A way to members whose certificate gRPC does not take: TLS by stdlib ssl, and gRPC in the clear behind it.

The certificates of ``--auto-tls`` carry P-521 keys (SelfCert, client/pkg/transport/listener.go at v3.6.14),
for which gRPC's BoringSSL offers no signature. Nobody has signed them either: nothing is to be verified.
gRPC dials a port of loopback; each connection goes on to the endpoint over TLS. That opens nothing to other
users of this machine: such a member serves whoever dials it.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from etcdboot.base.addresses import Url
from etcdboot.effects.tls.credentials import new_context

_CHUNK = 65536


@contextmanager
def relayed(endpoint: Url, limit: float) -> Iterator[str]:
    """The address to dial instead of the endpoint; ``limit`` seconds for each step on the way there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_serve, args=(listener, endpoint, limit), daemon=True).start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts


def accept_any() -> ssl.SSLContext:
    """A context that takes whatever certificate is served."""
    context = new_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context


def _serve(listener: socket.socket, endpoint: Url, limit: float) -> None:
    with suppress(OSError):  # the listener is closed: all is over
        while True:
            near, _ = listener.accept()
            Thread(target=_carry, args=(near, endpoint, limit), daemon=True).start()


def _carry(near: socket.socket, endpoint: Url, limit: float) -> None:
    """Bytes both ways, until either side hangs up; a failure shows as a hang-up, and is looked into later."""
    with (
        near,
        suppress(OSError),
        socket.create_connection((endpoint.host.text, endpoint.port), limit) as plain,
        accept_any().wrap_socket(plain) as far,
    ):
        near.settimeout(limit)
        while _pass_on(near, far, limit):
            pass


def _pass_on(near: socket.socket, far: ssl.SSLSocket, limit: float) -> bool:
    """Carry what has come; False once a side has hung up."""
    ready = [far] if far.pending() else select.select([near, far], [], [])[0]
    if near in ready:
        data = near.recv(_CHUNK)
        if not data:
            return False
        far.settimeout(limit)
        far.sendall(data)
    if far in ready:
        try:
            far.setblocking(False)  # a record may hold no data of ours, such as a session ticket
            data = far.recv(_CHUNK)
        except ssl.SSLWantReadError:
            return True
        near.sendall(data)
        return bool(data)
    return True
