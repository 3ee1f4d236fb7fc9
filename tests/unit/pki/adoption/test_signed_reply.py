from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.pki.adoption import signed_reply
from etcdboot.pki.x509.certificate import public_hash
from etcdboot.pki.x509.pem import Unreadable, dump_key, load_certificate
from samples.certificates import NOW
from samples.requests import Company, ec_key, name, request_of

ROOT = Company()
ISSUING = Company("Company Issuing", ROOT)
KEY = ec_key()
ASKED = request_of(KEY, name("etcd1"), sans=["10.0.0.1"])
LEAF = ISSUING.sign(ASKED)
PUBLIC = public_hash(KEY.public_key())


def reply(output: bytes) -> bytes | Diagnostic:
    return signed_reply.reply("etcd1/server", PUBLIC, output, (ROOT.certificate,))


@pytest.mark.parametrize(
    "output",
    [
        LEAF + ISSUING.pem,
        LEAF + ISSUING.pem + ROOT.pem,
        ROOT.pem + ISSUING.pem + LEAF,
        b"Signed it.\n" + ISSUING.pem + b"and\n" + LEAF + b"bye\n",
        LEAF + LEAF + ISSUING.pem,
        LEAF + Company("Stranger").pem + ISSUING.pem,
    ],
)
def test_the_certificate_comes_first_and_the_root_does_not_come(output: bytes) -> None:
    assert reply(output) == LEAF + ISSUING.pem


def test_without_its_intermediate_it_stands_alone() -> None:
    assert reply(LEAF) == LEAF


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (b"", "no certificate"),
        (b"\x1b[2Jerror: no\n", r"no certificate; it begins '\x1b[2Jerror"),
        (dump_key(ec_key()), "no certificate, but a private key, which nobody asked for"),
        (ISSUING.pem, "no certificate for the key"),
        (ISSUING.sign(request_of(ec_key(), name("etcd1"))), "no certificate for the key"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
    ],
)
def test_an_answer_that_is_none_is_told(output: bytes, said: str) -> None:
    found = reply(output)
    assert isinstance(found, Diagnostic)
    assert found.code == "EB361"
    assert said in found.message
    assert "BEGIN PRIVATE" not in found.message


def test_bags_and_bare_certificates_are_opened() -> None:
    bag = [load_certificate(each) for each in (LEAF, ISSUING.pem)]
    der = pkcs7.serialize_certificates(bag, Encoding.DER)
    pem = pkcs7.serialize_certificates(bag, Encoding.PEM)
    cms = b"-----BEGIN CMS-----\n" + base64.encodebytes(der) + b"-----END CMS-----\n"
    for content in (der, pem, cms):
        assert set(signed_reply.certificates(content)) == set(bag)
    assert signed_reply.certificates(bag[0].public_bytes(Encoding.DER)) == (bag[0],)
    assert signed_reply.certificates(ASKED) == signed_reply.certificates(b"\x30\x00") == ()
    with pytest.raises(Unreadable, match="number 1 in it, the pkcs7"):
        signed_reply.certificates(b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n")


def test_of_two_certificates_for_a_key_the_later_one_counts() -> None:
    later = ISSUING.sign(ASKED, days=300)
    pool = [load_certificate(each) for each in (LEAF, later, LEAF)]
    assert signed_reply.path_of(PUBLIC, pool, ())[0] == load_certificate(later)
    assert signed_reply.path_of("", pool, ()) == ()


def flaws(pem: bytes) -> list[str]:
    found = list(signed_reply.flaws("etcd1/server", pem, (ROOT.certificate,), NOW))
    assert {each.code for each in found} <= {"EB365"}
    return [each.message for each in found]


def test_a_chain_that_holds_has_no_flaws() -> None:
    assert flaws(LEAF + ISSUING.pem) == []
    assert flaws(ROOT.sign(ASKED)) == []


def test_an_intermediate_that_has_expired_is_named() -> None:
    old = Company("Old Issuing", ROOT, days=0)
    [said] = flaws(old.sign(ASKED) + old.pem)
    assert "CN=Old Issuing" in said and "valid only from" in said


def test_one_that_may_not_sign_is_named() -> None:
    """Its certificate is an ordinary one, as any member has."""
    fake = Company("Fake", ROOT)
    fake.certificate = load_certificate(ROOT.sign(request_of(fake.key, name("Fake"))))
    [said] = flaws(fake.sign(ASKED) + fake.pem)
    assert "CN=Fake is no CA" in said


def test_certificates_that_nobody_understands_are_passed_over() -> None:
    known, unknown = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030163")
    odd = load_certificate(LEAF).public_bytes(Encoding.DER).replace(known, unknown, 1)
    pool = [*signed_reply.certificates(odd), load_certificate(LEAF)]
    assert signed_reply.path_of(PUBLIC, pool, ()) == (pool[1],)


def test_a_leaf_with_extensions_that_contradict_each_other_is_judged_without_its_names() -> None:
    usages, names = bytes.fromhex("0603551d25"), bytes.fromhex("0603551d11")
    odd = load_certificate(LEAF).public_bytes(Encoding.DER).replace(usages, names, 1)
    pem = signed_reply.dump(signed_reply.certificates(odd))
    assert isinstance(list(signed_reply.flaws("etcd1/server", pem, (ROOT.certificate,), NOW)), list)
