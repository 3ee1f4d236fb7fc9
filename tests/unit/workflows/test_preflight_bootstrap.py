from __future__ import annotations

import sys
from pathlib import Path

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.base.errors import ExitCode
from etcdboot.observations.dns_answers import parse_server
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec
from etcdboot.workflows.preflight_bootstrap import Rendezvous, by_dns, by_token
from samples.http_host import Reply, http_host
from samples.name_server import answering, telling
from samples.specs import planned, three
from samples.zones import dns_plan

TOKEN = "/v2/keys/_etcd/registry/tok"
HERE = Path("/nowhere")


def of_v2(url: str) -> ClusterPlan:
    written = BootstrapSpec(BootstrapMode.DISCOVERY_V2, discovery=f"{url}{TOKEN}")
    return planned(three(bootstrap=written))


def codes(found: Rendezvous) -> list[str]:
    return [each.code for each in found.part.diagnostics]


REGISTRY = {
    f"{TOKEN}/_config/size": Reply(body='{"node": {"value": "3"}}'),
    TOKEN: Reply(
        body='{"node": {"nodes": [{"key": "/registry/tok/1", "value": "x=http://h:1", "createdIndex": 1}]}}'
    ),
}


def test_a_token_that_another_has_used_is_refused_here_and_seen_from_the_desk() -> None:
    with http_host(REGISTRY) as host:
        here = by_token(of_v2(host.url), HERE, ("etcd1",), ())
        desk = by_token(of_v2(host.url), HERE, None, ())
    assert codes(here) == codes(desk) == ["EB554"]
    assert here.part.exit_code is ExitCode.REFUSED
    assert here.found is not None and here.found["size"] == 3 and len(here.found["registered"]) == 1


def test_that_nobody_has_registered_yet_goes_without_saying() -> None:
    fresh = {f"{TOKEN}/_config/size": REGISTRY[f"{TOKEN}/_config/size"], TOKEN: Reply(body='{"node": {}}')}
    with http_host(fresh) as host:
        assert codes(by_token(of_v2(host.url), HERE, ("etcd1",), ())) == []
        assert codes(by_token(of_v2(host.url), HERE, None, ())) == []


def test_a_dead_discovery_host_counts_as_nothing_reachable() -> None:
    found = by_token(of_v2("http://127.0.0.1:1"), HERE, ("etcd1",), ())
    assert (codes(found), found.part.exit_code, found.found) == (["EB560"], ExitCode.DOWN, None)


def test_a_password_that_is_on_the_desk_is_missed_there_and_only_noted_on_a_host(tmp_path: Path) -> None:
    written = BootstrapSpec(
        BootstrapMode.DISCOVERY_V3,
        discovery_token="tok",
        discovery_endpoints=("127.0.0.1:1",),
        discovery_user="founder",
        discovery_password_file="password",
    )
    plan = planned(three(bootstrap=written))
    here, desk = by_token(plan, tmp_path, ("etcd1",), ()), by_token(plan, tmp_path, None, ())
    (told,) = here.part.diagnostics
    assert (told.code, told.severity, here.part.exit_code) == ("EB549", Severity.NOTE, ExitCode.OK)
    assert told.message.startswith("the discovery token was not looked up: cannot read the password")
    assert (codes(desk), desk.part.exit_code) == (["EB008"], ExitCode.MISSING)


def test_missing_records_are_a_mismatch() -> None:
    with answering(telling(code="NXDOMAIN")) as server:
        found = by_dns(dns_plan(), (server,))
    assert (set(codes(found)), found.part.exit_code) == ({"EB577", "EB583"}, ExitCode.DRIFT)
    assert found.found is not None and found.found["servers"] == [str(server)]
    assert not any("client" in each["name"] for each in found.found["records"])


def test_a_dead_name_server_counts_as_nothing_reachable() -> None:
    found = by_dns(dns_plan(), (parse_server("127.0.0.1:1"),))
    assert (codes(found), found.part.exit_code, found.found) == (["EB575"], ExitCode.DOWN, None)


def test_without_dnspython_it_is_only_worth_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == "dns"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dns", None)
    found = by_dns(dns_plan(), ())
    (told,) = found.part.diagnostics
    assert (told.code, told.severity, found.part.exit_code) == ("EB549", Severity.NOTE, ExitCode.OK)
    assert "etcdboot[dns]" in told.hint
