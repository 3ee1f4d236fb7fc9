from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.base.errors import ExitCode
from etcdboot.bootstrap.dns_checks import ZoneReport, first_questions, further_questions, judge_zone
from etcdboot.bootstrap.dns_records import wanted_records
from etcdboot.etcd.releases import parse_release
from etcdboot.observations.dns_answers import Ending, RecordType, Service
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClientTls, EtcdSpec, PeerTls, TlsSpec
from samples.zones import CLIENT_SSL, MEMBERS, SERVER, SERVER_SSL, Zone, address, dns_plan, joiner, service

OLD = EtcdSpec(version=parse_release("3.4.45"))
PLAIN = TlsSpec(ClientTls.OFF, PeerTls.OFF)


def judged(
    change: Callable[[Zone], object] = lambda zone: None, plan: ClusterPlan | None = None
) -> ZoneReport:
    """The judgement of a zone that is as wanted but for the change."""
    plan = plan or dns_plan(*MEMBERS, joiner())
    wanted = wanted_records(plan)
    zone = Zone(wanted)
    change(zone)
    first = [zone.answer(each) for each in first_questions(wanted)]
    return judge_zone(plan, wanted, (*first, *map(zone.answer, further_questions(wanted, first))))


def wrong(report: ZoneReport) -> list[tuple[str, str | None, str | None, str]]:
    """What does not fit: name's first label or whole host, wanted, seen, status."""
    return [
        (each.name.partition("._tcp")[0], each.expected, each.seen, str(each.status))
        for each in report.lines
        if each.status != "ok"
    ]


def codes(report: ZoneReport) -> list[str]:
    return [each.code for each in report.diagnostics]


def test_what_is_as_wanted_fits() -> None:
    report = judged()
    assert wrong(report) == []
    assert report.diagnostics == ()
    assert report.exit_code is ExitCode.OK
    assert len(report.lines) == 3 + 4 + 4
    assert report.lines[0].as_json() == {
        "name": SERVER_SSL,
        "type": "SRV",
        "expected": "etcd1.example.com:2380",
        "seen": "etcd1.example.com:2380",
        "status": "ok",
    }


def test_a_missing_record() -> None:
    report = judged(lambda zone: zone.services[SERVER_SSL].remove(service("etcd2")))
    assert wrong(report) == [("_etcd-server-ssl", "etcd2.example.com:2380", None, "missing")]
    assert codes(report) == ["EB577"]
    assert report.exit_code is ExitCode.DRIFT
    assert report.diagnostics[0].message == f"{SERVER_SSL} SRV lacks etcd2.example.com:2380"


def test_a_name_that_is_not_there_is_one_complaint() -> None:
    report = judged(lambda zone: zone.services[SERVER_SSL].clear())
    assert len(wrong(report)) == 3
    assert [each.message for each in report.diagnostics] == [
        f"{SERVER_SSL} SRV lacks etcd1.example.com:2380, etcd2.example.com:2380, etcd3.example.com:2380: "
        "no such name (NXDOMAIN)"
    ]


def test_a_wrong_port_is_told_from_a_wrong_target() -> None:
    def change(zone: Zone) -> None:
        zone.services[SERVER_SSL] = [service("etcd1", 2390), service("etcd2"), service("db3")]

    report = judged(change)
    assert wrong(report) == [
        ("_etcd-server-ssl", "etcd1.example.com:2380", "etcd1.example.com:2390", "wrong port"),
        ("_etcd-server-ssl", "etcd3.example.com:2380", "db3.example.com:2380", "wrong target"),
    ]
    assert codes(report) == ["EB578", "EB579"]


def test_a_record_too_many() -> None:
    report = judged(lambda zone: zone.services[SERVER_SSL].append(service("etcd9")))
    assert wrong(report) == [("_etcd-server-ssl", None, "etcd9.example.com:2380", "surplus")]
    assert codes(report) == ["EB581"]


