"""How listeners receive a client certificate; all on loopback and none of them etcd, which the lab has."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from etcdboot.base.addresses import Url, parse_url
from etcdboot.effects.tls.client_auth_probe import Visit, load_from_memory, receptions
from etcdboot.observations.client_auth import Answer, Reception
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned

Versions = ssl.TLSVersion
Treat = Callable[[ssl.SSLSocket], None]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reception")
    for name in ("ours", "theirs"):
        issue(planned(), folder / name)
    return folder


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[Url]:
    """A port of loopback that treats every connection so."""

    def serve() -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield parse_url(f"https://127.0.0.1:{server.getsockname()[1]}")
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def member(
    pki: Path, treat: Treat, newest: Versions = Versions.TLSv1_3, *, whose: str = "ours"
) -> Callable[[socket.socket], None]:
    """A listener with our certificate that demands one of ours, and treats who shows one so."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = pki / whose / "members/etcd1/server"
    context.load_cert_chain(f"{pair}.pem", f"{pair}-key.pem")
    context.maximum_version = newest
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pki / "ours/ca.pem")

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            treat(secure)

    return answer


def begins(secure: ssl.SSLSocket) -> None:
    """As a client URL does."""
    secure.sendall(b"\x00\x00\x24\x04\x00\x00\x00\x00\x00")
    secure.recv(1)


def waits(secure: ssl.SSLSocket) -> None:
    """As a peer URL does."""
    assert secure.recv(100).startswith(b"GET /version HTTP/1.1\r\n")
    secure.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


def closes(secure: ssl.SSLSocket) -> None:
    """As etcd does for who is revoked: without a word, and without a proper end of TLS."""


def says_nothing(secure: ssl.SSLSocket) -> None:
    secure.recv(100)
    secure.recv(1)


def seen(pki: Path, url: Url, shown: str = "ours", limit: float = 3.0) -> Reception:
    certificate, key = ((pki / shown / f"clients/root{end}").read_bytes() for end in (".pem", "-key.pem"))
    [found] = receptions([Visit(url, certificate, key, (pki / "ours/ca.pem").read_bytes())], limit)
    assert found.url == url
    return found


@pytest.mark.parametrize("treat", [begins, waits])
@pytest.mark.parametrize("newest", [Versions.TLSv1_2, Versions.TLSv1_3])
def test_who_is_trusted_is_taken(pki: Path, newest: Versions, treat: Treat) -> None:
    with listener(member(pki, treat, newest)) as url:
        assert seen(pki, url) == Reception(url, Answer.TAKEN)


@pytest.mark.parametrize("newest", [Versions.TLSv1_2, Versions.TLSv1_3])
def test_who_leads_to_no_trusted_ca_is_refused_whenever_the_alert_comes(pki: Path, newest: Versions) -> None:
    with listener(member(pki, begins, newest)) as url:
        found = seen(pki, url, "theirs")
    assert (found.answer, found.detail) == (Answer.REFUSED, "unknown ca")


@pytest.mark.parametrize("newest", [Versions.TLSv1_2, Versions.TLSv1_3])
def test_who_is_shown_out_after_the_handshake_is_told_apart(pki: Path, newest: Versions) -> None:
    with listener(member(pki, closes, newest)) as url:
        assert seen(pki, url).answer is Answer.HUNG_UP


def test_nobody_else_is_taken_for_a_member(pki: Path) -> None:
    """A proxy that ends TLS takes every caller: that tells nothing of the members behind it."""
    with listener(member(pki, begins, whose="theirs")) as url:
        found = seen(pki, url)
    assert found.answer is Answer.UNREACHED
    assert found.detail.startswith("what is served there: ")


def test_who_takes_the_certificate_and_says_nothing_leaves_it_open(pki: Path) -> None:
    with listener(member(pki, says_nothing)) as url:
        found = seen(pki, url, limit=0.8)
    assert (found.answer, found.detail) == (Answer.UNREACHED, "no answer in time")


def test_a_port_that_speaks_no_tls_tells_nothing(pki: Path) -> None:
    with listener(lambda connection: connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as url:
        found = seen(pki, url)
    assert found.answer is Answer.UNREACHED
    assert found.detail.startswith("the TLS handshake fails")


def test_a_port_that_hangs_up_at_once_tells_nothing(pki: Path) -> None:
    with listener(lambda connection: None) as url:
        assert seen(pki, url).answer is Answer.UNREACHED


def test_a_port_that_never_answers_takes_no_longer_than_the_limit(pki: Path) -> None:
    def never(connection: socket.socket) -> None:
        while connection.recv(10_000):
            pass

    with listener(never) as url:
        found = seen(pki, url, limit=0.5)
    assert (found.answer, found.detail) == (Answer.UNREACHED, "no answer in time")


def test_a_port_where_nothing_listens_tells_nothing(pki: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = seen(pki, parse_url(f"https://127.0.0.1:{port}"))
    assert found.answer is Answer.UNREACHED
    assert found.detail == "no connection: Connection refused"


@pytest.mark.parametrize("in_memory", [True, False])
def test_the_pair_is_in_no_file_afterwards(
    pki: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create")
    pair = pki / "ours/clients/root"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_from_memory(context, Path(f"{pair}.pem").read_bytes(), Path(f"{pair}-key.pem").read_bytes())
    assert list(tmp_path.iterdir()) == []
    with listener(member(pki, begins)) as url:
        assert seen(pki, url).answer is Answer.TAKEN
