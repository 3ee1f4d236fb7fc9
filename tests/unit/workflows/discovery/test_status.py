from __future__ import annotations

import json
from pathlib import Path

import pytest

from etcdboot.base.errors import Down, ExitCode, SpecError, UsageError
from etcdboot.base.progress import Event
from etcdboot.observations.discovery_registry import Registration
from etcdboot.workflows.cluster import open_cluster
from etcdboot.workflows.discovery.status import status
from samples.http_host import HttpHost, Reply, http_host

DIRECTORY = "/v2/keys/d/tok"
SIZE = f"{DIRECTORY}/_config/size"
SPEC = """\
name: c
etcd: {{version: "3.5.33"}}
bootstrap: {bootstrap}
members:
  - {{name: etcd1, host: 10.0.0.1}}
  - {{name: etcd2, host: 10.0.0.2}}
"""


def spec_at(folder: Path, url: str) -> str:
    file = folder / "cluster.yaml"
    file.write_text(SPEC.format(bootstrap=f"{{mode: discovery-v2, discovery: '{url}{DIRECTORY}'}}"))
    return str(file)


def registered(file: str, count: int) -> Reply:
    """The directory once that many founders are there."""
    nodes = [
        {
            "key": f"{DIRECTORY}/{each.predicted_id:x}",
            "value": f"{each.name}={each.initial_advertise_peer_urls[0]}",
            "createdIndex": at,
        }
        for at, each in enumerate(open_cluster(file).plan.founders[:count], 5)
    ]
    return Reply(200, json.dumps({"node": {"nodes": nodes}}))


class Coming:
    """Founders that register one by one, each time somebody waits for them."""

    def __init__(self, replies: dict[str, Reply], file: str) -> None:
        self.replies, self.file, self.there = replies, file, 0

    def __call__(self, seconds: float) -> bool:
        self.there += 1
        self.replies[DIRECTORY] = registered(self.file, self.there)
        return False


def size(text: str) -> Reply:
    return Reply(200, json.dumps({"node": {"value": text}}))


def test_waits_until_all_are_there(tmp_path: Path) -> None:
    replies = {SIZE: size("2"), DIRECTORY: Reply(200, '{"node": {}}')}
    news: list[Event] = []
    with http_host(replies) as host:
        file = spec_at(tmp_path, host.url)
        seen = status(
            file, patience=60, report=lambda event: news.append(event), gives_up=Coming(replies, file)
        )
    assert seen.exit_code is ExitCode.OK
    assert [each.name for each in seen.standing.registry.registered] == ["etcd1", "etcd2"]
    assert [(each.text, each.done, each.total) for each in news] == [
        ("waiting for etcd1, etcd2", 0, 2),
        ("waiting for etcd2", 1, 2),
    ]


def test_looks_once_without_patience(tmp_path: Path) -> None:
    with http_host({SIZE: size("2"), DIRECTORY: Reply(200, '{"node": {}}')}) as host:
        seen = status(spec_at(tmp_path, host.url), gives_up=never)
    assert seen.exit_code is ExitCode.DRIFT
    assert [each.line for each in seen.diagnostics if each.code == "EB569"] == [3]
    assert len(host.heard) == 2


def test_looks_once_more_when_it_is_told_to_give_up(tmp_path: Path) -> None:
    with http_host({SIZE: size("2"), DIRECTORY: Reply(200, '{"node": {}}')}) as host:
        seen = status(spec_at(tmp_path, host.url), patience=60, gives_up=lambda seconds: True)
    assert seen.exit_code is ExitCode.DRIFT
    assert len(host.heard) == 4


def test_what_waiting_cannot_mend_ends_it(tmp_path: Path) -> None:
    with http_host({SIZE: size("5"), DIRECTORY: Reply(200, '{"node": {}}')}) as host:
        seen = status(spec_at(tmp_path, host.url), patience=60, gives_up=never)
    assert seen.exit_code is ExitCode.DRIFT
    assert "EB552" in [each.code for each in seen.diagnostics]


def never(seconds: float) -> bool:
    raise AssertionError("nothing to wait for")


class Returning:
    """A host that is down until somebody has waited for it."""

    def __init__(self, replies: dict[str, Reply], file: str) -> None:
        self.replies, self.file = replies, file

    def __call__(self, seconds: float) -> bool:
        self.replies |= {SIZE: size("2"), DIRECTORY: registered(self.file, 2)}
        return False


def test_a_host_that_is_down_is_waited_for(tmp_path: Path) -> None:
    replies = {SIZE: Reply(503, "no server")}
    news: list[Event] = []
    with http_host(replies) as host:
        file = spec_at(tmp_path, host.url)
        seen = status(
            file, patience=60, report=lambda event: news.append(event), gives_up=Returning(replies, file)
        )
    assert seen.standing.is_good
    assert "HTTP 503" in news[0].text


def test_a_host_that_stays_down_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Down):
        status(spec_at(tmp_path, "http://127.0.0.1:1"), gives_up=never)


def test_a_spec_without_token_is_sent_to_make_one(tmp_path: Path) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(SPEC.format(bootstrap="{mode: discovery-v2}"))
    with pytest.raises(SpecError) as caught:
        status(str(file))
    [said] = caught.value.diagnostics
    assert said.code == "EB253"
    assert "etcdboot discovery new" in said.hint


def test_a_spec_of_another_mode_has_no_token(tmp_path: Path) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(SPEC.format(bootstrap="{mode: static}"))
    with pytest.raises(UsageError):
        status(str(file))


def test_the_order_of_arrival_is_kept(tmp_path: Path) -> None:
    replies = {SIZE: size("2")}
    with http_host(replies) as host:
        assert isinstance(host, HttpHost)
        file = spec_at(tmp_path, host.url)
        replies[DIRECTORY] = registered(file, 2)
        seen = status(file)
    first = seen.standing.registry.registered[0]
    assert isinstance(first, Registration)
    assert first.since == 5
