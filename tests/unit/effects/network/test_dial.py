from __future__ import annotations

import socket
from threading import Event
from typing import Any

import pytest

from etcdboot.base.addresses import parse_host, parse_url
from etcdboot.effects.clock import monotonic
from etcdboot.effects.network.dial import addresses, dial, left
from samples.tcp_port import answering, saying


def test_what_is_left_is_never_nothing() -> None:
    assert 9 < left(monotonic() + 10) <= 10
    assert 0 < left(monotonic() - 10) < 1


def test_a_connection_waits_no_longer_than_there_is_time() -> None:
    with answering(saying(b"hello")) as port:
        with dial(parse_url(f"http://127.0.0.1:{port}"), monotonic() + 10) as connection:
            assert 9 < (connection.gettimeout() or 0) <= 10
            connection.sendall(b"?")
            assert connection.recv(9) == b"hello"
        with dial(parse_url(f"http://127.0.0.1:{port}"), monotonic() + 0.1) as late:
            with pytest.raises(TimeoutError):
                late.recv(1)  # nobody speaks before it is asked
            late.sendall(b"?")


def test_where_nobody_listens_is_told_at_once() -> None:
    with pytest.raises(ConnectionRefusedError):
        dial(parse_url("https://127.0.0.1:1"), monotonic() + 60)


def test_a_name_is_dialled_at_each_of_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [(2, 1, 6, "", (address, 0)) for address in ("127.0.0.2", "127.0.0.1", "127.0.0.1")]
    systems = socket.getaddrinfo

    def look_up(name: str, *rest: Any, **more: Any) -> Any:
        return known if name == "etcd1.invalid" else systems(name, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert addresses(parse_host("etcd1.invalid"), 1) == ("127.0.0.2", "127.0.0.1")
    with answering(saying(b"hello")) as port:
        deadline = monotonic() + 10
        with dial(parse_url(f"http://etcd1.invalid:{port}"), deadline) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)


def test_a_name_that_nobody_knows_in_time_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    released = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **more: released.wait(10) and [])
    try:
        with pytest.raises(socket.gaierror, match=r"no name server answers within 0\.1 s"):
            addresses(parse_host("etcd1.invalid"), 0.1)
    finally:
        released.set()


def test_a_name_that_is_none_is_unknown() -> None:
    with pytest.raises(socket.gaierror):
        addresses(parse_host("etcd1.invalid"), 10)
