from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from etcdboot.base.errors import Missing, Refused, UsageError
from etcdboot.effects.files.root_folder import Watcher
from etcdboot.observations.certificate import CrlFacts
from etcdboot.pki.store.revocation_register import Register
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.crl_entry import Reason
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.revoke import ListsResult, refresh, revoke
from samples.certificates import NOW, plan_of
from samples.killing import killed
from samples.sampling import kill_points

PLAN = plan_of(1, certificates="crl: {}, clients: [root, bob]")
SPLIT = plan_of(1, certificates="crl: {}, ca: split, intermediate: true, clients: [root, bob]")
SILENT = plan_of(1, certificates="clients: [root, bob]")


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    return made(tmp_path / "pki", PLAN)


def made(pki: Path, plan: ClusterPlan) -> Path:
    issue(plan, pki, now=lambda: NOW)
    return pki


def revoked(
    pki: Path, *words: str, plan: ClusterPlan = PLAN, reason: Reason = Reason.SUPERSEDED
) -> ListsResult:
    return revoke(plan, pki, words, reason, now=lambda: NOW)


def listed(pki: Path, name: str = "crl", ca: str = "ca") -> CrlFacts:
    """What a list of ``pki/`` shows; both its forms say the same."""
    signer = (pki / f"{ca}.pem").read_bytes()
    der, pem = (crl.read((pki / f"{name}.{form}").read_bytes(), signer) for form in ("der", "pem"))
    assert (der.is_der, pem.is_der, der.serials, der.number) == (True, False, pem.serials, pem.number)
    return der


def serial(pki: Path, path: str) -> int:
    return read((pki / path).read_bytes(), None).serial


def codes(result: ListsResult) -> list[str]:
    return [each.code for each in result.diagnostics]


def test_the_certificates_come_with_an_empty_list(pki: Path) -> None:
    facts = listed(pki)
    assert (facts.number, facts.serials, facts.signed) == (1, frozenset(), True)
    assert facts.next_update == NOW + timedelta(days=30)


