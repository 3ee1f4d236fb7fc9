"""Which certificates are served at URLs, read off the wire.

Only the handshake is looked at, and of it only the server's part: a listener that demands a client's
certificate has shown its own by then. Under TLS 1.3 a client is through before the server judges it; under
TLS 1.2 the server's certificate is sent in the clear (RFC 5246 section 7.4.2) and is read there when the
handshake fails. An etcd 3.4 logs a line about a rejected connection; 3.6 and 3.7 log nothing (measured).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.effects.clock import monotonic
from etcdboot.effects.tls.plaintext_relay import accept_any

LIMIT = 2.0  # seconds for one URL; all are asked at the same time
_THREADS = 32
_CHUNK = 16384
_LARGEST = 1 << 20  # bytes of a handshake
_RECORD_HEAD, _MESSAGE_HEAD = 5, 4  # bytes (RFC 5246 sections 6.2.1 and 7.4)
_HANDSHAKE, _CERTIFICATE = 22, 11  # a record's and a message's type there

# What OpenSSL says of bytes that are no TLS at all (openssl/sslerr.h).
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})


@dataclass(frozen=True, slots=True)
class Presented:
    """What one URL presents: the certificate in PEM, or (empty) why there is none to see."""

    url: Url
    certificate: bytes = field(default=b"", repr=False)
    problem: str = ""


def presented(urls: Iterable[Url], limit: float = LIMIT) -> tuple[Presented, ...]:
    """What each URL presents, in their order; all at the same time, ``limit`` seconds for each."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(lambda url: _ask(url, monotonic() + limit), urls))


def _ask(url: Url, deadline: float) -> Presented:
    heard = bytearray()
    try:
        with socket.create_connection((url.host.text, url.port), _left(deadline)) as connection:
            der = _handshake(connection, url, deadline, heard)
    except OSError as cause:
        der = _in_the_clear(bytes(heard))
        if not der:
            return Presented(url, problem=_told(cause))
    return Presented(url, ssl.DER_cert_to_PEM_cert(der).encode())


def _handshake(connection: socket.socket, url: Url, deadline: float, heard: bytearray) -> bytes:
    """The certificate in DER; ``heard`` takes all that the server has said."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = accept_any().wrap_bio(incoming, outgoing, server_hostname=url.host.text)
    while True:
        try:
            tls.do_handshake()
            return tls.getpeercert(binary_form=True) or b""
        except ssl.SSLWantReadError:
            connection.settimeout(_left(deadline))
            connection.sendall(outgoing.read())
            data = connection.recv(_CHUNK)
            if not data or len(heard) > _LARGEST:
                raise ConnectionResetError from None
            heard += data
            incoming.write(data)


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _in_the_clear(heard: bytes) -> bytes:
    """The first certificate in a handshake up to TLS 1.2, in DER; empty where there is none to see."""
    stream = b"".join(_payloads(heard))
    while len(stream) >= _MESSAGE_HEAD:
        end = _MESSAGE_HEAD + int.from_bytes(stream[1:4], "big")
        if stream[0] == _CERTIFICATE and len(stream) >= end:
            # The length of all certificates, then of the first (RFC 5246 section 7.4.2).
            first = 10 + int.from_bytes(stream[7:10], "big")
            return stream[10:first]
        stream = stream[end:]
    return b""


def _payloads(heard: bytes) -> Iterable[bytes]:
    """What the records carry, up to the first that is no part of the handshake."""
    while len(heard) >= _RECORD_HEAD and heard[0] == _HANDSHAKE:
        end = _RECORD_HEAD + int.from_bytes(heard[3:5], "big")
        yield heard[_RECORD_HEAD:end]
        heard = heard[end:]


def _words(reason: str) -> str:
    return reason.replace("_", " ").lower()


def _told(cause: OSError) -> str:
    if isinstance(cause, TimeoutError):
        return "no answer"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(cause, ConnectionError):
        return "it hangs up during the TLS handshake"
    if isinstance(cause, socket.gaierror):
        return "the host name is not known"
    if isinstance(cause, ssl.SSLError):
        reason = cause.reason or str(cause)
        return "it does not speak TLS" if reason in _NO_TLS else f"no handshake: {_words(reason)}"
    return (cause.strerror or str(cause)).lower()
