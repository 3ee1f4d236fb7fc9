"""Certificates that a program of the user's signs: scripts that play the company's CA."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from etcdboot.base.errors import EtcdbootError, ExitCode, Missing, Refused
from etcdboot.pki.x509.certificate import read
from etcdboot.plan.plan import ClusterPlan, SignerPlan
from etcdboot.workflows.certs.adopt import adopt
from etcdboot.workflows.certs.csr import request
from etcdboot.workflows.certs.issue import CertsResult, issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.sign import sign
from etcdboot.workflows.certs.status import status
from samples.certificates import NOW, plan_of
from samples.requests import Company, ec_key, name, request_of

# What the fake CA is run with: it signs with the key in the folder, as `Company.sign` does.
SIGNER = """\
import os, sys
from datetime import UTC, datetime, timedelta
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

asked = x509.load_pem_x509_csr(sys.stdin.buffer.read())
log = open("log", "a")
print(*(os.environ["ETCDBOOT_CERT_" + each] for each in ("NAME", "USAGES", "LIFETIME", "CA")), file=log)
if os.environ["ETCDBOOT_CERT_NAME"] in open("refuse").read().split():
    print("policy says no", file=sys.stderr)
    sys.exit(4)
ca = x509.load_pem_x509_certificate(open("ca.pem", "rb").read())
key = load_pem_private_key(open("ca.key", "rb").read(), None)
usages = [getattr(ExtendedKeyUsageOID, {"serverAuth": "SERVER_AUTH", "clientAuth": "CLIENT_AUTH"}[each])
          for each in os.environ["ETCDBOOT_CERT_USAGES"].split(",")]
now = datetime.fromisoformat(open("now").read())
builder = (x509.CertificateBuilder().subject_name(asked.subject).issuer_name(ca.subject)
    .public_key(asked.public_key()).serial_number(x509.random_serial_number())
    .not_valid_before(now).not_valid_after(now + timedelta(seconds=int(os.environ["ETCDBOOT_CERT_LIFETIME"])))
    .add_extension(x509.ExtendedKeyUsage(usages), False))
for each in asked.extensions:
    if isinstance(each.value, (x509.SubjectAlternativeName, x509.KeyUsage)):
        builder = builder.add_extension(each.value, each.critical)
