"""What listeners present, also those that let nobody in; all of them on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from etcdboot.base.addresses import Url, parse_url
from etcdboot.effects.clock import monotonic
from etcdboot.effects.tls.server_certificates import presented
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving") / "pki"
    issue(planned(), folder)
    return folder


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[Url]:
    """A port of loopback that treats every connection so."""

    def serve() -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield parse_url(f"https://127.0.0.1:{server.getsockname()[1]}")
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def tls(pki: Path, newest: ssl.TLSVersion, *, mutual: bool = True) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "members/etcd1/server.pem", pki / "members/etcd1/server-key.pem")
    context.maximum_version = newest
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(pki / "ca.pem")

    def answer(connection: socket.socket) -> None:
        connection.settimeout(5)
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    return answer


@pytest.mark.parametrize("mutual", [False, True])
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_listener_shows_its_certificate_also_where_it_demands_one(
    pki: Path, newest: ssl.TLSVersion, mutual: bool
) -> None:
    with listener(tls(pki, newest, mutual=mutual)) as url:
        [seen] = presented([url])
    own = ssl.PEM_cert_to_DER_cert((pki / "members/etcd1/server.pem").read_text())
    assert seen.problem == ""
    assert ssl.PEM_cert_to_DER_cert(seen.certificate.decode()) == own


def say(words: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.settimeout(5)
        connection.recv(1000)
        connection.sendall(words)

    return answer


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (b"HTTP/1.0 400 Bad Request\r\n\r\n", "it does not speak TLS"),
        (b"", "hangs up"),
        (b"\x16\x03\x03\x00\x05\x0b\x00\x00\x0a\x00", "no handshake: "),  # the beginning of a certificate
        (b"\x15\x03\x03\x00\x02\x02\x28", "no handshake: "),  # an alert: handshake_failure
    ],
)
def test_what_shows_none_is_told_with_the_reason(words: bytes, problem: str) -> None:
    with listener(say(words)) as url:
        [seen] = presented([url])
    assert seen.certificate == b""
    assert problem in seen.problem


def test_a_port_where_nothing_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    [seen] = presented([parse_url(f"https://127.0.0.1:{port}")])
    assert seen.problem == "nothing listens there"


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no query leaves this machine
    [seen] = presented([parse_url("https://etcd1.invalid:2379")])
    assert seen.problem == "the host name is not known"


def test_all_are_asked_at_once_and_none_for_longer_than_the_limit(pki: Path) -> None:
    ending = threading.Event()

    def hang(connection: socket.socket) -> None:
        ending.wait(10)

    with listener(hang) as silent, listener(tls(pki, ssl.TLSVersion.TLSv1_3)) as good:
        begun = monotonic()
        seen = presented([silent, good, silent, silent], limit=0.5)
        took = monotonic() - begun
        ending.set()
    assert [each.problem for each in seen] == ["no answer", "", "no answer", "no answer"]
    assert took < 1.4


def test_nobody_is_asked_where_there_is_nobody() -> None:
    assert presented([]) == ()