def test_a_record_that_says_that_there_is_no_service() -> None:
    report = judged(lambda zone: zone.services.update({SERVER_SSL: [Service("", 0)]}))
    assert codes(report) == ["EB579", "EB577"]


def test_a_joiner_is_too_early_among_the_founders_and_right_for_clients() -> None:
    report = judged(lambda zone: zone.services[SERVER_SSL].append(service("etcd4")))
    assert wrong(report) == [("_etcd-server-ssl", None, "etcd4.example.com:2380", "joiner")]
    assert codes(report) == ["EB588"]


def test_a_peer_port_among_the_clients_records_is_no_joiner() -> None:
    report = judged(lambda zone: zone.services[CLIENT_SSL].append(service("etcd4")))
    assert codes(report) == ["EB581"]


def test_the_same_record_with_another_priority_is_one_too_many() -> None:
    report = judged(lambda zone: zone.services[SERVER_SSL].append(service("etcd1")))
    assert wrong(report) == [("_etcd-server-ssl", None, "etcd1.example.com:2380", "duplicate")]
    assert codes(report) == ["EB582"]


def test_records_of_the_other_scheme_do_not_count_where_there_are_none() -> None:
    assert (
        judged(lambda zone: zone.failing.update({(SERVER, RecordType.SRV): Ending.REFUSED})).diagnostics == ()
    )


def test_records_under_the_other_scheme_are_wrong_beside_the_right_ones() -> None:
    report = judged(lambda zone: zone.services[SERVER].append(service("etcd1")))
    assert wrong(report) == [("_etcd-server", None, "etcd1.example.com:2380", "wrong scheme")]
    assert codes(report) == ["EB580"]


def test_records_under_the_other_scheme_do_not_stand_for_the_right_ones() -> None:
    def change(zone: Zone) -> None:
        zone.services[SERVER], zone.services[SERVER_SSL] = zone.services[SERVER_SSL], []

    assert codes(judged(change)) == ["EB577", "EB580"]


def test_a_stranger_under_the_other_scheme_is_one_too_many() -> None:
    assert codes(judged(lambda zone: zone.services[SERVER].append(service("etcd9")))) == ["EB581"]


def test_plain_records_are_dropped_by_3_4() -> None:
    report = judged(plan=dns_plan(etcd=OLD, tls=PLAIN))
    assert codes(report) == ["EB586"]
    assert report.exit_code is ExitCode.DRIFT
    assert codes(judged(plan=dns_plan(tls=PLAIN))) == []


def test_3_4_without_plain_records_needs_no_remark() -> None:
    assert codes(judged(plan=dns_plan(etcd=OLD))) == []


def test_plain_records_beside_tls_are_dropped_by_3_4_with_a_remark() -> None:
    report = judged(lambda zone: zone.services[SERVER].append(service("etcd1")), dns_plan(etcd=OLD))
    assert [(each.code, each.severity) for each in report.diagnostics] == [
        ("EB580", Severity.ERROR),
        ("EB586", Severity.NOTE),
    ]


def test_a_target_that_leads_nowhere() -> None:
    report = judged(lambda zone: zone.addresses["etcd1.example.com"].clear())
    assert wrong(report) == [("etcd1.example.com", "10.0.0.1", None, "unresolved")]
    assert codes(report) == ["EB583"]


def test_a_target_that_leads_elsewhere() -> None:
    report = judged(lambda zone: zone.addresses.update({"etcd1.example.com": [address("10.9.9.9")]}))
    assert wrong(report) == [("etcd1.example.com", "10.0.0.1", "10.9.9.9", "wrong address")]
    assert codes(report) == ["EB584"]