sys.stdout.buffer.write(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
sys.stdout.buffer.write(open("chain.pem", "rb").read())
"""
ROOT = Company()
ISSUING = Company("Company Issuing", ROOT)


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    """A folder with the company's root adopted, beside its signer's files."""
    key = ISSUING.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "ca.pem").write_bytes(ISSUING.pem)
    (tmp_path / "chain.pem").write_bytes(ISSUING.pem)
    (tmp_path / "ca.key").write_bytes(key)
    (tmp_path / "refuse").write_text("")
    (tmp_path / "now").write_text(NOW.isoformat())
    (tmp_path / "sign.py").write_text(SIGNER)
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    adopt(plan(tmp_path), tmp_path / "pki", [str(tmp_path / "root.pem")], now=lambda: NOW)
    return tmp_path / "pki"


def plan(folder: Path, certificates: str = "", *, command: tuple[str, ...] = ()) -> ClusterPlan:
    written = ", ".join(filter(None, ("signer: {command: [x]}", certificates)))
    signer = SignerPlan(command or (sys.executable, "sign.py"), 30.0, PurePosixPath(folder))
    return replace(plan_of(2, certificates=written), signer=signer)


def made(pki: Path, certificates: str = "", *, command: tuple[str, ...] = ()) -> CertsResult:
    return issue(plan(pki.parent, certificates, command=command), pki, now=lambda: NOW)


def contents(pki: Path) -> dict[str, bytes]:
    return {str(each.relative_to(pki)): each.read_bytes() for each in pki.rglob("*") if each.is_file()}


def failed(pki: Path, *, command: tuple[str, ...] = ()) -> EtcdbootError:
    """What stopped the run; it has written nothing."""
    before = contents(pki)
    with pytest.raises(EtcdbootError) as caught:
        made(pki, command=command)
    assert contents(pki) == before
    assert all(each.hint for each in caught.value.diagnostics)
    return caught.value


def test_it_signs_all_that_is_missing(pki: Path) -> None:
    result = made(pki)
    assert result.exit_code is ExitCode.OK, result.diagnostics
    names = ["etcd1/server", "etcd1/peer", "etcd2/server", "etcd2/peer", "client/root"]
    assert [each.name for each in result.certificates] == ["ca", *names]
    assert all(each.facts.signed for each in result.certificates)
    told = [line.split() for line in (pki.parent / "log").read_text().splitlines()]
    assert [line[0] for line in told] == names
    assert told[0][1:] == ["serverAuth,clientAuth", str(365 * 86400), "ca"]
    assert told[-1][1] == "clientAuth"
    served = (pki / "members/etcd1/server.pem").read_bytes()
    assert served.endswith(ISSUING.pem) and served.count(b"BEGIN") == 2
    assert (pki / "members/etcd1/server-key.pem").exists()
    assert not (pki / "ca-key.pem").exists()


def test_what_is_good_is_not_signed_again_and_stays_good(pki: Path) -> None:
    made(pki)
    before = contents(pki)
    (pki.parent / "log").unlink()
    assert made(pki).exit_code is ExitCode.OK
    assert contents(pki) == before
    assert not (pki.parent / "log").exists()
    assert status(plan(pki.parent), pki, now=lambda: NOW).exit_code is ExitCode.OK


@pytest.mark.parametrize("same_key", [False, True])
def test_it_renews(pki: Path, *, same_key: bool) -> None:
    made(pki)
    before = contents(pki)
    renew(plan(pki.parent), pki, ["etcd1/server"], same_key=same_key, now=lambda: NOW)
    changed = {path for path, content in contents(pki).items() if before[path] != content}
    key = set() if same_key else {"members/etcd1/server-key.pem"}
    assert changed - {".etcdboot.json", "issued.json"} == {"members/etcd1/server.pem"} | key


def test_when_the_third_of_five_fails_nothing_is_written(pki: Path) -> None:
    (pki.parent / "refuse").write_text("etcd2/server")
    problem = failed(pki)
    assert isinstance(problem, Refused)
    [found] = problem.diagnostics
    assert found.code == "EB360"
    assert "etcd2/server (number 3 of 5)" in found.message
    assert "status 4; it said: policy says no" in found.message
    assert len((pki.parent / "log").read_text().splitlines()) == 3


def test_what_is_not_signed_yet_is_not_told_as_made(pki: Path) -> None:
    (pki.parent / "refuse").write_text("etcd2/server")
    said: list[str] = []
    with pytest.raises(Refused):
        issue(plan(pki.parent), pki, now=lambda: NOW, reporter=lambda event: said.append(event.text))
    assert said[-1] == "asking for the server etcd2 certificate"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("/bin/sh", "-c", "echo hello"), "EB361", "holds no certificate; it begins"),
        (("cat", "root.pem"), "EB361", "no certificate for the key"),
        (("cat",), "EB361", "holds no certificate"),
        (("./no-such-program",), "EB360", "cannot be run"),
    ],
)
def test_what_is_no_answer_is_told(pki: Path, command: tuple[str, ...], code: str, said: str) -> None:
    problem = failed(pki, command=command)
    assert [each.code for each in problem.diagnostics] == [code]
    assert said in problem.diagnostics[0].message
    assert isinstance(problem, Missing) == command[0].startswith("./")


def test_what_etcd_cannot_use_is_refused_like_any_adopted_one(pki: Path) -> None:
    script = SIGNER.replace('["ETCDBOOT_CERT_USAGES"].split(",")', '["ETCDBOOT_CERT_USAGES"].split(",")[:1]')
    (pki.parent / "sign.py").write_text(script)
    assert {each.code for each in failed(pki).diagnostics} == {"EB312"}
    (pki.parent / "sign.py").write_text(SIGNER)
    (pki.parent / "chain.pem").write_bytes(b"")
    assert {each.code for each in failed(pki).diagnostics} == {"EB317"}


@pytest.mark.parametrize(("later", "code"), [(timedelta(minutes=4), ""), (timedelta(hours=1), "EB314")])
def test_its_clock_may_be_a_little_ahead(pki: Path, later: timedelta, code: str) -> None:
    (pki.parent / "now").write_text((NOW + later).isoformat())
    if code:
        assert {each.code for each in failed(pki).diagnostics} == {code}
    else:
        assert made(pki).exit_code is ExitCode.OK


def test_its_own_lifetimes_are_noted_and_borne(pki: Path) -> None:
    (pki.parent / "sign.py").write_text(
        SIGNER.replace("now + timedelta(seconds=", "now + 2 * timedelta(seconds=")
    )
    result = made(pki)
    assert result.exit_code is ExitCode.OK
    assert {each.code for each in result.diagnostics} == {"EB392"}


def test_without_the_companys_ca_nothing_can_be_checked(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        issue(plan(tmp_path), tmp_path / "pki", now=lambda: NOW)
    assert [each.code for each in caught.value.diagnostics] == ["EB359"]


def test_it_signs_the_requests_of_the_hosts(pki: Path) -> None:
    planned = plan(pki.parent, "source: csr")
    key = ec_key()
    file = pki.parent / "etcd1-server.csr"
    file.write_bytes(request_of(key, name("etcd1"), sans=["localhost", "127.0.0.1", "192.168.202.1"]))
    result = sign(planned, pki, [str(file)], now=lambda: NOW)
    assert result.exit_code is ExitCode.OK, result.diagnostics
    facts = read((pki / "members/etcd1/server.pem").read_bytes(), (pki / "ca.pem").read_bytes())
    assert facts.signed
    with pytest.raises(Refused) as caught:  # only its host can ask again
        renew(planned, pki, ["etcd1/server"], now=lambda: NOW)
    assert [each.code for each in caught.value.diagnostics] == ["EB357"]


def test_requests_may_still_be_carried_by_hand(pki: Path) -> None:
    planned = plan(pki.parent)
    for each in request(planned, pki, everything=True).requests:
        file = pki.parent / "signed.pem"
        file.write_bytes(ISSUING.sign(each.file.read_bytes()) + ISSUING.pem)
        adopt(planned, pki, [str(file)], now=lambda: NOW)
    assert made(pki).exit_code is ExitCode.OK
    assert not (pki.parent / "log").exists()
