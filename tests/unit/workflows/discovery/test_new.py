from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import Down, EtcdbootError, Missing, Refused, SpecError
from etcdboot.effects.tls.grpc_stubs import load_messages
from etcdboot.spec.loader import load
from etcdboot.spec.spec import BootstrapMode
from etcdboot.workflows.discovery.new import NewToken, make
from etcdboot.workflows.discovery.token_request import Options
from samples.grpc_etcd import serving
from samples.http_host import HttpHost, Reply, http_host

V2, V3 = BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3
MINE = "/v2/keys/_etcd/registry/mine"
PUT = f"{MINE}/_config/size?prevExist=false"
KEEPS = {PUT: Reply(201, "{}")}
SPEC = """\
# ours
name: c
etcd: {version: "3.5.33"}
bootstrap:
  mode: discovery-v2   # until 3.6
members:
  - {name: etcd1, host: 10.0.0.1}
  - {name: etcd2, host: 10.0.0.2}
  - {name: etcd3, host: 10.0.0.3}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cluster.yaml"
    path.write_text(SPEC)
    return path


def mine(host: HttpHost) -> Options:
    return Options(at=host.url, token="mine")


def codes(error: EtcdbootError) -> list[str]:
    return [each.code for each in error.diagnostics]


def test_a_token_is_made_and_the_spec_left_alone(file: Path) -> None:
    with http_host(KEEPS) as host:
        made = make(str(file), mine(host))
    assert made == NewToken(V2, f"{host.url}{MINE}", 3)
    assert host.heard == [("PUT", PUT, "value=3")]
    assert file.read_text() == SPEC


def test_a_token_is_written_into_the_spec(file: Path) -> None:
    with http_host(KEEPS) as host:
        made = make(str(file), mine(host), write=True)
    assert (made.written, made.replaced, made.diagnostics) == (True, None, ())
    written = load(file.read_text()).spec
    assert written is not None
    assert written.bootstrap.discovery == made.text
    assert "# ours" in file.read_text() and "# until 3.6" in file.read_text()


def test_a_token_that_is_replaced_is_named_in_its_place(file: Path) -> None:
    file.write_text(SPEC.replace("# until 3.6", "\n  discovery: http://h:2379/v2/keys/d/old"))
    with http_host(KEEPS) as host:
        made = make(str(file), mine(host), write=True)
    assert made.replaced == "http://h:2379/v2/keys/d/old"
    [note] = made.diagnostics
    assert (note.code, note.file, note.line) == ("EB566", str(file), 6)
    assert "http://h:2379/v2/keys/d/old" in note.message
    assert "http://h:2379" not in file.read_text()


def test_a_mode_that_is_asked_for_is_written_too(file: Path) -> None:
    file.write_text(SPEC.replace("mode: discovery-v2", "mode: static"))
    with http_host(KEEPS) as host:
        make(str(file), Options(mode=V2, at=host.url, token="mine"), write=True)
    assert "mode: discovery-v2" in file.read_text().replace('"', "")


def test_nothing_is_made_that_could_not_be_written(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    with http_host(KEEPS) as host, pytest.raises(Refused) as caught:
        make(str(link), mine(host), write=True)
    assert codes(caught.value) == ["EB121"]
    assert host.heard == []


def test_nothing_is_made_for_a_spec_that_could_not_use_it(file: Path) -> None:
    file.write_text(SPEC.replace("3.5.33", "3.7.1"))
    with http_host(KEEPS) as host, pytest.raises(SpecError) as caught:
        make(str(file), mine(host))
    assert codes(caught.value) == ["EB252"]
    assert host.heard == []


def test_nothing_is_made_for_what_is_no_spec(file: Path) -> None:
    file.write_text("members: 3\n")
    with http_host(KEEPS) as host, pytest.raises(SpecError):
        make(str(file), mine(host))
    assert host.heard == []


def test_a_spec_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing) as caught:
        make(str(tmp_path / "nothing.yaml"), Options(at="http://h:1"))
    assert codes(caught.value) == ["EB003"]


def test_a_spec_that_cannot_be_edited_is_told_what_to_write_by_hand(file: Path) -> None:
    block = "\n  discovery: |-  # kept\n    http://h:2379/v2/keys/d/old"
    file.write_text(SPEC.replace("# until 3.6", block))
    with http_host(KEEPS) as host, pytest.raises(SpecError) as caught:
        make(str(file), mine(host), write=True)
    [said] = caught.value.diagnostics
    assert said.code == "EB120"
    assert f"{host.url}{MINE}" in said.hint


def test_a_leftover_of_another_mode_is_told_before_anything_is_made(file: Path) -> None:
    file.write_text(SPEC.replace("# until 3.6", "\n  discovery-token: left"))
    with http_host(KEEPS) as host, pytest.raises(SpecError) as caught:
        make(str(file), mine(host))
    assert codes(caught.value) == ["EB251"]
    assert host.heard == []


def test_a_token_is_made_without_a_spec() -> None:
    with http_host(KEEPS) as host:
        made = make(None, Options(mode=V2, size=4, at=host.url, token="mine"))
    assert (made.size, made.written) == (4, False)
    assert host.heard == [("PUT", PUT, "value=4")]


def test_a_v3_token_is_written_with_its_endpoints_where_there_are_none(file: Path) -> None:
    file.write_text(SPEC.replace("3.5.33", "3.6.14").replace("discovery-v2", "discovery-v3"))
    rpc = load_messages()
    keeps = {"KV/Txn": rpc.TxnResponse(succeeded=True).SerializeToString}
    with serving(keeps) as port:
        at = f"127.0.0.1:{port}"
        made = make(str(file), Options(at=at), write=True)
        again = make(str(file), Options(), write=True)  # where the first one was made
    assert (made.mode, made.replaced, again.replaced) == (V3, None, made.text)
    written = load(file.read_text()).spec
    assert written is not None
    assert written.bootstrap.discovery_endpoints == (at,)
    assert written.bootstrap.discovery_token == again.text


def test_a_service_that_names_another_host_is_doubted() -> None:
    elsewhere = {"/new?size=3": Reply(200, "http://example.com/0123")}
    with http_host(elsewhere) as host:
        made = make(None, Options(size=3, service=host.url))
    assert made.text == "http://example.com/0123"
    [doubt] = made.diagnostics
    assert doubt.code == "EB567"


def test_a_service_that_names_itself_is_not() -> None:
    with http_host({}) as host:
        pass
    here = {"/new?size=3": Reply(200, f"{host.url}/0123")}
    with http_host(here) as asked:
        made = make(None, Options(size=3, service=asked.url))
    assert made.diagnostics == ()


def test_the_public_service_is_warned_of(file: Path) -> None:
    answer = Reply(200, "https://discovery.etcd.io/0123")
    with http_host({"http://discovery.etcd.io/new?size=3": answer}) as proxy:  # nobody else is asked
        section = f"  discovery-proxy: {proxy.url}\n  mode: discovery-v2"
        file.write_text(SPEC.replace("  mode: discovery-v2", section))
        made = make(str(file), Options(service="http://discovery.etcd.io"))
    assert made.text == "https://discovery.etcd.io/0123"
    assert [each.code for each in made.diagnostics] == ["EB257"]


def test_the_public_service_is_warned_of_when_it_does_not_answer_too(file: Path) -> None:
    section = "  discovery-proxy: http://127.0.0.1:1\n  mode: discovery-v2"
    file.write_text(SPEC.replace("  mode: discovery-v2", section))
    with pytest.raises(Down) as caught:
        make(str(file), Options(service="http://discovery.etcd.io"))
    assert codes(caught.value) == ["EB560", "EB257"]


def test_the_cluster_itself_cannot_keep_its_token(file: Path) -> None:
    with pytest.raises(SpecError) as caught:
        make(str(file), Options(at="https://10.0.0.1:2379"))
    assert codes(caught.value) == ["EB258"]
