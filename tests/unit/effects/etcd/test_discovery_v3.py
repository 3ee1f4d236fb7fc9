"""What several endpoints come to; the rest is in tests/integration/test_discovery_hosts.py, on real etcd."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import grpc
import pytest

from etcdboot.base.addresses import Url, parse_url
from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.effects.etcd.discovery_v3 import Host, make_token, read_registry
from etcdboot.effects.tls.grpc_stubs import load_messages
from etcdboot.observations.discovery_registry import Registration
from samples.grpc_etcd import Answer, refusing, serving

DEAD = parse_url("http://127.0.0.1:1")
NO_LEADER = refusing(grpc.StatusCode.UNAVAILABLE, "etcdserver: no leader")
DENIED = refusing(grpc.StatusCode.PERMISSION_DENIED, "etcdserver: permission denied")
AUTH_OFF = refusing(grpc.StatusCode.FAILED_PRECONDITION, "etcdserver: authentication is not enabled")


def holding(**keys: str) -> Answer:
    """The answer of an etcd that holds these keys below the token ``tok``."""
    rpc = load_messages()
    answer = rpc.RangeResponse()
    for revision, (key, value) in enumerate(keys.items(), 2):
        whole_key = f"/_etcd/registry/tok/{key}".encode()
        answer.kvs.add(key=whole_key, value=value.encode(), create_revision=revision)
    serialized: Answer = answer.SerializeToString
    return serialized


def asked(*answers: dict[str, Answer] | Url, question: Callable[[Host], Any], user: str = "") -> Any:
    """What comes of asking hosts that answer so; a URL is one where nobody is."""
    with ExitStack() as serving_now:
        endpoints = tuple(
            each
            if isinstance(each, Url)
            else parse_url(f"http://127.0.0.1:{serving_now.enter_context(serving(each))}")
            for each in answers
        )
        return question(Host(endpoints, user=user, password="secret", timeout=2))


def reading(host: Host) -> Any:
    return read_registry(host, "tok")


def failure(*answers: dict[str, Answer] | Url, user: str = "") -> EtcdbootError:
    with pytest.raises(EtcdbootError) as caught:
        asked(*answers, question=reading, user=user)
    return caught.value


HOLDS = {"KV/Range": holding(**{"_config/size": "2", "members/1a": "a=http://a:2380"})}


def test_the_first_endpoint_that_answers_is_taken() -> None:
    found = asked(DEAD, {"KV/Range": NO_LEADER}, HOLDS, question=reading)
    assert found.places == 2
    assert found.registered == (Registration("1a", "a", ("http://a:2380",), 3),)


def test_one_that_denies_speaks_for_all() -> None:
    error = failure(DEAD, {"KV/Range": DENIED}, HOLDS)
    assert [each.code for each in error.diagnostics] == ["EB560", "EB564"]
    assert error.exit_code is ExitCode.REFUSED
    assert "etcdserver: permission denied" in error.diagnostics[1].message


def test_every_endpoint_that_failed_is_named() -> None:
    error = failure(DEAD, {"KV/Range": NO_LEADER})
    assert [each.code for each in error.diagnostics] == ["EB560", "EB560"]
    assert error.exit_code is ExitCode.DOWN


def test_what_is_no_etcd_is_told() -> None:
    assert [each.code for each in failure({}).diagnostics] == ["EB563"]


def test_a_silent_endpoint_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = parse_url(f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(EtcdbootError) as caught:
            read_registry(Host((url,), timeout=0.3), "tok")
    assert caught.value.exit_code is ExitCode.DOWN
    assert "says nothing" in str(caught.value)


def test_auth_that_is_off_lets_a_user_in() -> None:
    answers = {"Auth/Authenticate": AUTH_OFF, **HOLDS}
    assert asked(answers, question=reading, user="root").places == 2


def test_a_token_that_is_there_is_not_made_again() -> None:
    rpc = load_messages()
    there = {"KV/Txn": rpc.TxnResponse(succeeded=False).SerializeToString}
    with pytest.raises(EtcdbootError) as caught:
        asked(there, question=lambda host: make_token(host, "tok", 3))
    assert [each.code for each in caught.value.diagnostics] == ["EB565"]
    assert caught.value.exit_code is ExitCode.REFUSED


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Host((), user="u", password="secret"))
