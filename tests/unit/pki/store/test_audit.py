from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from etcdboot.base.addresses import Host, HostKind, parse_host
from etcdboot.base.diagnostics import Severity
from etcdboot.pki.store.audit import audit, unfit_authority
from etcdboot.plan.certificate_request import CertRequest
from etcdboot.spec.spec import CertificateSource
from samples.certificates import AUTHORITY, CLIENT, DAY, NOW, SERVER, facts_of


def found(request: CertRequest, now: datetime = NOW, **shown: Any) -> list[tuple[str, str]]:
    facts = replace(facts_of(request), **shown)
    return [(each.code, str(each.severity)) for each in audit(request, facts, now)]


@pytest.mark.parametrize("request_", [AUTHORITY, SERVER, CLIENT])
def test_a_certificate_made_for_the_request_fits(request_: CertRequest) -> None:
    assert audit(request_, facts_of(request_), NOW) == ()


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ({"sans": SERVER.sans[:-1]}, "EB311"),
        ({"usages": ("serverAuth",)}, "EB312"),
        ({"key_usages": ("keyEncipherment",)}, "EB312"),
        ({"is_ca": True}, "EB312"),
        ({"key": "rsa-2048"}, "EB313"),
        ({"key": "ed25519"}, "EB313"),
        ({"not_after": NOW}, "EB314"),
        ({"not_before": NOW + timedelta(seconds=1)}, "EB314"),
        ({"not_after": NOW + timedelta(days=365, seconds=1)}, "EB315"),
        ({"subject": (("CN", "etcd2"),)}, "EB316"),
        ({"subject": (("O", "etcd1"),)}, "EB316"),
        ({"signed": False}, "EB317"),
    ],
)
def test_what_no_longer_fits_is_an_error(shown: dict[str, Any], code: str) -> None:
    assert found(SERVER, **shown) == [(code, "error")]


@pytest.mark.parametrize(
    ("request_", "shown", "codes"),
    [
        (SERVER, "root", ["EB281", "EB316"]),
        (SERVER, "Root", ["EB281", "EB316"]),
        (SERVER, "app", ["EB281", "EB316"]),
        (SERVER, "etcd", ["EB316"]),
        (CLIENT, "app", ["EB281", "EB316"]),
        (CLIENT, "root", []),
    ],
)
def test_a_certificate_with_the_name_of_another_user_is_an_error(
    request_: CertRequest, shown: str, codes: list[str]
) -> None:
    users = ("app",) if request_ is CLIENT else ("app", "root")
    request_ = replace(request_, foreign_users=users)
    assert sorted(code for code, _ in found(request_, subject=(("CN", shown),))) == codes


def test_a_misfit_names_what_lacks_and_the_remedy() -> None:
    [told] = audit(SERVER, replace(facts_of(SERVER), sans=()), NOW)
    assert told.message == "etcd1/server does not certify 192.168.202.128, 2001:db8::1, etcd1.example.com"
    assert told.hint == "make it anew with: etcdboot certs renew etcd1/server"


def test_all_misfits_are_told_at_once() -> None:
    shown: dict[str, Any] = {"sans": (), "usages": (), "key": "ed25519", "signed": False}
    assert [code for code, _ in found(SERVER, **shown)] == ["EB311", "EB312", "EB313", "EB317"]


def test_what_ends_soon_is_a_warning_until_it_has_ended() -> None:
    def told(days: float) -> list[tuple[str, str]]:
        return found(SERVER, now=NOW + timedelta(days=days))

    assert told(334.9) == []
    assert told(335) == [("EB320", "warning")]
    assert told(364.9) == [("EB320", "warning")]
    assert told(365) == [("EB314", "error")]


@pytest.mark.parametrize(("hours", "left"), [(29 * 24, "29 days"), (3, "3 hours")])
def test_the_time_left_is_told_in_a_fitting_unit(hours: int, left: str) -> None:
    [told] = audit(SERVER, facts_of(SERVER), NOW + timedelta(days=365, hours=-hours))
    assert f"valid for {left} more, until 2027-11-23" in told.message


def test_more_than_was_asked_for_is_only_a_note() -> None:
    more = (*SERVER.sans, parse_host("other.example.com"))
    assert found(SERVER, sans=more) == [("EB321", "note")]
    [told] = audit(SERVER, replace(facts_of(SERVER), sans=(*SERVER.sans, Host("", HostKind.DNS))), NOW)
    assert told.message.endswith(": an empty name")  # cfssl makes one of "hosts": [""]
    assert found(CLIENT, usages=("clientAuth", "serverAuth")) == [("EB321", "note")]


