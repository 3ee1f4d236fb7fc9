from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import Down, ExitCode, Refused, SpecError, UsageError
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.workflows.dns import ZoneRequest, check, zone
from samples.name_server import answering, telling

SPEC = """\
name: prod
etcd: {version: "3.6.14"}
bootstrap: {mode: dns, discovery-srv: db.example.com}
members:
  - {name: etcd1, host: etcd1.example.com, address: 10.0.0.1}
  - {name: etcd2, host: etcd2.example.com, address: 10.0.0.2}
  - {name: etcd3, host: etcd3.example.com, address: 10.0.0.3}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    file = tmp_path / "cluster.yaml"
    file.write_text(SPEC)
    return str(file)


def test_a_zone_is_text_and_records_alike(spec: str) -> None:
    result = zone(ZoneRequest(spec, zone="example.com", ttl=60))
    assert {each.name for each in result.records} == {
        "_etcd-server-ssl._tcp.db.example.com",
        "_etcd-client-ssl._tcp.db.example.com",
        *(f"etcd{n}.example.com" for n in (1, 2, 3)),
    }
    assert len(result.text.splitlines()) == 1 + 9
    assert (result.zone, result.diagnostics) == ("example.com", ())


def test_options_are_read_before_the_spec(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--serial goes with --full"):
        zone(ZoneRequest(str(tmp_path / "absent.yaml"), serial=3))


def test_a_spec_that_is_wrong_has_no_zone(spec: str) -> None:
    Path(spec).write_text(SPEC.replace("host: etcd1.example.com", "host: 10.0.0.1"))
    with pytest.raises(SpecError, match="SRV records lead to names"):
        zone(ZoneRequest(spec))


def test_a_spec_of_another_mode_has_no_zone(spec: str) -> None:
    Path(spec).write_text(SPEC.replace("{mode: dns, discovery-srv: db.example.com}", "{mode: static}"))
    with pytest.raises(Refused, match="static bootstrap"):
        check(spec, server="127.0.0.1:9")


def test_one_silent_question_does_not_make_the_server_silent(spec: str) -> None:
    with answering(lambda query, by_tcp: telling(code="SERVFAIL")(query, by_tcp)) as server:
        result = check(spec, server=str(server))
    assert result.report.exit_code is ExitCode.DRIFT
    assert {each.code for each in result.diagnostics} == {"EB576"}


def test_a_dead_server_is_down(spec: str) -> None:
    with pytest.raises(Down, match="no name server answers"):
        check(spec, server=f"127.0.0.1:{free_loopback_ports(1)[0]}")
