from __future__ import annotations

from datetime import timedelta

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.observations.certificate import CrlFacts
from etcdboot.pki.revocation.list_checks import judge
from etcdboot.pki.store.revocation_register import Roll
from etcdboot.pki.x509.crl_entry import Revoked
from etcdboot.plan.revocation_lists import CrlRequest, crl_paths
from samples.certificates import DAY, NOW, plan_of

REQUEST = CrlRequest("ca", 30 * DAY)
FRESH = CrlFacts(1, NOW, NOW + timedelta(days=30), frozenset({7}), signed=True)
ROLL = Roll(1, (Revoked(7, "client/bob", NOW, NOW + timedelta(days=100)),))


def test_no_list_is_planned_unless_the_spec_says_so() -> None:
    plan = plan_of(2)
    assert plan.crls == ()
    assert all(member.crls == () and not member.flag("client-crl-file") for member in plan.members)


@pytest.mark.parametrize(
    ("certificates", "lists", "peer"),
    [("crl: {}", ["ca"], "ca"), ("ca: split, crl: {}", ["ca", "peer-ca"], "peer-ca")],
)
def test_each_side_looks_at_the_list_of_its_own_ca(certificates: str, lists: list[str], peer: str) -> None:
    plan = plan_of(2, certificates=certificates)
    assert plan.crls == tuple(CrlRequest(name, 30 * DAY) for name in lists)
    for member in plan.members:
        assert [each.ca_name for each in member.crls] == ["ca", peer]
        assert member.flag("client-crl-file") == "/etc/etcd/pki/client-crl.der"
        assert member.flag("peer-crl-file") == "/etc/etcd/pki/peer-crl.der"


@pytest.mark.parametrize(
    ("tls", "flags"),
    [
        ("{client: server}", ["peer-crl-file"]),
        ("{peer: auto}", ["client-crl-file"]),
        ("{client: 'off', peer: 'off'}", []),
    ],
)
def test_a_side_that_asks_for_no_certificate_needs_no_list(tls: str, flags: list[str]) -> None:
    plan = plan_of(1, f"tls: {tls}", "crl: {lifetime: 7d}")
    assert [each.flag for each in plan.members[0].crls] == flags
    assert plan.crls == ((CrlRequest("ca", 7 * DAY),) if flags else ())


def test_lists_are_named_after_their_ca() -> None:
    assert list(map(str, crl_paths("ca"))) == ["crl.pem", "crl.der"]
    assert list(map(str, crl_paths("peer-ca"))) == ["peer-crl.pem", "peer-crl.der"]


def test_nothing_is_said_of_a_good_list() -> None:
    assert judge(REQUEST, FRESH, ROLL, NOW) == ()


def test_a_list_that_is_not_there_is_an_error() -> None:
    [said] = judge(REQUEST, None, Roll(), NOW)
    assert (said.code, said.severity, said.path) == ("EB370", Severity.ERROR, "crl.der")


@pytest.mark.parametrize(
    ("facts", "code", "severity", "words"),
    [
        ({"is_der": False}, "EB371", Severity.ERROR, "PEM form"),
        ({"signed": False}, "EB372", Severity.ERROR, "not signed by ca"),
        ({"serials": frozenset()}, "EB373", Severity.ERROR, "does not tell of client/bob"),
        ({"next_update": NOW + timedelta(days=10)}, "EB374", Severity.WARNING, "10d more, until 2026-12-03"),
        ({"next_update": NOW + timedelta(minutes=9)}, "EB374", Severity.WARNING, "holds for 1h more"),
        ({"next_update": NOW}, "EB374", Severity.WARNING, "ran out on 2026-11-23"),
    ],
)
def test_each_flaw_of_a_list_is_named(
    facts: dict[str, object], code: str, severity: Severity, words: str
) -> None:
    shown = {name: getattr(FRESH, name) for name in FRESH.__slots__} | facts
    [said] = judge(REQUEST, CrlFacts(**shown), ROLL, NOW)
    assert (said.code, said.severity) == (code, severity)
    assert words in said.message
    assert said.hint == "make it anew with: etcdboot certs crl"


def test_a_list_is_due_in_the_last_third_of_its_life() -> None:
    late = CrlFacts(1, NOW, NOW + timedelta(days=10, seconds=1), frozenset({7}), signed=True)
    assert judge(REQUEST, late, ROLL, NOW) == ()
    assert judge(REQUEST, late, ROLL, NOW + timedelta(seconds=1))


def test_a_certificate_that_has_expired_need_not_be_told_of() -> None:
    empty = CrlFacts(2, NOW, NOW + timedelta(days=130), frozenset(), signed=True)
    assert judge(REQUEST, empty, ROLL, NOW + timedelta(days=100)) == ()
