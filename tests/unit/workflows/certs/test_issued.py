"""Everything that is put into use is recorded, by whatever command, and can be revoked by its name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etcdboot.base.errors import Refused, UsageError
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.pki.adoption.adoption import Offer
from etcdboot.pki.store.issued_register import Issued, IssuedRegister
from etcdboot.pki.store.revocation_register import Register
from etcdboot.pki.x509.certificate import read
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.adopt_pairs import adopt_files
from etcdboot.workflows.certs.issue import CertsResult, issue
from etcdboot.workflows.certs.issued import look_at_record
from etcdboot.workflows.certs.precheck import vouch
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.revoke import ListsResult, refresh, revoke
from etcdboot.workflows.certs.rotation.rotate import advance, begin
from etcdboot.workflows.certs.sign import sign
from etcdboot.workflows.certs.status import status
from samples.certificates import NOW, plan_of
from samples.foreign import BOTH, authority, made, sans, usage
from samples.pki_structure import unrecorded
from samples.requests import ec_key, name, request_of

WITH = plan_of(1, certificates="crl: {}, clients: [root, alice]")
WITHOUT = plan_of(1, certificates="crl: {}")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    issue(WITH, tmp_path / "pki", now=lambda: NOW)
    return tmp_path / "pki"


def recorded(pki: Path) -> tuple[Issued, ...]:
    return IssuedRegister.parse((pki / "issued.json").read_bytes()).certificates


def named(pki: Path, name: str) -> list[Issued]:
    return [issued for issued in recorded(pki) if issued.name == name]


def again(pki: Path, plan: ClusterPlan = WITHOUT, now: datetime = NOW) -> CertsResult:
    return issue(plan, pki, now=lambda: now)


def revoked(
    pki: Path, *words: str, plan: ClusterPlan = WITHOUT, serials: tuple[int, ...] = ()
) -> ListsResult:
    return revoke(plan, pki, words, now=lambda: LATER, serials=serials)


def serials(pki: Path) -> set[int]:
    return set(Register.parse((pki / "revoked.json").read_bytes()).serials)


def prune(pki: Path) -> None:
    for path in pki.glob("clients/alice*"):
        path.unlink()


def codes(result: CertsResult | ListsResult) -> list[str]:
    return [each.code for each in result.diagnostics]


# --- what is recorded


def test_what_is_issued_is_recorded_as_it_is(pki: Path) -> None:
    assert [issued.name for issued in recorded(pki)] == [
        "ca",
        "client/alice",
        "client/root",
        "etcd1/peer",
        "etcd1/server",
    ]
    facts, ca = (read((pki / path).read_bytes(), None) for path in ("clients/alice.pem", "ca.pem"))
    dates = (facts.serial, facts.not_before, facts.not_after, facts.sha256)
    assert named(pki, "client/alice") == [Issued("client/alice", "ca", ca.sha256, *dates)]
    assert (pki / "issued.json").stat().st_mode & 0o777 == 0o600


def test_a_run_that_issues_nothing_leaves_the_record_as_it_is(pki: Path) -> None:
    before = (pki / "issued.json").read_bytes(), (pki / "issued.json").stat().st_mtime_ns
    again(pki, WITH, LATER)
    refresh(WITH, pki, now=lambda: LATER)
    assert ((pki / "issued.json").read_bytes(), (pki / "issued.json").stat().st_mtime_ns) == before


def test_what_is_renewed_stays_recorded(pki: Path) -> None:
    [first] = named(pki, "client/alice")
    renew(WITH, pki, ["client/alice"], now=lambda: LATER)
    assert named(pki, "client/alice")[0] == first
    assert len(named(pki, "client/alice")) == 2


def test_the_first_run_enters_what_is_there_also_what_it_replaces(pki: Path) -> None:
    """As an earlier etcdboot left it: the record is neither there nor in the manifest."""
    before = recorded(pki)
    without_a_record(pki)
    renewed = renew(WITHOUT, pki, ["client/root"], now=lambda: LATER)
    assert set(before) < set(recorded(pki))
    assert len(named(pki, "client/root")) == 2
    assert codes(renewed) == ["EB324", "EB410"]


def without_a_record(pki: Path) -> None:
    (pki / "issued.json").unlink()
    manifest = json.loads((pki / ".etcdboot.json").read_bytes())
    del manifest["files"]["issued.json"]
    (pki / ".etcdboot.json").write_text(json.dumps(manifest))


def test_what_others_signed_is_recorded(tmp_path: Path) -> None:
    ca, hosts = authority("theirs"), sans("192.168.202.1", "127.0.0.1", "localhost")
    server = made("x", BOTH, hosts, usage(digital_signature=True), issuer=ca)
    offers = [Offer("ca", ca.pem, ca.key_pem, "ca"), Offer("etcd1/server", server.pem, server.key_pem, "x")]
    adopt_files(WITHOUT, tmp_path / "pki", offers, now=lambda: NOW)
    assert [issued.name for issued in recorded(tmp_path / "pki")] == ["ca", "etcd1/server"]


def test_what_a_host_asked_for_is_recorded(tmp_path: Path) -> None:
    plan = plan_of(1, certificates="source: csr")
    again(tmp_path / "pki", plan)
    (tmp_path / "etcd1-server.csr").write_bytes(request_of(ec_key(), name("etcd1")))
    sign(plan, tmp_path / "pki", [str(tmp_path / "etcd1-server.csr")], now=lambda: NOW)
    assert len(named(tmp_path / "pki", "etcd1/server")) == 1


@pytest.mark.parametrize("certificates", ["crl: {}", "ca: split, intermediate: true, clients: [root, alice]"])
def test_each_step_of_a_rotation_is_recorded(tmp_path: Path, certificates: str) -> None:
    pki, plan = tmp_path / "pki", plan_of(1, certificates=certificates)
    root = "root-ca" if "intermediate" in certificates else "ca"
    again(pki, plan)
    begin(plan, pki, root, now=lambda: NOW)
    for _ in range(2):
        assert unrecorded(pki) == []
        advance(plan, pki, root, offline=True, now=lambda: NOW)
    assert unrecorded(pki) == []
    assert (len(named(pki, "client/root")), len(named(pki, root))) == (2, 2)
    states = {issued: str(state) for issued, state in status(plan, pki, everything=True).issued or ()}
    old, new = (states[issued] for issued in sorted(named(pki, "client/root"), key=lambda one: one.sha256))
    assert {old, new} == {"untrusted", "current"}


def test_an_intermediate_that_was_replaced_leaves_its_certificates_trusted(tmp_path: Path) -> None:
    pki, plan = tmp_path / "pki", plan_of(1, certificates="intermediate: true")
    again(pki, plan)
    begin(plan, pki, "ca", now=lambda: NOW)
    states = [str(state) for issued, state in status(plan, pki, everything=True).issued or ()]
    assert sorted(set(states)) == ["current", "replaced"]


def test_what_expired_long_ago_is_dropped_when_the_record_is_written(pki: Path) -> None:
    late = NOW + timedelta(days=400)
    again(pki, WITH, late)
    assert len(recorded(pki)) == 5
    renew(WITH, pki, everything=True, now=lambda: late)
    assert sorted({issued.not_after for issued in recorded(pki) if not issued.is_ca}) == [
        late + timedelta(days=365)
    ]


def test_nothing_in_out_holds_the_record_and_no_command_takes_it_for_a_stray(pki: Path) -> None:
    with open_pairs(pki, writing=False) as tree:
        assert "issued.json" in tree.manifest.paths()
    assert not any(change.kind == "stale" for change in again(pki, WITH).changes)


# --- who left the spec


def test_who_left_the_spec_is_named_until_revoked_by_every_command(pki: Path) -> None:
    for files in ("there", "pruned"):
        assert codes(again(pki))[-1] == "EB410", files
        assert [each.code for each in vouch(WITHOUT, pki, now=lambda: NOW)] == ["EB410"]
        found = status(WITHOUT, pki, now=lambda: NOW)
        assert [each.code for each in found.diagnostics] == ["EB410"]
        assert (found.exit_code, found.diagnostics[0].file) == (0, str(pki / "issued.json"))
        prune(pki)
    revoked(pki, "client/alice")
    assert codes(again(pki)) == []
    assert vouch(WITHOUT, pki, now=lambda: NOW) == ()
    assert status(WITHOUT, pki, now=lambda: NOW).diagnostics == ()


def test_a_reader_without_a_record_goes_by_the_files(pki: Path) -> None:
    without_a_record(pki)
    assert [each.code for each in vouch(WITHOUT, pki, now=lambda: NOW)] == ["EB410"]
    assert not (pki / "issued.json").exists()


# --- revoking


def test_a_name_that_is_gone_from_spec_and_folder_is_revoked(pki: Path) -> None:
    [alice] = named(pki, "client/alice")
    prune(pki)
    result = revoked(pki, "CLIENT/Alice")
    assert [(entry.name, entry.serial) for entry in result.revoked] == [("client/alice", alice.serial)]
    assert serials(pki) == {alice.serial}
    assert codes(result) == []


def test_a_name_is_every_certificate_of_it_that_is_valid(pki: Path) -> None:
    renew(WITH, pki, ["client/alice"], now=lambda: NOW)
    both = {issued.serial for issued in named(pki, "client/alice")}
    assert len(revoked(pki, "client/alice", plan=WITH).revoked) == 2
    assert serials(pki) == both


def test_what_is_revoked_or_expired_is_not_revoked_again(pki: Path) -> None:
    revoked(pki, "client/alice", plan=WITH)
    renew(WITH, pki, ["client/alice"], now=lambda: LATER)
    [new] = [issued for issued in named(pki, "client/alice") if issued.serial not in serials(pki)]
    result = revoked(pki, "client/alice", plan=WITH)
    assert ([entry.serial for entry in result.revoked], codes(result)) == ([new.serial], [])
    prune(pki)
    assert (revoked(pki, "client/alice").revoked, codes(revoked(pki, "client/alice"))) == ((), ["EB378"] * 2)
    with pytest.raises(UsageError, match="client/alice"):
        revoke(WITHOUT, pki, ["client/alice"], now=lambda: NOW + timedelta(days=900))


def test_a_serial_number_is_one_certificate(pki: Path) -> None:
    [old] = named(pki, "etcd1/server")
    renew(WITH, pki, ["etcd1/server"], now=lambda: NOW)
    result = revoked(pki, plan=WITH, serials=(old.serial,))
    assert (serials(pki), codes(result)) == ({old.serial}, [])
    assert codes(again(pki, WITH)) == []


def test_only_the_serial_numbers_of_valid_certificates_are_taken(pki: Path) -> None:
    [ca] = named(pki, "ca")
    with pytest.raises(UsageError, match="serial number 7 is recorded"):
        revoked(pki, serials=(7,))
    with pytest.raises(Refused, match="serial number of a CA"):
        revoked(pki, serials=(ca.serial,))
    assert serials(pki) == set()


def test_each_certificate_is_in_the_list_of_its_own_ca(tmp_path: Path) -> None:
    pki, plan = tmp_path / "pki", plan_of(2, certificates="ca: split, crl: {}")
    again(pki, plan)
    less = plan_of(1, certificates="ca: split, crl: {}")
    wanted = {name: [issued.serial for issued in named(pki, f"etcd2/{name}")] for name in ("server", "peer")}
    shutil.rmtree(pki / "members/etcd2")
    revoked(pki, "etcd2/server", "etcd2/peer", plan=less)
    register = Register.parse((pki / "revoked.json").read_bytes())
    assert [entry.serial for entry in register.of("ca").revoked] == wanted["server"]
    assert [entry.serial for entry in register.of("peer-ca").revoked] == wanted["peer"]


# --- a record that is gone, damaged or edited


def test_a_record_that_is_gone_is_recreated_with_a_warning(pki: Path) -> None:
    renew(WITH, pki, ["client/root"], now=lambda: NOW)
    before = recorded(pki)
    (pki / "issued.json").unlink()
    result = again(pki, WITH)
    assert codes(result) == ["EB412"]
    assert "renewed or removed before" in result.diagnostics[0].message
    assert len(recorded(pki)) == len(before) - 1
    assert codes(again(pki, WITH)) == []


@pytest.mark.parametrize("act", ["issue", "renew", "revoke", "status", "vouch", "rotate", "adopt"])
def test_a_record_that_cannot_be_read_is_refused_with_its_place_and_kept(pki: Path, act: str) -> None:
    (pki / "issued.json").write_bytes(b'{\n "etcdboot-issued": 1,\n "certificates": [7]\n}')
    before = {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()}
    acts: dict[str, Callable[[], object]] = {
        "issue": lambda: again(pki, WITH),
        "renew": lambda: renew(WITH, pki, everything=True, now=lambda: NOW),
        "revoke": lambda: revoked(pki, "client/alice", plan=WITH),
        "status": lambda: status(WITH, pki, now=lambda: NOW),
        "vouch": lambda: vouch(WITH, pki, now=lambda: NOW),
        "rotate": lambda: begin(WITH, pki, now=lambda: NOW),
        "adopt": lambda: adopt_files(WITH, pki, [], now=lambda: NOW),
    }
    with pytest.raises(Refused) as caught:
        acts[act]()
    [found] = caught.value.diagnostics
    assert (found.code, found.place) == ("EB411", f"{pki}/issued.json:3:19")
    assert {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()} == before


def test_an_edited_record_is_taken_as_it_is(pki: Path) -> None:
    body = json.loads((pki / "issued.json").read_bytes())
    body["certificates"] = [entry for entry in body["certificates"] if entry["name"] != "client/alice"]
    (pki / "issued.json").write_text(json.dumps(body))
    assert again(pki, WITH).exit_code == 0
    assert len(named(pki, "client/alice")) == 1


def test_a_record_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir(mode=0o700)
    (tmp_path / "pki/issued.json").write_bytes(IssuedRegister().dump())
    with pytest.raises(Refused) as caught:
        again(tmp_path / "pki")
    assert [each.code for each in caught.value.diagnostics] == ["EB402"]


def test_what_another_ca_signed_is_not_recorded(pki: Path) -> None:
    with open_pairs(pki, writing=False) as tree:
        record = look_at_record(tree, ())
    assert record.register == record.known
    assert len(record.register.certificates) == 5
