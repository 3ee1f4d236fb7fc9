from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from etcdboot.base.errors import ExitCode, Refused, UsageError
from etcdboot.pki.x509.certificate import public_hash, read
from etcdboot.pki.x509.pem import PrivateKey, load_key
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import CertsResult, issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.sign import sign
from samples.certificates import NOW, plan_of
from samples.requests import BOTH, ec_key, name, request_of, rsa_key

PLAN = plan_of(2, certificates="source: csr")
KEY = ec_key()


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    """What stands there before any host has asked: the CA and the client."""
    issue(PLAN, tmp_path / "pki", now=lambda: NOW)
    return tmp_path / "pki"


def came(folder: Path, file: str, content: bytes) -> str:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return str(path)


def asked(common_name: str = "etcd1", key: PrivateKey = KEY) -> bytes:
    return request_of(key, name(common_name))


def signed(pki: Path, *files: str, plan: ClusterPlan = PLAN, later: timedelta = timedelta()) -> CertsResult:
    return sign(plan, pki, files, now=lambda: NOW + later)


def refused(pki: Path, *files: str, **said: str) -> list[str]:
    before = {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()}
    with pytest.raises(Refused) as caught:
        sign(PLAN, pki, files, now=lambda: NOW, **said)  # type: ignore[arg-type]
    assert {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()} == before
    assert all(each.hint for each in caught.value.diagnostics)
    return [each.code for each in caught.value.diagnostics]


def test_the_certificate_is_what_the_plan_says_for_the_key_that_asked(pki: Path, tmp_path: Path) -> None:
    result = signed(pki, came(tmp_path, "etcd1-server.csr", asked()))
    assert result.exit_code is ExitCode.OK
    pem = (pki / "members/etcd1/server.pem").read_bytes()
    facts = read(pem, (pki / "ca.pem").read_bytes())
    wanted = next(each for each in PLAN.certificates if each.name == "etcd1/server")
    assert (facts.subject, facts.sans, facts.usages) == (wanted.subject, wanted.sans, wanted.usages)
    assert facts.signed and facts.public_key == public_hash(KEY.public_key())
    assert not (pki / "members/etcd1/server-key.pem").exists()


def test_a_folder_is_signed_whole_and_told_apart_by_names(pki: Path, tmp_path: Path) -> None:
    folder = tmp_path / "csr"
    keys = {f"etcd{n}-{kind}": ec_key() for n in (1, 2) for kind in ("server", "peer")}
    for stem, key in keys.items():
        came(folder, f"{stem}.csr", asked(stem[:5], key))
    (folder / "notes.txt").write_text("not a request")
    (folder / "old").mkdir()
    result = signed(pki, str(folder))
    made = {each.name: each.facts.public_key for each in result.certificates if each.name != "ca"}
    assert made == {stem.replace("-", "/"): public_hash(key.public_key()) for stem, key in keys.items()}
    status = issue(PLAN, pki, now=lambda: NOW)
    assert (status.exit_code, status.diagnostics) == (ExitCode.OK, ())


def test_signing_again_changes_nothing_until_it_is_due_or_does_not_fit(pki: Path, tmp_path: Path) -> None:
    file = came(tmp_path, "etcd1-server.csr", asked())
    signed(pki, file)
    before = (pki / "members/etcd1/server.pem").read_bytes()
    assert {str(each.kind) for each in signed(pki, file, later=timedelta(days=300)).changes} == {"same"}
    assert (pki / "members/etcd1/server.pem").read_bytes() == before
    signed(pki, file, later=timedelta(days=340))
    assert (pki / "members/etcd1/server.pem").read_bytes() != before
    wider = plan_of(2, certificates="source: csr, sans: [etcd.example.com]")
    result = signed(pki, file, plan=wider, later=timedelta(days=340))
    assert "etcd.example.com" in [str(san) for san in result.certificates[-1].facts.sans]


def test_a_new_key_of_the_host_takes_the_place_of_the_old_one(pki: Path, tmp_path: Path) -> None:
    signed(pki, came(tmp_path, "etcd1-server.csr", asked()))
    other = ec_key()
    signed(pki, came(tmp_path, "etcd1-server.csr", asked(key=other)))
    facts = read((pki / "members/etcd1/server.pem").read_bytes(), None)
    assert facts.public_key == public_hash(other.public_key())


def test_it_is_renewed_for_the_key_that_the_host_keeps(pki: Path, tmp_path: Path) -> None:
    signed(pki, came(tmp_path, "etcd1-server.csr", asked()))
    before = read((pki / "members/etcd1/server.pem").read_bytes(), None)
    for same_key in (False, True):
        renew(PLAN, pki, ["etcd1/server"], same_key=same_key, now=lambda: NOW)
        after = read((pki / "members/etcd1/server.pem").read_bytes(), None)
        assert after.serial != before.serial
        assert after.public_key == before.public_key
        assert not (pki / "members/etcd1/server-key.pem").exists()


