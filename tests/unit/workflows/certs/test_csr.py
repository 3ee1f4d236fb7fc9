from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509

from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.progress import Event
from etcdboot.effects.passphrase import Passphrases
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_key_of
from etcdboot.workflows.certs.adopt import adopt
from etcdboot.workflows.certs.csr import CsrResult, request
from etcdboot.workflows.certs.issue import issue
from samples.certificates import NOW, plan_of
from samples.requests import Company

PLAN = plan_of()
CSR_PLAN = plan_of(certificates="source: csr")
ALL = ["etcd1/server", "etcd1/peer", "client/root"]


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    return tmp_path / "pki"


def contents(pki: Path) -> dict[str, bytes]:
    files = (each for each in pki.rglob("*") if each.is_file() and each.name != ".etcdboot.json")
    return {str(each.relative_to(pki)): each.read_bytes() for each in files}


def code_of(error: pytest.ExceptionInfo[Refused]) -> str:
    [code] = {each.code for each in error.value.diagnostics}
    assert all(each.hint for each in error.value.diagnostics)
    return code


def test_a_key_and_a_request_are_made_for_all_but_the_cas(pki: Path) -> None:
    heard: list[Event] = []

    def hear(event: Event) -> None:
        heard.append(event)

    result = request(PLAN, pki, everything=True, reporter=hear)
    assert [each.name for each in result.requests] == ALL
    assert [(each.done, each.total) for each in heard] == [(1, 3), (2, 3), (3, 3)]
    assert set(contents(pki)) == {
        *("members/etcd1/server-key.pem", "members/etcd1/peer-key.pem", "clients/root-key.pem"),
        *("csr/etcd1-server.csr", "csr/etcd1-peer.csr", "csr/client-root.csr"),
    }
    for each in result.requests:
        facts = csr.read(each.file.read_bytes())
        assert facts.signed and each.is_new
        assert [str(san) for san in facts.sans] == list(each.sans)
    key = (pki / "members/etcd1/server-key.pem").read_bytes()
    assert public_key_of(key) == csr.read((pki / "csr/etcd1-server.csr").read_bytes()).public_key


