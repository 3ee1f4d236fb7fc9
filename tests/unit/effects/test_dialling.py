from __future__ import annotations

import pytest

from etcdboot.effects.clock import monotonic
from etcdboot.effects.dialling import dial, left
from etcdboot.ground.address import parse_url
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
