from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.effects.tls.plaintext_relay import relayed
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned


@contextmanager
def echo(pki: Path) -> Iterator[int]:
    """A TLS port that sends back what it gets, until the other side hangs up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "members/etcd1/server.pem", pki / "members/etcd1/server-key.pem")

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with context.wrap_socket(connection, server_side=True) as tls:
                while data := tls.recv(65536):
                    tls.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)
        assert not thread.is_alive()


def dial(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), 5)


@pytest.mark.parametrize("size", [1, 65536, 1_000_000])
def test_bytes_pass_both_ways_over_tls(tmp_path: Path, size: int) -> None:
    issue(planned(), tmp_path / "pki")
    sent = bytes(index % 251 for index in range(size))
    with (
        echo(tmp_path / "pki") as port,
        relayed(parse_url(f"https://127.0.0.1:{port}"), 5) as address,
        dial(address) as connection,
    ):
        writer = Thread(target=connection.sendall, args=(sent,))
        writer.start()
        got = b""
        while len(got) < size:
            got += connection.recv(65536)
        writer.join()
        connection.close()
    assert got == sent


def test_a_dead_endpoint_shows_as_a_hang_up() -> None:
    with relayed(parse_url("https://127.0.0.1:1"), 1) as address, dial(address) as connection:
        assert connection.recv(1) == b""


def test_nothing_listens_once_it_is_over() -> None:
    with relayed(parse_url("https://127.0.0.1:1"), 1) as address:
        pass
    with pytest.raises(ConnectionRefusedError):
        dial(address)