def test_a_ca_of_another_kind_than_the_spec_says_differs_and_the_spec_can_be_brought_in_line() -> None:
    assert found(AUTHORITY, key="rsa-2048") == [("EB323", "error")]
    assert found(AUTHORITY, not_after=NOW + timedelta(seconds=3651 * DAY)) == [("EB323", "error")]
    [told] = audit(AUTHORITY, replace(facts_of(AUTHORITY), key="rsa-2048"), NOW)
    assert "say ca-key: rsa-2048" in told.hint


def test_a_ca_that_ends_soon_is_not_to_be_renewed_like_others() -> None:
    [told] = audit(AUTHORITY, facts_of(AUTHORITY), NOW + timedelta(days=3640))
    assert (told.code, told.severity) == ("EB320", Severity.WARNING)
    assert "renew" not in told.hint


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ({"is_ca": False}, "EB306"),
        ({"key_usages": ("cRLSign",)}, "EB306"),
        ({"not_after": NOW}, "EB305"),
        ({"not_before": NOW + timedelta(seconds=1)}, "EB305"),
    ],
)
def test_a_ca_that_nothing_can_rest_upon_is_refused(shown: dict[str, Any], code: str) -> None:
    assert unfit_authority(AUTHORITY, facts_of(AUTHORITY), NOW) == ()
    [told] = unfit_authority(AUTHORITY, replace(facts_of(AUTHORITY), **shown), NOW)
    assert (told.code, told.severity) == (code, Severity.ERROR)
    assert told.hint


def test_a_certificate_without_its_intermediates_no_longer_fits() -> None:
    under_a_root = replace(SERVER, above=("root-ca",))
    [told] = audit(under_a_root, replace(facts_of(under_a_root), chained=False), NOW)
    assert (told.code, told.message) == ("EB332", "etcd1/server is not followed by ca in its file")
    assert found(under_a_root, chained=False, signed=False) == [("EB317", "error")]


def test_the_whole_subject_is_compared_and_the_name_first() -> None:
    wanted = replace(SERVER, subject=(("O", "Example"), ("CN", "etcd1")))
    [told] = audit(wanted, replace(facts_of(wanted), subject=SERVER.subject), NOW)
    assert told.message == "etcd1/server names CN=etcd1, not O=Example, CN=etcd1"
    assert found(wanted, subject=(("CN", "etcd2"),)) == [("EB316", "error")]


HELD = replace(AUTHORITY, constraints=("example.com",), path_length=0)


@pytest.mark.parametrize(
    ("request_", "shown", "severity", "hint"),
    [
        (HELD, {"constraints": ()}, "error", "say name-constraints: []"),
        (HELD, {"constraints": ("a.org", "localhost")}, "error", "say name-constraints: [a.org]"),
        (AUTHORITY, {"constraints": ("a.org",)}, "error", "say name-constraints: [a.org]"),
        (AUTHORITY, {"path_length": 1}, "error", "path-length"),
        (AUTHORITY, {"path_length": None}, "note", "path-length"),
        (AUTHORITY, {"subject": (("O", "x"), ("CN", "test CA"))}, "note", "the next CA"),
    ],
)
def test_a_ca_that_reaches_further_or_less_far_is_named(
    request_: CertRequest, shown: dict[str, Any], severity: str, hint: str
) -> None:
    [told] = audit(request_, replace(facts_of(request_), **shown), NOW)
    assert (told.code, str(told.severity)) == ("EB323", severity)
    assert hint in told.hint


def test_a_ca_held_to_the_constraints_of_the_spec_fits() -> None:
    assert found(HELD, constraints=("localhost", "example.com")) == []


def test_a_ca_of_another_root_is_named_where_it_should_sign_itself() -> None:
    assert found(AUTHORITY, signed=False) == [("EB331", "error")]
    assert found(replace(AUTHORITY, source=CertificateSource.PROVIDED), signed=False) == []


def test_a_root_that_no_ca_may_follow_is_refused_where_one_does() -> None:
    root = replace(AUTHORITY, name="root-ca", ca_name="root-ca", path_length=1)
    [told] = unfit_authority(root, replace(facts_of(root), path_length=0), NOW)
    assert told.code == "EB333"
    assert unfit_authority(AUTHORITY, facts_of(AUTHORITY), NOW) == ()