def test_only_the_owner_sees_the_keys(pki: Path) -> None:
    request(PLAN, pki, everything=True)
    for path in pki.rglob("*-key.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (pki, pki / "members/etcd1"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_run_keeps_keys_and_requests(pki: Path) -> None:
    request(PLAN, pki, everything=True)
    before = contents(pki)
    again = request(PLAN, pki, everything=True)
    assert contents(pki) == before
    assert [each.is_new for each in again.requests] == [False] * 3


def test_a_plan_that_asks_for_more_makes_the_request_anew_and_keeps_the_key(pki: Path) -> None:
    request(PLAN, pki, everything=True)
    before = contents(pki)
    result = request(plan_of(certificates="sans: [etcd.example.com]"), pki, everything=True)
    assert [each.is_new for each in result.requests] == [True, False, False]
    after = contents(pki)
    assert {path for path in after if after[path] != before[path]} == {"csr/etcd1-server.csr"}


def test_a_request_that_was_spoilt_is_made_anew(pki: Path) -> None:
    request(PLAN, pki, ["client/root"])
    (pki / "csr/client-root.csr").write_bytes(b"")
    with pytest.raises(Refused) as caught:  # it is not as we wrote it
        request(PLAN, pki, ["client/root"])
    assert code_of(caught) == "EB401"
    (pki / "csr/client-root.csr").unlink()
    assert request(PLAN, pki, ["client/root"]).requests[0].is_new


def test_only_what_is_named_is_made_whatever_its_case(pki: Path) -> None:
    assert [each.name for each in request(PLAN, pki, ["ETCD1/Server"]).requests] == ["etcd1/server"]
    assert len(contents(pki)) == 2


@pytest.mark.parametrize(
    ("names", "said"),
    [([], "no certificate is named"), (["etcd9/server"], "etcd9/server"), (["CA"], "ca is at the top")],
)
def test_what_cannot_be_asked_for_is_refused(pki: Path, names: list[str], said: str) -> None:
    with pytest.raises((UsageError, Refused), match=said):
        request(PLAN, pki, names)


def test_an_issued_certificates_key_is_kept_for_the_next_one(pki: Path) -> None:
    issue(PLAN, pki, now=lambda: NOW)
    before = contents(pki)
    request(PLAN, pki, ["etcd1/server"])
    assert {path for path in contents(pki) if path not in before} == {"csr/etcd1-server.csr"}
    assert all(contents(pki)[path] == before[path] for path in before)


def test_a_ca_below_a_root_may_ask_too(pki: Path) -> None:
    plan = plan_of(certificates="intermediate: true")
    [made] = request(plan, pki, ["ca"]).requests
    facts = csr.read(made.file.read_bytes())
    assert facts.is_ca and facts.common_name == "test CA"
    with pytest.raises(Refused) as caught:  # until it is signed
        issue(plan, pki, now=lambda: NOW)
    assert {each.code for each in caught.value.diagnostics} >= {"EB358"}


def test_a_sealed_key_of_a_ca_is_opened_to_ask(pki: Path, tmp_path: Path) -> None:
    plan = plan_of(certificates="intermediate: true")
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n")
    issue(plan, pki, now=lambda: NOW, passphrases=Passphrases(secret, encrypts=True))
    result: CsrResult = request(plan, pki, ["ca"], passphrases=Passphrases(secret))
    assert csr.read(result.requests[0].file.read_bytes()).signed
    secret.write_text("battery staple\n")
    with pytest.raises(Refused) as caught:
        request(plan, pki, ["ca"], passphrases=Passphrases(secret))
    assert code_of(caught) == "EB301"


def test_keys_of_the_hosts_are_asked_for_there(pki: Path) -> None:
    result = request(CSR_PLAN, pki, everything=True)
    assert [each.name for each in result.requests] == ["client/root"]
    assert {(each.code, str(each.severity)) for each in result.diagnostics} == {("EB357", "note")}
    with pytest.raises(Refused) as caught:
        request(CSR_PLAN, pki, ["etcd1/server"])
    assert code_of(caught) == "EB357"


def test_what_stands_in_the_way_is_not_touched(pki: Path) -> None:
    (pki / "members/etcd1").mkdir(parents=True)
    (pki / "members/etcd1/server-key.pem").write_text("mine")
    with pytest.raises(Refused) as caught:
        request(PLAN, pki, everything=True)
    assert code_of(caught) == "EB402"
    assert contents(pki) == {"members/etcd1/server-key.pem": b"mine"}


def test_a_key_that_is_gone_is_not_replaced(pki: Path) -> None:
    issue(PLAN, pki, now=lambda: NOW)
    (pki / "members/etcd1/server-key.pem").unlink()
    with pytest.raises(Refused) as caught:
        request(PLAN, pki, ["etcd1/server"])
    assert code_of(caught) == "EB310"


def test_copies_go_where_they_are_wanted(pki: Path, tmp_path: Path) -> None:
    out = tmp_path / "for-the-ca"
    result = request(PLAN, pki, everything=True, out=out)
    assert [each.file for each in result.requests] == [out / f"{each.replace('/', '-')}.csr" for each in ALL]
    assert (out / "client-root.csr").read_bytes() == (pki / "csr/client-root.csr").read_bytes()
    later = plan_of(certificates="sans: [etcd.example.com]")
    request(later, pki, everything=True, out=out)  # a request of the same key is ours to replace
    asked = x509.load_pem_x509_csr((out / "etcd1-server.csr").read_bytes())
    assert "etcd.example.com" in str(asked.extensions.get_extension_for_class(x509.SubjectAlternativeName))


@pytest.mark.parametrize("there", [b"somebody's notes", b""])
def test_somebody_elses_file_is_not_replaced_by_a_copy(pki: Path, tmp_path: Path, there: bytes) -> None:
    (tmp_path / "client-root.csr").write_bytes(there)
    with pytest.raises(Refused) as caught:
        request(PLAN, pki, ["client/root"], out=tmp_path)
    assert code_of(caught) == "EB005"
    assert "--out" in caught.value.diagnostics[0].hint
    assert (tmp_path / "client-root.csr").read_bytes() == there


def test_a_request_goes_when_its_certificate_comes(pki: Path, tmp_path: Path) -> None:
    company = Company()
    (tmp_path / "ca.pem").write_bytes(company.pem)
    adopt(PLAN, pki, [str(tmp_path / "ca.pem")], now=lambda: NOW)
    [made] = request(PLAN, pki, ["client/root"]).requests
    (tmp_path / "root.pem").write_bytes(company.sign(made.file.read_bytes()))
    adopt(PLAN, pki, [str(tmp_path / "root.pem")], now=lambda: NOW)
    assert not made.file.exists()
    assert (pki / "clients/root.pem").exists()
