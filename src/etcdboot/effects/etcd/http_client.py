"""One HTTP request by the standard library: etcd's v2 API and discovery services, no gRPC.

As etcd asks in v2 discovery (client built in server/etcdserver/api/v2discovery/discovery.go ``newDiscovery``
at v3.5.33): the system's roots, no client certificate, and a proxy only where the spec names one.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from urllib.parse import urlencode, urlsplit

from etcdboot.base.addresses import Url, parse_url
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.network.dial import SECOND_LOOK, in_time
from etcdboot.observations.cluster import Cause, Failure

_LARGEST = 1 << 20  # bytes of an answer
_PORTS = {"http": 80, "https": 443}

# What the second look tells for certain; what it has to say of gRPC is beside the point here.
_TOLD = (
    Cause.WANTS_TLS, Cause.NO_TLS, Cause.UNTRUSTED, Cause.EXPIRED, Cause.WRONG_NAME, Cause.CLIENT_REFUSED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``location`` is where a redirect leads to."""

    status: int
    text: str
    location: str = ""


class Unanswered(Exception):
    """Nothing that is HTTP came back; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Way:
    """How to ask: through ``proxy`` (an http:// URL) or straight; ``timeout`` seconds for an answer."""

    proxy: str | None = None
    timeout: float = 5.0


def ask(method: str, url: str, way: Way, form: Mapping[str, str] | None = None) -> Answer:
    """The answer to one request; a redirect is an answer, and is not followed.

    Raises:
        Unanswered: no connection, no TLS, no HTTP, or not all of it in time.
    """
    links: list[socket.socket] = []

    def exchange(url: str) -> Answer | Exception:
        try:
            with closing(_connection(url, way)) as connection:
                connection.connect()
                links.append(connection.sock)
                return _exchange(connection, method, url, way, form)
        except Exception as cause:  # told of, or raised, where somebody waits for it
            return cause

    outcome = in_time((url,), exchange, way.timeout).get(url)
    if isinstance(outcome, Answer):
        return outcome
    if outcome is None:
        _hang_up(links)
    raise Unanswered(_failure(url, way, outcome)) from outcome


def _hang_up(links: Iterable[socket.socket]) -> None:
    """End what a host draws out: whoever reads there then reads the end."""
    for each in links:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def _connection(url: str, way: Way) -> http.client.HTTPConnection:
    target = endpoint_of(url)
    dialled = parse_url(way.proxy) if way.proxy else target
    host, port = dialled.host.text, dialled.port
    if not (target.is_tls or dialled.is_tls):
        return http.client.HTTPConnection(host, port, timeout=way.timeout)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    connection = http.client.HTTPSConnection(host, port, timeout=way.timeout, context=context)
    if way.proxy and target.is_tls:
        if dialled.is_tls:
            raise OSError("an https URL through an https proxy, which etcd can do and this cannot")
        connection.set_tunnel(target.host.text, target.port)
    return connection


def _exchange(
    connection: http.client.HTTPConnection, method: str, url: str, way: Way, form: Mapping[str, str] | None
) -> Answer:
    split = urlsplit(url)
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    headers = {"Host": split.netloc, "Accept": "application/json, text/plain", "Connection": "close"}
    body = None
    if form is not None:
        body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
    whole = url if way.proxy and split.scheme == "http" else path  # RFC 9112 section 3.2.2
    connection.request(method, whole, body, headers)
    with connection.getresponse() as response:  # it keeps the socket open when reading it fails
        return _read(response)


def _read(response: http.client.HTTPResponse) -> Answer:
    body = response.read(_LARGEST)
    if response.length and len(body) < _LARGEST:  # what read() with a size does not raise by itself
        raise http.client.IncompleteRead(body, response.length)
    return Answer(response.status, body.decode(errors="replace"), response.getheader("Location", ""))


def endpoint_of(url: str) -> Url:
    """The scheme, host and port that a URL leads to.

    Raises:
        ValueError: with a sentence for the user.
    """
    split = urlsplit(url)
    scheme = split.scheme.lower()
    authority = split.netloc
    try:
        return parse_url(f"{scheme}://{authority}")
    except ValueError:
        return parse_url(f"{scheme}://{authority}:{_PORTS.get(scheme, 0)}")


def _failure(url: str, way: Way, cause: Exception | None) -> Failure:
    """What stopped an exchange; None: it never came to its end."""
    if cause is None:
        return Failure(Cause.SILENT, f"no answer that comes to its end within {way.timeout:g} s")
    if isinstance(cause, OSError):  # RemoteDisconnected is one, and an HTTPException besides
        return _unreached(url, way, cause)
    if not isinstance(cause, http.client.HTTPException):
        raise cause
    detail = f"what listens there does not speak HTTP ({type(cause).__name__})"
    return _looked_again(url, way) or Failure(Cause.NOT_ETCD, detail)


def _unreached(url: str, way: Way, cause: OSError) -> Failure:
    from etcdboot.effects.tls.endpoint_probe import (
        failure_of_socket,  # brings cryptography, which a good run never needs
    )

    if way.proxy:
        told = failure_of_socket(parse_url(way.proxy), cause)
        beyond = isinstance(cause, ssl.SSLError) or cause.errno is None
        return Failure(told.cause, f"through the proxy {way.proxy}: {cause if beyond else told.detail}")
    if isinstance(cause, (ssl.SSLError, ConnectionResetError)) and (seen := _looked_again(url, way)):
        return seen
    if isinstance(cause, ssl.SSLError):
        return Failure(Cause.TLS_FAILED, f"the TLS handshake fails: {cause}")
    return failure_of_socket(endpoint_of(url), cause)


def _looked_again(url: str, way: Way) -> Failure | None:
    """What a second look tells of TLS; None where it adds nothing."""
    from etcdboot.effects.tls.credentials import CredentialFiles, read_credentials  # brings gRPC
    from etcdboot.effects.tls.endpoint_probe import explain

    credentials = read_credentials(CredentialFiles())
    seen = explain(endpoint_of(url), credentials, min(way.timeout, SECOND_LOOK))
    return seen if seen is not None and seen.cause in _TOLD else None