def test_what_is_left_out_is_told_with_its_file(pki: Path, tmp_path: Path) -> None:
    file = came(tmp_path, "etcd1-server.csr", request_of(KEY, name("etcd1", "Widgits")))
    [note] = [each for each in signed(pki, file).diagnostics if each.code == "EB355"]
    assert (note.file, str(note.severity)) == (file, "note")


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"", ["EB350"]),
        (asked() + asked(), ["EB350"]),
        (asked("etcd2"), ["EB352"]),
        (request_of(rsa_key(), name("etcd1")), ["EB353"]),
        (request_of(KEY, name("etcd1"), sans=["192.168.202.1", "10.6.6.6"]), ["EB352"]),
        (
            request_of(KEY, name("etcd1"), (x509.BasicConstraints(ca=True, path_length=None), True)),
            ["EB352"],
        ),
    ],
)
def test_what_must_not_be_signed_leaves_all_as_it_was(
    pki: Path, tmp_path: Path, content: bytes, codes: list[str]
) -> None:
    good = came(tmp_path, "etcd2-server.csr", asked("etcd2"))
    assert refused(pki, good, came(tmp_path, "etcd1-server.csr", content)) == codes


def test_two_requests_for_one_certificate_are_refused_unless_they_are_of_one_key(
    pki: Path, tmp_path: Path
) -> None:
    first = came(tmp_path / "a", "etcd1-server.csr", asked())
    again = came(tmp_path / "b", "etcd1-server.csr", asked())
    other = came(tmp_path / "c", "etcd1-server.csr", asked(key=ec_key()))
    assert refused(pki, first, other) == ["EB354"]
    assert len(signed(pki, first, again).certificates) == 2  # the CA is shown too


def test_a_name_may_be_said(pki: Path, tmp_path: Path) -> None:
    file = came(tmp_path, "x.csr", asked())
    assert refused(pki, file) == ["EB354"]
    sign(PLAN, pki, [file], as_name="ETCD1/peer", now=lambda: NOW)
    assert (pki / "members/etcd1/peer.pem").exists()
    with pytest.raises(UsageError):
        sign(PLAN, pki, [file], as_name="etcd9/peer", now=lambda: NOW)
    with pytest.raises(UsageError):
        sign(PLAN, pki, [file, file], as_name="etcd1/peer", now=lambda: NOW)
    assert refused(pki, file, as_name="CA") == ["EB307"]


def test_a_copy_goes_where_it_is_wanted_and_replaces_nothing(pki: Path, tmp_path: Path) -> None:
    file, out = came(tmp_path, "etcd1-server.csr", asked()), tmp_path / "server.pem"
    sign(PLAN, pki, [file], out=out, now=lambda: NOW)
    assert out.read_bytes() == (pki / "members/etcd1/server.pem").read_bytes()
    other = came(tmp_path, "etcd1-peer.csr", asked())
    with pytest.raises(Refused) as caught:
        sign(PLAN, pki, [other], out=out, now=lambda: NOW)
    assert (caught.value.diagnostics[0].code, "--out" in caught.value.diagnostics[0].hint) == ("EB005", True)
    assert not (pki / "members/etcd1/peer.pem").exists()  # it is seen before anything is signed


def test_the_key_of_a_ca_is_no_key_of_a_host(pki: Path, tmp_path: Path) -> None:
    key = load_key((pki / "ca-key.pem").read_bytes())
    assert isinstance(key, EllipticCurvePrivateKey)
    assert refused(pki, came(tmp_path, "etcd1-server.csr", asked(key=key))) == ["EB366"]


def test_der_from_any_folder_is_signed_too(pki: Path, tmp_path: Path) -> None:
    der = x509.load_pem_x509_csr(asked()).public_bytes(Encoding.DER)
    came(tmp_path / "csr", "etcd1-server.csr", der)
    signed(pki, str(tmp_path / "csr"))
    assert (pki / "members/etcd1/server.pem").exists()


def test_a_folder_without_requests_is_refused(pki: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refused(pki, str(tmp_path / "empty")) == ["EB350"]


def test_the_key_in_pki_is_never_parted_from_its_certificate(tmp_path: Path) -> None:
    plan, pki = plan_of(2), tmp_path / "pki"
    issue(plan, pki, now=lambda: NOW)
    with pytest.raises(Refused) as caught:
        signed(pki, came(tmp_path, "etcd1-server.csr", asked()), plan=plan)
    assert [each.code for each in caught.value.diagnostics] == ["EB356"]


def test_a_persons_own_key_stays_hers(tmp_path: Path) -> None:
    """Also where etcdboot makes the keys: for whoever sends a request."""
    plan, pki = plan_of(1, certificates="clients: [root, alice]"), tmp_path / "pki"
    request = request_of(KEY, name("alice"), (x509.ExtendedKeyUsage(list(BOTH[1:])), False))
    sign(plan, pki, [came(tmp_path, "alice.csr", request)], now=lambda: NOW)
    result = issue(plan, pki, now=lambda: NOW)
    assert result.exit_code is ExitCode.OK
    assert result.diagnostics == ()
    assert not (pki / "clients/alice-key.pem").exists()
    assert (pki / "clients/root-key.pem").exists()


def test_the_ca_is_made_where_there_has_never_been_one(tmp_path: Path) -> None:
    pki = tmp_path / "pki"
    result = signed(pki, came(tmp_path, "etcd1-server.csr", asked()))
    assert [each.name for each in result.certificates] == ["ca", "etcd1/server"]


def test_without_the_cas_key_nothing_is_signed(pki: Path, tmp_path: Path) -> None:
    (pki / "ca-key.pem").unlink()
    assert refused(pki, came(tmp_path, "etcd1-server.csr", asked())) == ["EB303"]
