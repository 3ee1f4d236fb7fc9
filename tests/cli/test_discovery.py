from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.running import etcdboot, in_json, process
from etcdboot.spec.loader import load
from samples.http_host import Reply, http_host

URL = "/v2/keys/_etcd/registry/mine"
PUT = f"{URL}/_config/size?prevExist=false"
SIZE = f"{URL}/_config/size"
MADE, EMPTY = Reply(201, "{}"), Reply(200, '{"node": {}}')
SPEC = """\
name: c
etcd: {version: "3.5.33"}
bootstrap: {mode: discovery-v2}  # kept
members:
  - {name: etcd1, host: 10.0.0.1}
  - {name: etcd2, host: 10.0.0.2}
  - {name: etcd3, host: 10.0.0.3}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a spec that has no token yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(SPEC)
    return tmp_path


def directory(*entries: tuple[str, str]) -> Reply:
    nodes = [
        {"key": f"{URL}/{member_id}", "value": value, "createdIndex": at}
        for at, (member_id, value) in enumerate(entries, 5)
    ]
    return Reply(200, json.dumps({"node": {"nodes": nodes}}))


def with_token(folder: Path, url: str) -> None:
    text = SPEC.replace("discovery-v2}", f'discovery-v2, discovery: "{url}{URL}"}}')
    (folder / "cluster.yaml").write_text(text)


def test_the_token_alone_is_on_stdout_and_what_comes_next_on_stderr(folder: Path) -> None:
    with http_host({PUT: MADE}) as host:
        done = process(folder, "discovery", "new", "--at", host.url, "--token", "mine")
    assert (done.returncode, done.stdout) == (0, f"{host.url}{URL}\n")
    assert f"bootstrap: {{discovery: {host.url}{URL}}}" in done.stderr
    assert (folder / "cluster.yaml").read_text() == SPEC


def test_write_puts_it_into_the_spec_and_says_what_comes_next(folder: Path) -> None:
    with http_host({PUT: MADE}) as host:
        done = etcdboot("discovery", "new", "--at", host.url, "--token", "mine", "--write")
    assert done.stdout == f"{host.url}{URL}\n"
    assert "1. write each member's files: etcdboot render\n" in done.stderr
    assert "2. watch who comes: etcdboot discovery status --wait 10m\n" in done.stderr
    text = (folder / "cluster.yaml").read_text()
    assert "# kept" in text
    spec = load(text).spec
    assert spec is not None
    assert spec.bootstrap.discovery == f"{host.url}{URL}"


def test_json_tells_what_was_made(folder: Path) -> None:
    with_token(folder, "http://10.0.0.9:2379")
    with http_host({PUT: MADE}) as host:
        made = in_json(
            etcdboot("discovery", "new", "--at", host.url, "--token", "mine", "--write", "-w", "json")
        )
    assert {key: made[key] for key in ("mode", "token", "size", "written", "replaced")} == {
        "mode": "discovery-v2",
        "token": f"{host.url}{URL}",
        "size": 3,
        "written": True,
        "replaced": f"http://10.0.0.9:2379{URL}",
    }
    assert [each["code"] for each in made["diagnostics"]] == ["EB566"]


def test_a_token_that_is_made_up_is_another_each_time() -> None:
    with http_host({}) as host:
        for _ in range(2):
            etcdboot("discovery", "new", "--at", host.url)
    asked = [target for method, target, _ in host.heard if method == "PUT"]
    assert len(set(asked)) == 2
    assert all(re.search(r"/[0-9a-f]{32}/_config/size", each) for each in asked)


def test_standard_input_may_be_the_spec_and_cannot_be_written() -> None:
    with http_host({PUT: MADE}) as host:
        options = ("discovery", "new", "-f", "-", "--at", host.url, "--token", "mine")
        assert etcdboot(*options, stdin=SPEC).stdout == f"{host.url}{URL}\n"
        refused = etcdboot(*options, "--write", stdin=SPEC)
    assert refused.exit_code == 7
    assert "EB121" in refused.stderr
    assert len(host.heard) == 1  # what cannot be written is not made


@pytest.mark.parametrize(
    ("options", "exit_code", "words"),
    [
        (["--size", "0"], 2, "EB002|Invalid value"),
        (["--mode", "static"], 2, "Invalid value"),
        (["--timeout", "soon"], 2, "Invalid value"),
        ([], 2, "EB568"),
        (["--at", "http://h", "--service", "http://s"], 2, "EB568"),
        (["--at", "http://h", "--token", "a/b"], 2, "EB568"),
        (["-f", "absent.yaml"], 8, "EB003"),
        (["-f", "absent.yaml", "--size", "3", "--at", "h:1"], 8, "EB003"),
        (["--mode", "discovery-v3", "--at", "h:1"], 3, "EB252"),
        (["--at", "https://10.0.0.1:2379"], 3, "EB258"),
    ],
)
def test_a_wish_that_cannot_be_has_its_code(options: list[str], exit_code: int, words: str) -> None:
    done = etcdboot("discovery", "new", *options)
    assert (done.exit_code, done.stdout) == (exit_code, "")
    assert re.search(words, done.stderr)


def test_without_a_spec_the_options_say_all(folder: Path) -> None:
    (folder / "cluster.yaml").unlink()
    with http_host({PUT: MADE}) as host:
        at = ("discovery", "new", "--at", host.url, "--token", "mine")
        assert "for how many members" in etcdboot(*at, "--mode", "discovery-v2").stderr
        assert "of which kind" in etcdboot(*at, "--size", "3").stderr
        done = etcdboot(*at, "--size", "3", "--mode", "discovery-v2")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{host.url}{URL}\n", "")
    assert etcdboot("discovery", "new").exit_code == 8  # nothing at all was said: the spec is missed
    assert etcdboot("discovery", "new", "--size", "3", "--write").exit_code == 8


def test_status_names_everybody_in_each_form(folder: Path) -> None:
    replies = {SIZE: Reply(200, '{"node": {"value": "3"}}')}
    replies[URL] = directory(("1a", "etcd2=https://10.0.0.2:2380"), ("2b", "stranger=http://x:1"))
    with http_host(replies) as host:
        with_token(folder, host.url)
        simple = etcdboot("discovery", "status")
        table = etcdboot("discovery", "status", "-w", "table")
        whole = in_json(etcdboot("discovery", "status", "-w", "json"))
    assert simple.stdout == (
        "etcd2     registered  1a  https://10.0.0.2:2380\n"
        "stranger  surplus     2b  http://x:1\n"
        "etcd1     missing\n"
        "etcd3     missing\n"
        "incomplete: 1 of 3 founders registered, 3 places\n"
    )
    assert "cluster.yaml:3:" in simple.stderr
    for name in ("etcd1", "etcd2", "stranger"):
        assert name in table.stdout
    assert (simple.exit_code, table.exit_code, whole["exit"]) == (4, 4, 4)
    assert whole["registered"][0] == {"name": "etcd2", "id": "1a", "peer_urls": ["https://10.0.0.2:2380"]}
    assert (whole["size"], whole["missing"], whole["complete"]) == (3, ["etcd1", "etcd3"], False)
    assert [each["name"] for each in whole["surplus"]] == ["stranger"]
    assert whole["duplicates"] == []


def test_status_of_a_token_that_nobody_made(folder: Path) -> None:
    absent = Reply(404, '{"errorCode": 100, "message": "Key not found"}')
    with http_host({SIZE: absent, URL: absent}) as host:
        with_token(folder, host.url)
        done = etcdboot("discovery", "status")
    assert done.exit_code == 4
    assert "EB550" in done.stderr
    assert done.stdout.endswith("incomplete: 0 of 3 founders registered, no size\n")


def test_waiting_tells_who_is_missing_on_stderr(folder: Path) -> None:
    with http_host({SIZE: Reply(200, '{"node": {"value": "3"}}'), URL: EMPTY}) as host:
        with_token(folder, host.url)
        waited = etcdboot("discovery", "status", "--wait", "600ms")
        quiet = etcdboot("discovery", "status", "--wait", "10ms", "-q")
    assert (waited.exit_code, quiet.exit_code) == (4, 4)
    assert "[0/3] waiting for etcd1, etcd2, etcd3" in waited.stderr
    assert quiet.stderr == ""


@pytest.mark.parametrize(
    ("bootstrap", "exit_code", "code"),
    [
        ("{mode: discovery-v2}", 3, "EB253"),
        ("{mode: static}", 2, "EB568"),
        ('{mode: discovery-v2, discovery: "http://127.0.0.1:1/v2/keys/d/t"}', 6, "EB560"),
    ],
)
def test_status_has_nothing_to_show(folder: Path, bootstrap: str, exit_code: int, code: str) -> None:
    (folder / "cluster.yaml").write_text(SPEC.replace("{mode: discovery-v2}", bootstrap))
    done = etcdboot("discovery", "status")
    assert (done.exit_code, done.stdout) == (exit_code, "")
    assert code in done.stderr
