from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)

from etcdboot.base.errors import ExitCode, Missing, Refused
from etcdboot.effects.passphrase import Passphrases
from etcdboot.pki.x509.pem import PrivateKey, dump_key, load_certificate
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.adopt import adopt
from etcdboot.workflows.certs.csr import request
from etcdboot.workflows.certs.issue import CertsResult, issue
from etcdboot.workflows.certs.precheck import vouch
from etcdboot.workflows.certs.status import status
from samples.certificates import NOW, plan_of
from samples.foreign import BOTH, authority, made, sans, usage
from samples.requests import CLIENT_AUTH, SERVER_AUTH, Company, ec_key, name, request_of

PLAN = plan_of()
ROOT = Company()
ISSUING = Company("Company Issuing", ROOT)
NAMES = ["etcd1/server", "etcd1/peer", "client/root"]


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    return tmp_path / "pki"


class Files:
    """Where a company's files lie; each is written under a name and told by its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "from-the-ca"
        self.folder.mkdir()

    def __call__(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def take(pki: Path, *names: str, plan: ClusterPlan = PLAN, as_name: str | None = None) -> CertsResult:
    return adopt(plan, pki, names, as_name=as_name, now=lambda: NOW)


def asked(pki: Path, plan: ClusterPlan = PLAN) -> dict[str, bytes]:
    """The requests of all keys that are here, by name."""
    return {each.name: each.file.read_bytes() for each in request(plan, pki, everything=True).requests}


def contents(pki: Path) -> dict[str, bytes]:
    files = (each for each in pki.rglob("*") if each.is_file() and each.name != ".etcdboot.json")
    return {str(each.relative_to(pki)): each.read_bytes() for each in files}


def refused(pki: Path, *names: str, plan: ClusterPlan = PLAN, as_name: str | None = None) -> list[str]:
    before = contents(pki)
    with pytest.raises(Refused) as caught:
        take(pki, *names, plan=plan, as_name=as_name)
    assert contents(pki) == before
    assert all(each.hint for each in caught.value.diagnostics)
    return [each.code for each in caught.value.diagnostics]


def codes(result: CertsResult) -> list[str]:
    return [each.code for each in result.diagnostics]


def key_pem(key: PrivateKey) -> bytes:
    return dump_key(key)


# --- certificates that others signed


def test_one_pair_for_several_members_is_a_warning(pki: Path, files: Files) -> None:
    ca = authority("theirs")
    hosts = sans("192.168.202.1", "192.168.202.2", "127.0.0.1", "localhost")
    pair = made("etcd", BOTH, hosts, usage(digital_signature=True), issuer=ca)
    names = [files("ca.pem", ca.pem), files("etcd.pem", pair.pem), files("etcd-key.pem", pair.key_pem)]
    found = [each for each in take(pki, *names, plan=plan_of(2)).diagnostics if each.code == "EB394"]
    assert [each.message.partition(":")[0] for each in found] == ["one certificate and key for etcd1, etcd2"]


def test_what_others_signed_goes_to_its_keys(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    mixed = b"".join(ISSUING.sign(csr) for csr in asked(pki).values()) + ISSUING.pem + ROOT.pem
    result = take(pki, files("everything.txt", mixed))
    assert [each.name for each in result.certificates] == ["ca", *NAMES]
    assert result.exit_code is ExitCode.OK
    served = (pki / "members/etcd1/server.pem").read_bytes()
    assert served.count(b"BEGIN CERTIFICATE") == 2
    assert served.endswith(ISSUING.pem)
    assert not list((pki / "csr").glob("*.csr"))


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_bag_of_certificates_does_as_well(pki: Path, files: Files, encoding: Encoding) -> None:
    take(pki, files("company.pem", ROOT.pem))
    pems = [*(ISSUING.sign(csr) for csr in asked(pki).values()), ISSUING.pem, ROOT.pem]
    bag = pkcs7.serialize_certificates([load_certificate(each) for each in pems], encoding)
    assert len(take(pki, files("bag.p7b", bag)).certificates) == 4


def test_it_is_never_called_unfit_for_what_the_company_decides(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    signed = [
        ROOT.sign(csr, common_name="srv-17", days=900, sans=["192.168.202.1", "127.0.0.1", "localhost", "x"])
        for csr in asked(pki).values()
    ]
    result = take(pki, files("all.pem", b"".join(signed)))
    assert {(each.code, str(each.severity)) for each in result.diagnostics} == {("EB392", "note")}
    for again in (issue(PLAN, pki, now=lambda: NOW), take(pki, files("all.pem", b"".join(signed)))):
        assert again.exit_code is ExitCode.OK
    assert status(PLAN, pki, now=lambda: NOW).exit_code is ExitCode.OK
    assert {each.code for each in vouch(PLAN, pki, now=lambda: NOW)} == {"EB392"}


def test_a_certificate_that_etcd_cannot_use_is_refused(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    csrs = asked(pki)
    for number, usages in enumerate(([SERVER_AUTH], [CLIENT_AUTH])):
        bad = files(f"{number}.pem", ROOT.sign(csrs["etcd1/server"], usages))
        good = files("client.pem", ROOT.sign(csrs["client/root"]))
        assert refused(pki, good, bad) == ["EB312"]


@pytest.mark.parametrize(
    ("signer", "code"),
    [
        (Company("Stranger"), "EB317"),
        (Company("Company Root"), "EB317"),
        (Company("Old Issuing", ROOT, days=0), "EB365"),
    ],
)
def test_a_chain_that_leads_nowhere_is_refused(pki: Path, files: Files, signer: Company, code: str) -> None:
    take(pki, files("company.pem", ROOT.pem))
    signed = signer.sign(asked(pki)["client/root"]) + signer.pem
    assert refused(pki, files("x.pem", signed)) == [code]


def test_one_that_has_ended_or_not_begun_is_refused(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    csr = asked(pki)["client/root"]
    ended = ROOT.sign(csr, days=1, start=NOW - timedelta(days=3))
    coming = ROOT.sign(csr, start=NOW + timedelta(days=3))
    for pem in (ended, coming):
        assert refused(pki, files("x.pem", pem)) == ["EB314"]


def test_a_host_that_is_lacking_is_told_and_borne(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    result = take(pki, files("x.pem", ROOT.sign(asked(pki)["etcd1/server"], sans=["localhost"])))
    assert "EB311" in codes(result)
    assert result.exit_code is ExitCode.DRIFT


def test_the_next_certificate_for_the_same_key_takes_the_place_of_the_last(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    csr = asked(pki)["etcd1/server"]
    take(pki, files("a.pem", ROOT.sign(csr)))
    later = ROOT.sign(csr, days=200)
    take(pki, files("b.pem", later + ROOT.sign(csr, days=100)))
    assert (pki / "members/etcd1/server.pem").read_bytes() == later


def test_a_strangers_certificate_has_no_place(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    stranger = files("x.pem", ROOT.sign(request_of(ec_key(), name("web1"), sans=["web1"])))
    assert refused(pki, stranger) == ["EB362"]
    asked(pki)
    assert refused(pki, stranger, as_name="etcd1/server") == ["EB302"]


def test_one_whose_key_is_elsewhere_must_be_named(pki: Path, files: Files) -> None:
    take(pki, files("company.pem", ROOT.pem))
    alice = files("alice.pem", ROOT.sign(request_of(ec_key(), name("root"))))
    assert refused(pki, alice) == ["EB362"]
    take(pki, alice, as_name="client/root")
    assert set(contents(pki)) == {"ca.pem", "clients/root.pem", "issued.json"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"nothing", "EB343"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "EB301"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "EB301"),
        (dump_key(ec_key()), "EB362"),
        (request_of(ec_key(), name("x")), "EB362"),
    ],
)
def test_a_file_without_a_certificate_is_refused(pki: Path, files: Files, content: bytes, code: str) -> None:
    assert refused(pki, files("x.pem", content)) == [code]


def test_a_folder_is_read_whole_but_must_hold_something(pki: Path, files: Files, tmp_path: Path) -> None:
    take(pki, files("company.pem", ROOT.pem))
    for place, csr in asked(pki).items():
        files(place.replace("/", "-") + ".crt", ROOT.sign(csr))
    files("README", b"hello")
    assert len(take(pki, str(files.folder)).certificates) == 4
    (tmp_path / "empty").mkdir()
    with pytest.raises(Missing):
        take(pki, str(tmp_path / "empty"))


def test_certificates_for_keys_on_the_hosts_are_known_by_name_and_hosts(pki: Path, files: Files) -> None:
    plan = plan_of(2, certificates="source: csr")
    take(pki, files("company.pem", ROOT.pem), plan=plan)
    for member in (1, 2):
        for kind in ("server", "peer"):
            sans = [f"192.168.202.{member}", "localhost", "127.0.0.1"]
            csr = request_of(ec_key(), name(f"etcd{member}"), sans=sans)
            files(f"etcd{member}-{kind}.pem", ROOT.sign(csr))
    result = take(pki, str(files.folder), plan=plan)
    assert result.exit_code is ExitCode.OK, result.diagnostics
    assert [each.name for each in result.certificates if each.name != "ca"] == [
        f"etcd{member}/{kind}" for member in (1, 2) for kind in ("server", "peer")
    ]
    assert not list(pki.rglob("*-key.pem"))
    renewed = ROOT.sign(csr, days=200)
    take(pki, files("new.pem", renewed), plan=plan)  # now it is known by its key
    assert (pki / "members/etcd2/peer.pem").read_bytes() == renewed


# --- pairs that others made


def test_a_whole_pair_is_taken_both_or_neither(pki: Path, files: Files) -> None:
    key = ec_key()
    csr = request_of(key, name("root"))
    pair = [files("root.pem", ROOT.sign(csr)), files("root-key.pem", dump_key(key))]
    assert refused(pki, *pair) == ["EB359"]  # whose CA is that?
    take(pki, files("company.pem", ROOT.pem), *pair)
    assert (pki / "clients/root-key.pem").read_bytes() == dump_key(key)
    other = ec_key()
    again = [
        files("root.pem", ROOT.sign(request_of(other, name("root")))),
        files("root-key.pem", dump_key(other)),
    ]
    assert refused(pki, *again) == ["EB398"]  # another pair is there


def test_a_sealed_key_of_a_leaf_is_no_use(pki: Path, files: Files, tmp_path: Path) -> None:
    key = ec_key()
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"correct horse"))
    (tmp_path / "secret").write_text("correct horse")
    with pytest.raises(Refused) as caught:
        adopt(
            PLAN,
            pki,
            [
                files("company.pem", ROOT.pem),
                files("root.pem", ROOT.sign(request_of(key, name("root")))),
                files("root-key.pem", sealed),
            ],
            now=lambda: NOW,
            passphrases=Passphrases(tmp_path / "secret"),
        )
    assert [each.code for each in caught.value.diagnostics] == ["EB301"]


def test_a_lost_manifest_is_made_anew_from_what_fits(pki: Path) -> None:
    issue(PLAN, pki, now=lambda: NOW)
    (pki / ".etcdboot.json").unlink()
    before = contents(pki)
    with pytest.raises(Refused):
        issue(PLAN, pki, now=lambda: NOW)
    result = take(pki, str(pki))
    assert (contents(pki), result.exit_code, result.diagnostics) == (before, ExitCode.OK, ())
    assert issue(PLAN, pki, now=lambda: NOW).diagnostics == ()


# --- CAs


def test_a_ca_with_its_key_signs_from_now_on(pki: Path, files: Files) -> None:
    take(pki, files("ca.pem", ROOT.pem), files("ca-key.pem", key_pem(ROOT.key)))
    result = issue(PLAN, pki, now=lambda: NOW)
    assert result.exit_code is ExitCode.OK
    assert all(each.facts.signed for each in result.certificates)
    assert {str(each.severity) for each in result.diagnostics} == {"note"}


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_keys_come_in_other_forms_too(pki: Path, files: Files, encoding: Encoding) -> None:
    key = ROOT.key.private_bytes(encoding, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    take(pki, files("ca.pem", ROOT.pem), files("key", key))
    assert issue(PLAN, pki, now=lambda: NOW).exit_code is ExitCode.OK


def test_a_sealed_key_of_a_ca_stays_sealed(pki: Path, files: Files, tmp_path: Path) -> None:
    sealed = ROOT.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"correct horse")
    )
    (tmp_path / "secret").write_text("correct horse")
    secret = Passphrases(tmp_path / "secret")
    names = [files("ca.pem", ROOT.pem), files("ca-key.pem", sealed)]
    adopt(PLAN, pki, names, now=lambda: NOW, passphrases=secret)
    assert (pki / "ca-key.pem").read_bytes() == sealed
    assert issue(PLAN, pki, now=lambda: NOW, passphrases=secret).exit_code is ExitCode.OK


def test_a_wrong_passphrase_is_called_so(pki: Path, files: Files, tmp_path: Path) -> None:
    sealed = ROOT.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"correct horse")
    )
    (tmp_path / "secret").write_text("another horse")
    names = [files("ca.pem", ROOT.pem), files("ca-key.pem", sealed)]
    with pytest.raises(Refused) as caught:
        adopt(PLAN, pki, names, now=lambda: NOW, passphrases=Passphrases(tmp_path / "secret"))
    assert [each.code for each in caught.value.diagnostics] == ["EB335"]


def test_a_cas_key_that_cannot_sign_here_is_left_where_it_is(pki: Path, files: Files) -> None:
    key = Ed25519PrivateKey.generate()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("Company Root"))
        .issuer_name(name("Company Root"))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    ca = files("ca.pem", builder.sign(key, None).public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert refused(pki, ca, files("ca-key.pem", pem)) == ["EB367"]
    take(pki, ca)  # others sign
    assert (pki / "ca.pem").exists() and not (pki / "ca-key.pem").exists()


def test_a_ca_without_its_key_lets_others_sign(pki: Path, files: Files) -> None:
    take(pki, files("ca.pem", ROOT.pem))
    with pytest.raises(Refused) as caught:
        issue(PLAN, pki, now=lambda: NOW)
    assert {each.code for each in caught.value.diagnostics} == {"EB303"}
    assert "certs csr" in caught.value.diagnostics[0].hint
    asked(pki)
    result = issue(PLAN, pki, now=lambda: NOW)
    assert result.exit_code is ExitCode.OK
    assert codes(result).count("EB358") == 3


def test_a_ca_in_place_is_not_replaced(pki: Path, files: Files) -> None:
    take(pki, files("ca.pem", ROOT.pem))
    assert refused(pki, files("other.pem", Company("Other").pem)) == ["EB398"]
    assert refused(pki, files("other.pem", Company("Other").pem), as_name="ca") == ["EB398"]
    take(pki, files("again.pem", ROOT.pem))


def test_what_is_no_ca_cannot_be_one(pki: Path, files: Files) -> None:
    leaf = ROOT.sign(request_of(ec_key(), name("ca")))
    assert refused(pki, files("ca.pem", leaf), as_name="ca") == ["EB306"]


def test_an_issuing_ca_may_be_trusted_in_its_roots_place(pki: Path, files: Files) -> None:
    result = take(pki, files("issuing.pem", ISSUING.pem))
    assert "EB364" in codes(result)
    for csr in asked(pki).values():
        take(pki, files("x.pem", ISSUING.sign(csr)))
    assert issue(PLAN, pki, now=lambda: NOW).exit_code is ExitCode.OK


def test_of_a_chain_the_root_is_trusted_where_a_root_is_wanted(pki: Path, files: Files) -> None:
    take(pki, files("chain.pem", ISSUING.pem + ROOT.pem))
    assert (pki / "ca.pem").read_bytes() == ROOT.pem


def test_with_an_intermediate_both_have_a_place(pki: Path, files: Files) -> None:
    plan = plan_of(certificates="intermediate: true")
    take(pki, files("chain.pem", ISSUING.pem + ROOT.pem), files("key.pem", key_pem(ISSUING.key)), plan=plan)
    assert (pki / "root-ca.pem").read_bytes() == ROOT.pem
    assert (pki / "ca.pem").read_bytes() == ISSUING.pem
    result = issue(plan, pki, now=lambda: NOW)
    assert result.exit_code is ExitCode.OK, result.diagnostics
    assert (pki / "members/etcd1/server.pem").read_bytes().endswith(ISSUING.pem)


def test_our_own_intermediate_may_be_signed_by_a_company(pki: Path, files: Files) -> None:
    plan = plan_of(certificates="intermediate: true")
    take(pki, files("root.pem", ROOT.pem), plan=plan, as_name="root-ca")
    [made] = request(plan, pki, ["ca"]).requests
    sub = Company("test CA", ROOT)
    sub.key = ec_key()
    signed = _signed_ca(ROOT, made.file.read_bytes())
    take(pki, files("ca.pem", signed), plan=plan)
    result = issue(plan, pki, now=lambda: NOW)
    assert result.exit_code is ExitCode.OK, result.diagnostics


def test_two_cas_are_told_apart_by_name_or_asked_for(pki: Path, files: Files) -> None:
    plan = plan_of(certificates="ca: split")
    other = Company("Peers")
    assert refused(pki, files("a.pem", ROOT.pem), files("b.pem", other.pem), plan=plan) == ["EB363"]
    take(pki, files("a.pem", ROOT.pem), plan=plan, as_name="ca")
    take(pki, files("b.pem", other.pem), plan=plan)
    assert (pki / "peer-ca.pem").read_bytes() == other.pem


def test_for_a_split_the_files_names_tell(pki: Path, files: Files) -> None:
    plan = plan_of(certificates="ca: split")
    other = Company("Peers")
    take(pki, files("ca.pem", ROOT.pem), files("peer-ca.pem", other.pem), plan=plan)
    assert (pki / "peer-ca.pem").read_bytes() == other.pem
    assert (pki / "ca.pem").read_bytes() == ROOT.pem


def _signed_ca(company: Company, csr: bytes) -> bytes:
    """What a company gives whose request asks to be a CA."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    asked = x509.load_pem_x509_csr(csr)
    builder = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(company.certificate.subject)
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(hours=1))
        .not_valid_after(NOW + timedelta(days=1000))
    )
    for each in asked.extensions:
        builder = builder.add_extension(each.value, each.critical)
    return builder.sign(company.key, SHA256()).public_bytes(Encoding.PEM)
