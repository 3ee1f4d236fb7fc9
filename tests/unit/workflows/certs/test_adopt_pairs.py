from __future__ import annotations

import json
import stat
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from etcdboot.base.artifacts import ChangeKind
from etcdboot.base.errors import ExitCode, Refused
from etcdboot.pki.adoption.adoption import Offer
from etcdboot.pki.x509.pem import load_certificate, load_key
from etcdboot.workflows.certs.adopt_pairs import adopt_files
from etcdboot.workflows.certs.issue import CertsResult, issue
from etcdboot.workflows.certs.renew import renew
from samples.certificates import NOW, plan_of
from samples.foreign import BOTH, SERVER_ONLY, Made, authority, made, sans, usage
from samples.killing import killed
from samples.sampling import kill_points

PLAN = plan_of()
HOSTS = ("192.168.202.1", "127.0.0.1", "localhost")
CA = authority("theirs")
SIGNS = usage(digital_signature=True)
SERVER = made("x", BOTH, sans(*HOSTS), SIGNS, issuer=CA, days=900)
PEER = made("x", BOTH, sans(*HOSTS), SIGNS, issuer=CA)
USELESS = made("x", SERVER_ONLY, sans(*HOSTS), SIGNS, issuer=CA)


def offer(name: str, others: Made) -> Offer:
    return Offer(name, others.pem, others.key_pem, f"{name.replace('/', '-')}.pem")


OFFERS = (offer("ca", CA), offer("etcd1/server", SERVER), offer("etcd1/peer", PEER))


def adopt(pki: Path, *offers: Offer, replacing: bool = False, lenient: bool = False) -> CertsResult:
    return adopt_files(PLAN, pki, offers, replacing=replacing, lenient=lenient, now=lambda: NOW)


def files(pki: Path) -> set[str]:
    return {str(each.relative_to(pki)) for each in pki.rglob("*") if each.is_file()}


def refused(pki: Path, *offers: Offer, replacing: bool = False) -> list[str]:
    before = {name: (pki / name).read_bytes() for name in files(pki)}
    with pytest.raises(Refused) as caught:
        adopt(pki, *offers, replacing=replacing)
    assert {name: (pki / name).read_bytes() for name in files(pki)} == before
    return [each.code for each in caught.value.diagnostics]


def test_what_is_adopted_stands_byte_for_byte_and_is_ours(tmp_path: Path) -> None:
    pki = tmp_path / "pki"
    result = adopt(pki, *OFFERS)
    assert {each.kind for each in result.changes} == {ChangeKind.NEW}
    assert [each.name for each in result.certificates] == ["ca", "etcd1/server", "etcd1/peer"]
    assert result.exit_code is ExitCode.OK
    assert (pki / "ca.pem").read_bytes() == CA.pem
    assert (pki / "members/etcd1/server-key.pem").read_bytes() == SERVER.key_pem
    assert {stat.S_IMODE((pki / name).stat().st_mode) for name in files(pki) if "key" in name} == {0o600}
    manifest = json.loads((pki / ".etcdboot.json").read_text())
    assert set(manifest["files"]) == files(pki) - {".etcdboot.json"}
    assert set(manifest["adopted"]) == {"ca.pem", "members/etcd1/server.pem", "members/etcd1/peer.pem"}
    assert {each.kind for each in adopt(pki, *OFFERS).changes} == {ChangeKind.SAME}


def test_a_ca_that_was_adopted_signs_and_what_was_adopted_stays(tmp_path: Path) -> None:
    adopt(tmp_path, *OFFERS)
    result = issue(PLAN, tmp_path, now=lambda: NOW)
    new = [str(each.artifact.path) for each in result.changes if each.kind is not ChangeKind.SAME]
    assert new == ["clients/root-key.pem", "clients/root.pem", "issued.json"]
    assert result.exit_code is ExitCode.OK
    assert {each.code for each in result.diagnostics} == {"EB392", "EB320", "EB322"}


def test_what_is_renewed_is_others_no_more(tmp_path: Path) -> None:
    adopt(tmp_path, *OFFERS)
    renew(PLAN, tmp_path, ["etcd1/server"], now=lambda: NOW)
    manifest = json.loads((tmp_path / ".etcdboot.json").read_text())
    assert set(manifest["adopted"]) == {"ca.pem", "members/etcd1/peer.pem"}
    told = [
        each for each in issue(PLAN, tmp_path, now=lambda: NOW).diagnostics if each.path == "etcd1/server"
    ]
    assert "EB392" not in [each.code for each in told]


