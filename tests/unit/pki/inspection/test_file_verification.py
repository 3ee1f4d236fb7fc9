from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from etcdboot.base.addresses import parse_host, parse_san
from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.pki.inspection.file_inspection import portraits
from etcdboot.pki.inspection.file_verification import Given, Question, all_of, certifies
from etcdboot.plan.certificate_request import CertKind
from samples.certificates import NOW
from samples.foreign import BOTH, authority, made, new_key, sans, usage

ROOT = authority("root")
MIDDLE = authority("middle", issuer=ROOT, path_length=0)
SIGNING = usage(digital_signature=True)
LEAF = made("leaf", BOTH, SIGNING, sans("leaf.example", "10.0.0.1"), issuer=MIDDLE)
CLIENT = made("user", x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), SIGNING, issuer=ROOT)
NOTHING, SERVER = Question(), Question(CertKind.SERVER)


def judged(
    *contents: bytes,
    question: Question = NOTHING,
    now: datetime = NOW,
) -> list[Diagnostic]:
    files = [Given(f"{number}.pem", portraits(each, now)) for number, each in enumerate(contents, 1)]
    found = list(all_of(files, question, now))
    assert all(each.hint for each in found)
    return found


def codes(*contents: bytes, question: Question = NOTHING, now: datetime = NOW) -> list[str]:
    return [each.code for each in judged(*contents, question=question, now=now)]


def test_a_chain_with_its_key_and_its_root_is_well() -> None:
    chain = LEAF.pem + MIDDLE.pem
    question = Question(CertKind.SERVER, parse_host("leaf.example"))
    assert codes(chain, LEAF.key_pem, ROOT.pem, question=question) == []


def test_a_certificate_is_of_use_alone_where_it_signs_itself() -> None:
    assert codes(ROOT.pem) == []
    assert codes(ROOT.pem, question=Question(CertKind.CA)) == []


@pytest.mark.parametrize("files", [(LEAF.pem,), (LEAF.pem, ROOT.pem), (LEAF.pem, MIDDLE.pem)])
def test_a_ca_that_lacks_on_the_way_to_the_root_is_named(files: tuple[bytes, ...]) -> None:
    found = judged(*files)
    assert {each.code for each in found} == {"EB317"}
    assert "is not among the files" in found[0].message


def test_a_ca_that_may_not_sign_is_named() -> None:
    signer = made("signer", SIGNING)
    assert codes(made("x", issuer=signer).pem, signer.pem) == ["EB306"]


@pytest.mark.parametrize(("days", "code"), [(31, "EB314"), (-1, "EB314")])
def test_dates_are_judged(days: int, code: str) -> None:
    assert codes(made("x").pem, now=NOW + timedelta(days=days)) == [code]


def test_a_cas_dates_have_a_code_of_their_own() -> None:
    assert codes(ROOT.pem, now=NOW + timedelta(days=31)) == ["EB305"]


@pytest.mark.parametrize(
    ("question", "file", "code"),
    [
        (SERVER, CLIENT.pem, ["EB312"]),
        (Question(CertKind.PEER), CLIENT.pem, ["EB312"]),
        (Question(CertKind.CLIENT), CLIENT.pem, []),
        (Question(CertKind.CA), ROOT.pem, []),
        (Question(CertKind.CA), CLIENT.pem, []),  # the root beside it is the CA
        (Question(host=parse_host("leaf.example")), CLIENT.pem, ["EB311"]),
    ],
)
def test_the_purpose_is_judged(question: Question, file: bytes, code: list[str]) -> None:
    assert codes(file, ROOT.pem, question=question) == code


def test_a_certificate_for_another_use_of_its_key_is_none() -> None:
    other = made("x", BOTH, usage(key_cert_sign=True))
    assert codes(other.pem, question=SERVER) == ["EB312"]


@pytest.mark.parametrize(
    "extensions",
    [(), (SIGNING,), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]),)],
)
def test_who_says_nothing_of_usages_is_good_for_all(extensions: tuple[x509.ExtensionType, ...]) -> None:
    assert codes(made("x", *extensions).pem, question=SERVER) == []


def test_a_ca_that_may_only_sign_lists_is_none() -> None:
    other = made("x", x509.BasicConstraints(True, None), SIGNING)
    assert codes(other.pem, question=Question(CertKind.CA)) == ["EB306"]


@pytest.mark.parametrize(("question", "file"), [(SERVER, ROOT.pem), (Question(CertKind.CA), made("x").pem)])
def test_what_is_asked_for_and_not_among_the_files_is_told(question: Question, file: bytes) -> None:
    assert codes(file, question=question) == ["EB312"]


def test_a_key_of_none_of_the_certificates_is_told() -> None:
    found = judged(ROOT.pem, CLIENT.pem, LEAF.key_pem)
    assert [(each.code, each.file) for each in found] == [("EB302", "3.pem")]


def test_a_key_alone_is_compared_with_nothing() -> None:
    assert codes(LEAF.key_pem) == []


def test_an_encrypted_key_is_warned_of() -> None:
    key = new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    assert [(each.code, each.severity) for each in judged(ROOT.pem, key)] == [("EB301", Severity.WARNING)]


def test_a_chain_in_the_wrong_order_is_warned_of() -> None:
    assert codes(MIDDLE.pem + LEAF.pem, ROOT.pem) == ["EB348"]
    assert codes(LEAF.pem + ROOT.pem, MIDDLE.pem) == ["EB348"]


def test_a_flaw_is_warned_of() -> None:
    found = judged(made("x", x509.UnrecognizedExtension(x509.KeyUsage.oid, b"nonsense")).pem)
    assert [each.code for each in found] == ["EB301", "EB343"]


@pytest.mark.parametrize(
    ("san", "host", "fits"),
    [
        ("a.example", "a.example", True),
        ("a.example", "b.example", False),
        ("*.b.example", "a.b.example", True),
        ("*.b.example", "b.example", False),
        ("*.b.example", "x.a.b.example", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("::1", "0:0:0:0:0:0:0:1", True),
    ],
)
def test_a_wildcard_stands_for_one_label(san: str, host: str, fits: bool) -> None:
    assert certifies(parse_san(san), parse_host(host)) is fits