def test_an_address_too_many_and_one_too_few() -> None:
    plan = dns_plan(replace(MEMBERS[0], address=("10.0.0.1", "fd00::1")), *MEMBERS[1:])
    more = judged(lambda zone: zone.addresses["etcd1.example.com"].append(address("10.9.9.9")), plan)
    assert wrong(more) == [("etcd1.example.com", None, "10.9.9.9", "wrong address")]
    fewer = judged(lambda zone: zone.addresses["etcd1.example.com"].remove(address("fd00::1")), plan)
    assert wrong(fewer) == [("etcd1.example.com", "fd00::1", None, "missing")]
    assert codes(fewer) == ["EB577"]


def test_any_address_is_right_where_the_spec_knows_none() -> None:
    plan = dns_plan(replace(MEMBERS[0], address=()), *MEMBERS[1:])
    assert codes(judged(plan=plan)) == ["EB583"]
    assert (
        codes(judged(lambda zone: zone.addresses["etcd1.example.com"].append(address("fd00::9")), plan)) == []
    )


def test_two_targets_at_one_address_and_port() -> None:
    report = judged(lambda zone: zone.addresses.update({"etcd1.example.com": [address("10.0.0.2")]}))
    assert codes(report) == ["EB584", "EB585"]
    assert "10.0.0.2, port 2380" in report.diagnostics[1].message


def test_two_members_of_one_host_differ_by_their_ports() -> None:
    plan = dns_plan(MEMBERS[0], replace(MEMBERS[1], address=("10.0.0.1",), peer_port=3380, client_port=3379))
    assert codes(judged(plan=plan)) == []


def test_a_server_that_knows_thousands_is_asked_for_few() -> None:
    wanted = wanted_records(dns_plan())
    zone = Zone(wanted)
    zone.services[SERVER] = [service(f"x{number}.example.com") for number in range(2_000)]
    first = [zone.answer(each) for each in first_questions(wanted)]
    further = further_questions(wanted, first)
    assert len(further) < 200
    report = judge_zone(dns_plan(), wanted, (*first, *map(zone.answer, further)))
    assert report.exit_code is ExitCode.DRIFT


def test_an_alias_is_a_remark() -> None:
    report = judged(lambda zone: zone.aliases.update({"etcd1.example.com": ("a.other.org", "b.other.org")}))
    assert [(each.code, each.severity) for each in report.diagnostics] == [("EB587", Severity.NOTE)]
    assert "etcd1.example.com is an alias of b.other.org" in report.diagnostics[0].message
    assert report.exit_code is ExitCode.OK


@pytest.mark.parametrize(("name", "codes"), [(SERVER_SSL, ["EB589"]), (CLIENT_SSL, [])])
def test_capital_letters_that_enter_the_ids_are_a_remark(name: str, codes: list[str]) -> None:
    report = judged(lambda zone: zone.spellings.update({name: ("Etcd1.Example.com",)}))
    assert [each.code for each in report.diagnostics] == codes
    assert all("Etcd1.Example.com" in each.message for each in report.diagnostics)
    assert report.exit_code is ExitCode.OK


@pytest.mark.parametrize("ending", [each for each in Ending if not each.is_certain])
def test_what_could_not_be_looked_up_is_not_called_missing(ending: Ending) -> None:
    failing = {(SERVER_SSL, RecordType.SRV): ending, ("etcd1.example.com", RecordType.A): ending}
    report = judged(lambda zone: zone.failing.update(failing))
    assert {each[3] for each in wrong(report)} == {"unknown"}
    assert codes(report) == ["EB576", "EB576"]
    assert str(ending) in report.diagnostics[0].message


def test_a_family_that_fails_matters_only_where_it_is_wanted() -> None:
    failing = {("etcd1.example.com", RecordType.AAAA): Ending.SERVFAIL}
    assert codes(judged(lambda zone: zone.failing.update(failing))) == []
    plan = dns_plan(replace(MEMBERS[0], address=("10.0.0.1", "fd00::1")), *MEMBERS[1:])
    report = judged(lambda zone: zone.failing.update(failing), plan)
    assert wrong(report) == [("etcd1.example.com", "fd00::1", None, "unknown")]
