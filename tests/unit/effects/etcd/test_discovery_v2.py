"""What a real host cannot be made to say; the rest is in tests/integration/test_discovery_hosts.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.effects.etcd.discovery_v2 import ask_service, make_token, read_registry
from etcdboot.effects.etcd.http_client import Way
from etcdboot.observations.discovery_registry import Registration
from samples.http_host import Reply, http_host

DIRECTORY = "/v2/keys/d/tok"
SIZE = f"{DIRECTORY}/_config/size"
PUT = f"{SIZE}?prevExist=false"


def node(**held: Any) -> Reply:
    return Reply(200, json.dumps({"action": "get", "node": held}))


def wrong(status: int, code: int, message: str) -> Reply:
    return Reply(status, json.dumps({"errorCode": code, "message": message, "cause": "/", "index": 4}))


INFINITE = float("inf")
ABSENT = wrong(404, 100, "Key not found")
OLD_ETCD = {"/version": Reply(200, '{"etcdserver":"3.5.33","etcdcluster":"3.5.0"}')}
NEW_ETCD = {"/version": Reply(200, '{"etcdserver":"3.7.1","etcdcluster":"3.7.0"}')}


def below(found: object) -> dict[str, Reply]:
    """A token of three places with whatever stands for its members."""
    return {SIZE: node(value="3"), DIRECTORY: node(nodes=found)}


def said_of(replies: dict[str, Reply], question: Callable[[str], object]) -> tuple[Diagnostic, ExitCode]:
    with http_host(replies) as host, pytest.raises(EtcdbootError) as caught:
        question(host.url)
    [said] = caught.value.diagnostics
    return said, caught.value.exit_code


def making(url: str) -> str:
    return make_token(f"{url}/v2/keys/d", "tok", 3)


def reading(url: str) -> object:
    return read_registry(url + DIRECTORY)


def asking(url: str) -> str:
    return ask_service(url, 3)


def test_a_token_is_made_below_etcds_own_prefix_unless_told_otherwise() -> None:
    target = "/v2/keys/_etcd/registry/tok/_config/size?prevExist=false"
    with http_host({target: Reply(201, "{}")}) as host:
        assert make_token(f"{host.url}/", "tok", 3) == f"{host.url}/v2/keys/_etcd/registry/tok"
    assert host.heard == [("PUT", target, "value=3")]


def test_members_are_read_in_the_order_of_their_arrival() -> None:
    nodes = [
        {"key": f"{DIRECTORY}/2b", "value": "b=http://b:2380", "createdIndex": 9},
        {"key": f"{DIRECTORY}/1a", "value": "a=http://a:2380", "createdIndex": 7},
        {"key": f"{DIRECTORY}/_config", "dir": True, "createdIndex": 4},
    ]
    with http_host({SIZE: node(value="2"), DIRECTORY: node(dir=True, nodes=nodes)}) as host:
        found = read_registry(host.url + DIRECTORY)
    assert found.places == 2
    assert found.registered == (
        Registration("1a", "a", ("http://a:2380",), 7),
        Registration("2b", "b", ("http://b:2380",), 9),
    )


def test_a_token_that_nobody_made_has_no_size() -> None:
    with http_host({SIZE: ABSENT, DIRECTORY: ABSENT}) as host:
        found = read_registry(host.url + DIRECTORY)
    assert (found.size, found.registered) == (None, ())


@pytest.mark.parametrize(
    ("replies", "question", "code", "exit_code", "words"),
    [
        ({PUT: wrong(412, 105, "Key already exists")}, making, "EB565", ExitCode.REFUSED, "there is a token"),
        ({PUT: wrong(403, 107, "Root is read only")}, making, "EB564", ExitCode.REFUSED, "Root is read only"),
        ({PUT: wrong(400, 104, "Not a directory")}, making, "EB563", ExitCode.REFUSED, "Not a directory"),
        ({PUT: Reply(401, "{}")}, making, "EB564", ExitCode.REFUSED, "HTTP 401"),
        ({PUT: wrong(500, 300, "Raft Internal Error")}, making, "EB560", ExitCode.DOWN, "Raft Internal"),
        ({PUT: Reply(503, "no server available")}, making, "EB560", ExitCode.DOWN, "no server available"),
        ({PUT: Reply(200, "hello")}, making, "EB563", ExitCode.REFUSED, "hello"),
        (OLD_ETCD, making, "EB562", ExitCode.REFUSED, "is etcd 3.5.33, and its v2 API is off"),
        (NEW_ETCD, making, "EB562", ExitCode.REFUSED, "is etcd 3.7.1, which has no v2 API any more"),
        ({}, making, "EB563", ExitCode.REFUSED, "neither etcd nor a discovery service"),
        ({SIZE: Reply(200, "<html>")}, reading, "EB563", ExitCode.REFUSED, "<html>"),
        ({SIZE: Reply(200, "[]")}, reading, "EB563", ExitCode.REFUSED, "[]"),
        ({SIZE: Reply(200, '{"node": 3}')}, reading, "EB563", ExitCode.REFUSED, "answers HTTP 200"),
        ({SIZE: node(value="3"), DIRECTORY: Reply(500)}, reading, "EB560", ExitCode.DOWN, "nothing"),
        ({SIZE: Reply(200, "[" * 100_000)}, reading, "EB563", ExitCode.REFUSED, "answers HTTP 200"),
        (below(7), reading, "EB563", ExitCode.REFUSED, "answers HTTP 200"),
        (below([7]), reading, "EB563", ExitCode.REFUSED, "answers HTTP 200"),
        (below([{"key": "/a", "createdIndex": "7"}]), reading, "EB563", ExitCode.REFUSED, '"7"'),
        (below([{"key": "/a", "createdIndex": INFINITE}]), reading, "EB563", ExitCode.REFUSED, "Infinity"),
        ({PUT: wrong(400, 1, "\x1b[2J" + "x" * 999)}, making, "EB563", ExitCode.REFUSED, "does: \\x1b[2Jxx"),
        (OLD_ETCD, asking, "EB563", ExitCode.REFUSED, "answers HTTP 404"),
        ({"/new?size=3": Reply(400, "Unable to")}, asking, "EB563", ExitCode.REFUSED, "HTTP 400: Unable to"),
        ({"/new?size=3": Reply(200, "hello")}, asking, "EB563", ExitCode.REFUSED, "gives no token"),
        ({"/new?size=3": Reply(200, "http://x/y" * 999)}, asking, "EB563", ExitCode.REFUSED, "characters"),
        ({"/new?size=3": Reply(200, "\x1b" * 999)}, asking, "EB563", ExitCode.REFUSED, "gives no token"),
        ({"/new?size=3": Reply(200, "ftp://x/y")}, asking, "EB563", ExitCode.REFUSED, "gives no token"),
    ],
)
def test_each_cause_is_named(
    replies: dict[str, Reply],
    question: Callable[[str], object],
    code: str,
    exit_code: ExitCode,
    words: str,
) -> None:
    said, exited = said_of(replies, question)
    assert (said.code, exited) == (code, exit_code)
    assert words in said.message
    assert len(said.message) < 300
    assert said.hint


@pytest.mark.parametrize(("target", "question"), [(PUT, making), (SIZE, reading), ("/new?size=3", asking)])
def test_a_redirect_is_named_and_its_target(target: str, question: Callable[[str], object]) -> None:
    moved = Reply(301, headers={"Location": "https://elsewhere/"})
    said, exited = said_of({target: moved}, question)
    assert (said.code, exited) == ("EB563", ExitCode.REFUSED)
    assert "redirect to https://elsewhere/" in said.message


def test_a_path_outside_the_v2_api_is_named() -> None:
    said, _ = said_of(OLD_ETCD, lambda url: make_token(f"{url}/discovery", "tok", 3))
    assert said.code == "EB563"
    assert said.hint == "its path begins with /v2/keys/"


def test_a_service_that_does_not_know_its_url_is_told_how_to() -> None:
    said, _ = said_of({"/new?size=3": Reply(200, "/0123")}, asking)
    assert said.code == "EB563"
    assert "start it with -h URL" in said.hint


def test_a_service_may_say_its_url_with_a_line_end() -> None:
    with http_host({"/new?size=3": Reply(200, "https://d.example.com/0123\n")}) as host:
        assert ask_service(f"{host.url}/", 3) == "https://d.example.com/0123"


def test_an_etcd_that_is_there_and_does_not_answer_has_no_quorum() -> None:
    with http_host({PUT: Reply(silent=True), **OLD_ETCD}) as host, pytest.raises(EtcdbootError) as caught:
        make_token(f"{host.url}/v2/keys/d", "tok", 3, Way(timeout=0.3))
    assert caught.value.exit_code is ExitCode.DOWN
    assert "etcd 3.5.33 is there and gives no answer within 0.3 s: it has no quorum" in str(caught.value)


def test_a_host_that_says_nothing_at_all_is_silent() -> None:
    silent = Reply(silent=True)
    with http_host({PUT: silent, "/version": silent}) as host, pytest.raises(EtcdbootError) as caught:
        make_token(f"{host.url}/v2/keys/d", "tok", 3, Way(timeout=0.3))
    assert caught.value.exit_code is ExitCode.DOWN
    assert "no answer at all" in str(caught.value)