def test_each_ca_that_signs_for_callers_has_a_list(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", SPLIT)
    assert listed(pki).signed
    assert listed(pki, "peer-crl", "peer-ca").signed
    assert not list(pki.glob("*root*crl*"))


def test_a_revoked_certificate_stands_in_the_list_and_in_the_register(pki: Path) -> None:
    result = revoked(pki, "Client/BOB")
    bob = serial(pki, "clients/bob.pem")
    assert listed(pki).serials == {bob}
    assert listed(pki).number == 2
    [entry] = Register.parse((pki / "revoked.json").read_bytes()).of("ca").revoked
    assert (entry.serial, entry.name, entry.when, entry.reason) == (bob, "client/bob", NOW, Reason.SUPERSEDED)
    assert result.revoked == (entry,)
    assert codes(result) == []


def test_what_is_revoked_twice_is_said_and_makes_no_new_list(pki: Path) -> None:
    revoked(pki, "client/bob")
    result = revoked(pki, "client/bob", reason=Reason.KEY_COMPROMISE)
    assert (result.revoked, codes(result), listed(pki).number) == ((), ["EB378"], 2)


def test_two_at_once_make_one_list(pki: Path) -> None:
    revoked(pki, "client/bob", "client/root")
    assert (len(listed(pki).serials), listed(pki).number) == (2, 2)


def test_a_list_that_lost_its_entries_is_made_anew(pki: Path) -> None:
    before = (pki / "crl.der").read_bytes()
    revoked(pki, "client/bob")
    (pki / "crl.der").unlink()
    issue(PLAN, pki, now=lambda: NOW)
    assert listed(pki).serials == {serial(pki, "clients/bob.pem")}
    assert before != (pki / "crl.der").read_bytes()


def test_each_list_tells_of_its_own_ca_alone(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", SPLIT)
    revoked(pki, "client/bob", "etcd1/peer", plan=SPLIT)
    assert listed(pki).serials == {serial(pki, "clients/bob.pem")}
    assert listed(pki, "peer-crl", "peer-ca").serials == {serial(pki, "members/etcd1/peer.pem")}


def test_an_older_certificate_is_revoked_by_its_file(pki: Path, tmp_path: Path) -> None:
    stolen = tmp_path / "stolen.pem"
    stolen.write_bytes((pki / "clients/bob.pem").read_bytes())
    renew(PLAN, pki, ["client/bob"], now=lambda: NOW)
    revoked(pki, str(stolen))
    assert listed(pki).serials == {serial(stolen.parent, "stolen.pem")}
    assert listed(pki).serials != {serial(pki, "clients/bob.pem")}


def test_who_is_out_of_the_spec_and_still_in_the_folder_is_revoked_by_name(pki: Path) -> None:
    revoked(pki, "client/bob", plan=plan_of(1, certificates="crl: {}"))
    assert listed(pki).serials == {serial(pki, "clients/bob.pem")}


def test_a_revoked_certificate_in_its_place_is_named_until_it_is_renewed(pki: Path) -> None:
    revoked(pki, "client/bob")
    assert [each.code for each in issue(PLAN, pki, now=lambda: NOW).diagnostics] == ["EB377"]
    assert renew(PLAN, pki, ["client/bob"], now=lambda: NOW).diagnostics == ()
    assert issue(PLAN, pki, now=lambda: NOW).diagnostics == ()


@pytest.mark.parametrize(("name", "words"), [("server", "REST gateway"), ("peer", "refuse etcd1")])
def test_what_becomes_of_a_member_is_said(pki: Path, name: str, words: str) -> None:
    [said] = revoked(pki, f"etcd1/{name}").diagnostics
    assert said.code == "EB379"
    assert words in said.message
    assert said.file == str(pki / f"members/etcd1/{name}.pem")


def test_without_members_that_look_it_is_done_and_said(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", SILENT)
    assert not (pki / "crl.der").exists()
    result = revoked(pki, "client/bob", plan=SILENT)
    assert codes(result) == ["EB378"]
    assert listed(pki).serials == {serial(pki, "clients/bob.pem")}


def test_a_new_list_has_a_new_end_and_a_higher_number(pki: Path) -> None:
    revoked(pki, "client/bob")
    result = refresh(PLAN, pki, now=lambda: NOW + timedelta(days=20))
    assert (listed(pki).number, len(listed(pki).serials)) == (3, 1)
    assert listed(pki).next_update == NOW + timedelta(days=50)
    assert [str(each.artifact.path) for each in result.changes] == [
        "crl.der",
        "crl.pem",
        "issued.json",
        "revoked.json",
    ]


def test_a_number_is_never_used_again(pki: Path) -> None:
    old = (pki / "revoked.json").read_bytes()
    revoked(pki, "client/bob")
    (pki / "revoked.json").write_bytes(old)
    refresh(PLAN, pki, now=lambda: NOW)
    assert listed(pki).number == 3


def test_without_the_register_no_list_is_made(pki: Path) -> None:
    (pki / "revoked.json").unlink()
    with pytest.raises(Refused) as caught:
        refresh(PLAN, pki, now=lambda: NOW)
    assert caught.value.diagnostics[0].code == "EB375"


def test_who_has_expired_leaves_the_list(pki: Path) -> None:
    revoked(pki, "client/bob")
    refresh(PLAN, pki, now=lambda: NOW + timedelta(days=366))
    assert listed(pki).serials == frozenset()
    assert Register.parse((pki / "revoked.json").read_bytes()).of("ca").revoked


def test_json_tells_lists_and_entries(pki: Path) -> None:
    body = json.loads(json.dumps(revoked(pki, "client/bob").as_json()))
    assert [each["path"] for each in body["changes"]] == [
        "crl.der",
        "crl.pem",
        "issued.json",
        "revoked.json",
    ]
    [entry] = body["revoked"]
    assert (entry["name"], entry["reason"], entry["when"]) == (
        "client/bob",
        "superseded",
        "2026-11-23T12:00:00Z",
    )
    [one] = body["lists"]
    assert (one["ca"], one["path"], one["number"], one["revoked"]) == ("ca", "crl.der", 2, [entry])


def refused(pki: Path, *words: str, plan: ClusterPlan = PLAN) -> str:
    """The code of a refusal that leaves everything as it was."""
    before = {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()}
    with pytest.raises((Refused, UsageError, Missing)) as caught:
        revoked(pki, *words, plan=plan)
    assert {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()} == before
    return caught.value.diagnostics[0].code


def test_what_cannot_be_revoked_is_refused(pki: Path, tmp_path: Path) -> None:
    other = made(tmp_path / "other", PLAN)
    (tmp_path / "text.pem").write_text("hello")
    assert refused(pki, "ca") == "EB376"
    assert refused(pki, str(pki / "ca.pem")) == "EB376"
    assert refused(pki, "client/bob", str(other / "clients/bob.pem")) == "EB376"
    assert refused(pki, str(tmp_path / "text.pem")) == "EB376"
    assert refused(pki, "client/nobody") == "EB308"
    assert refused(pki, str(tmp_path / "absent.pem")) == "EB308"


def test_a_name_without_a_certificate_has_nothing_to_revoke(pki: Path) -> None:
    assert refused(pki, "client/ann", plan=plan_of(1, certificates="crl: {}, clients: [ann]")) == "EB308"


def test_without_the_key_of_the_ca_nothing_is_revoked(pki: Path) -> None:
    (pki / "ca-key.pem").unlink()
    assert refused(pki, "client/bob") == "EB303"


def test_a_cluster_with_the_ca_of_others_revokes_nothing(pki: Path) -> None:
    plan = plan_of(1, certificates="signer: {command: [sign]}")
    assert refused(pki, "client/root", plan=plan) == "EB376"


def test_a_damaged_register_stops_everything_that_reads_it(pki: Path) -> None:
    (pki / "revoked.json").write_text("{}")
    assert refused(pki, "client/bob") == "EB375"
    with pytest.raises(Refused, match=r"revoked\.json cannot be read"):
        issue(PLAN, pki, now=lambda: NOW)


@pytest.mark.parametrize("content", [b"spoilt", None])
def test_a_list_that_was_spoilt_is_made_anew_from_the_register(pki: Path, content: bytes | None) -> None:
    revoked(pki, "client/bob")
    (pki / "crl.der").write_bytes(content or (pki / "crl.pem").read_bytes())
    assert [each.code for each in issue(PLAN, pki, now=lambda: NOW).diagnostics] == [
        "EB377",
        "EB372" if content else "EB371",
    ]
    refresh(PLAN, pki, now=lambda: NOW)
    assert listed(pki).serials == {serial(pki, "clients/bob.pem")}


def test_a_list_of_somebody_elses_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki/crl.der").write_bytes(b"theirs")
    made(tmp_path / "pki", SILENT)
    with pytest.raises(Refused) as caught:
        refresh(PLAN, tmp_path / "pki", now=lambda: NOW)
    assert [each.code for each in caught.value.diagnostics] == ["EB402"]


def test_killed_at_any_step_it_has_revoked_wholly_or_not_at_all(tmp_path: Path) -> None:
    for number in kill_points("revoke"):
        pki = made(tmp_path / str(number) / "pki", PLAN)

        def act(watcher: Watcher, pki: Path = pki) -> None:
            revoke(PLAN, pki, ["client/bob"], now=lambda: NOW, watcher=watcher)

        if not killed(act, number):
            break
        issue(PLAN, pki, now=lambda: NOW)  # settles what was left
        told = Register.parse((pki / "revoked.json").read_bytes()).of("ca")
        assert listed(pki).serials == {each.serial for each in told.revoked}
        assert listed(pki).number == told.number
        revoked(pki, "client/bob")
        assert listed(pki).serials == {serial(pki, "clients/bob.pem")}
    assert number > 10


def test_other_programs_read_the_list(pki: Path) -> None:
    revoked(pki, "client/bob")
    found = x509.load_pem_x509_crl((pki / "crl.pem").read_bytes())
    ca = x509.load_pem_x509_certificate((pki / "ca.pem").read_bytes())
    assert found.is_signature_valid(ca.public_key())  # type: ignore[arg-type]
    assert found.get_revoked_certificate_by_serial_number(serial(pki, "clients/bob.pem"))