def test_one_that_is_no_use_stops_all_of_them(tmp_path: Path) -> None:
    assert refused(tmp_path, OFFERS[0], offer("etcd1/server", USELESS), OFFERS[2]) == ["EB312"]
    assert files(tmp_path) == set()


def test_leniently_only_what_is_of_use_is_taken_and_the_rest_named(tmp_path: Path) -> None:
    result = adopt(tmp_path, OFFERS[0], offer("etcd1/server", USELESS), OFFERS[2], lenient=True)
    assert [each.name for each in result.certificates] == ["ca", "etcd1/peer"]
    told = [each for each in result.diagnostics if each.code == "EB397"]
    assert [(each.file, each.message) for each in told] == [
        (
            "etcd1-server.pem",
            "not adopted as etcd1/server: lacks the usage clientAuth",
        )
    ]


def test_a_ca_that_is_no_use_stops_everything_however_lenient(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        adopt(tmp_path, Offer("ca", CA.pem, SERVER.key_pem), *OFFERS[1:], lenient=True)
    assert [each.code for each in caught.value.diagnostics] == ["EB302"]
    assert files(tmp_path) == set()


def test_what_does_not_fit_is_adopted_and_named(tmp_path: Path) -> None:
    other = made("x", BOTH, sans("192.168.202.1"), SIGNS, issuer=CA)
    result = adopt(tmp_path, OFFERS[0], offer("etcd1/server", other))
    assert result.exit_code is ExitCode.DRIFT
    assert [each.message for each in result.diagnostics if each.severity == "error"] == [
        "etcd1/server does not certify localhost, 127.0.0.1"
    ]


def test_another_pair_of_ours_is_replaced_only_on_demand(tmp_path: Path) -> None:
    adopt(tmp_path, *OFFERS)
    again = offer("etcd1/server", made("y", BOTH, sans(*HOSTS), SIGNS, issuer=CA))
    assert refused(tmp_path, again) == ["EB398"]
    result = adopt(tmp_path, again, lenient=True)
    assert {each.kind for each in result.changes} == {ChangeKind.SAME}
    assert [each.code for each in result.diagnostics] == ["EB397"]
    assert {each.kind for each in adopt(tmp_path, again, replacing=True).changes} == {ChangeKind.UPDATE}


def test_a_file_of_others_that_is_the_very_same_is_taken_over_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(CA.pem)
    (tmp_path / "ca-key.pem").write_bytes(CA.key_pem)
    assert {each.kind for each in adopt(tmp_path, *OFFERS[:1]).changes} == {
        ChangeKind.SAME,
        ChangeKind.UPDATE,
        ChangeKind.NEW,
    }
    assert stat.S_IMODE((tmp_path / "ca-key.pem").stat().st_mode) == 0o600
    assert issue(PLAN, tmp_path, now=lambda: NOW).exit_code is ExitCode.OK


def test_a_file_of_others_that_differs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(SERVER.pem)
    assert refused(tmp_path, *OFFERS, replacing=True) == ["EB402"]


def test_another_members_broken_file_is_no_hindrance(tmp_path: Path) -> None:
    plan = plan_of(2)
    issue(plan, tmp_path, now=lambda: NOW)
    (tmp_path / "members/etcd2/server.pem").write_text("broken")
    key = load_key((tmp_path / "ca-key.pem").read_bytes())
    assert isinstance(key, EllipticCurvePrivateKey)
    ca = Made(load_certificate((tmp_path / "ca.pem").read_bytes()), key)
    own = made("x", BOTH, sans(*HOSTS), SIGNS, issuer=ca)
    offers = [offer("etcd1/server", own)]
    found = adopt_files(plan, tmp_path, offers, replacing=True, now=lambda: NOW)
    assert [each.name for each in found.certificates] == ["etcd1/server"]


def test_a_kill_at_any_step_leaves_what_a_second_run_completes(tmp_path: Path) -> None:
    for number in kill_points("adopt"):
        pki = tmp_path / str(number)
        act = partial(adopt_files, PLAN, pki, OFFERS, now=lambda: NOW)
        if not killed(lambda watcher, act=act: act(watcher=watcher), number):  # type: ignore[misc]
            break
        assert adopt(pki, *OFFERS).exit_code is ExitCode.OK
        assert len(json.loads((pki / ".etcdboot.json").read_text())["adopted"]) == 3
        assert issue(PLAN, pki, now=lambda: NOW).exit_code is ExitCode.OK
    assert number > 20
