from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from etcdboot.effects.random_source import new_key
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_hash
from etcdboot.pki.x509.csr_policy import excess, left_out
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.plan.certificate_request import CertRequest
from etcdboot.spec.spec import KeyAlgorithm
from samples.certificates import AUTHORITY, CLIENT, SERVER
from samples.requests import BOTH, ec_key, name, request_of

CONSTRAINED = replace(AUTHORITY, constraints=("example.com",), path_length=1)


@pytest.mark.parametrize("wanted", [SERVER, CLIENT], ids=["server", "client"])
@pytest.mark.parametrize("kind", [KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ECDSA_P384, KeyAlgorithm.RSA_2048])
def test_our_own_request_asks_for_just_what_is_planned(wanted: CertRequest, kind: KeyAlgorithm) -> None:
    wanted, key = replace(wanted, key=kind), new_key(kind)
    facts = csr.read(csr.make(wanted, key))
    assert excess(wanted, facts) == ()
    assert list(left_out(wanted, facts)) == []
    assert (facts.subject, facts.sans, facts.usages) == (wanted.subject, wanted.sans, wanted.usages)
    assert facts.public_key == public_hash(key.public_key())


def test_the_request_of_a_ca_asks_to_be_one() -> None:
    facts = csr.read(csr.make(CONSTRAINED, ec_key()))
    assert (facts.is_ca, facts.key_usages) == (True, ("keyCertSign", "cRLSign"))
    assert facts.extensions == ("nameConstraints",)


def test_der_and_netscapes_label_are_read_too() -> None:
    pem = request_of(ec_key(), name("etcd1"))
    der = x509.load_pem_x509_csr(pem).public_bytes(Encoding.DER)
    old = pem.replace(b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST")
    assert csr.read(pem) == csr.read(der) == csr.read(old)
    assert csr.holds_request(pem) and csr.holds_request(old)
    assert not csr.holds_request(der)  # a folder's DER files are told by their suffix


def test_all_that_a_request_wants_is_seen() -> None:
    wish = x509.SubjectAlternativeName(
        [
            x509.DNSName("A.example.com"),
            x509.RFC822Name("root@example.com"),
            x509.UniformResourceIdentifier("spiffe://x"),
            x509.IPAddress(ip_address("2001:db8::1")),
        ]
    )
    facts = csr.read(
        request_of(
            ec_key(),
            name("etcd1", "Widgits\x1b[2J"),
            (wish, False),
            (x509.ExtendedKeyUsage(list(BOTH)), False),
            (x509.TLSFeature([x509.TLSFeatureType.status_request]), False),
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
        )
    )
    assert [str(each) for each in facts.sans] == ["a.example.com", "2001:db8::1"]
    assert facts.others == ("email:root@example.com", "URI:spiffe://x")
    assert facts.extensions == ("TLSFeature", "1.2.3.4")
    assert facts.subject[0] == ("O", "Widgits\\x1b[2J")


def test_a_request_that_another_key_signed_is_told() -> None:
    mine, other = (x509.load_pem_x509_csr(request_of(ec_key(), name("etcd1"))) for _ in range(2))
    der = mine.public_bytes(Encoding.DER)
    forged = der.replace(
        mine.signature, other.signature[: len(mine.signature)].ljust(len(mine.signature), b"\0")
    )
    assert csr.read(der).signed
    assert not csr.read(forged).signed


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"hello", "no request"),
        (request_of(ec_key(), name("a")) + request_of(ec_key(), name("b")), "2 requests"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "damaged"),
        (b"\x30\x03\x02\x01\x05", "damaged"),
    ],
)
def test_what_is_no_request_is_told(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        csr.read(content)


def test_other_kinds_of_keys_are_named() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(name("etcd1"))
    pem = builder.sign(ed25519.Ed25519PrivateKey.generate(), None).public_bytes(Encoding.PEM)
    assert csr.read(pem).key == "ed25519"
    assert csr.read(request_of(ec.generate_private_key(ec.SECP521R1()), name("etcd1"))).key == "ecdsa-p521"


def test_a_request_that_contradicts_itself_is_told() -> None:
    extensions = ((x509.ExtendedKeyUsage(list(BOTH)), False),)
    pem = request_of(ec_key(), name("etcd1"), *extensions, sans=["a"])
    usages, names = bytes.fromhex("0603551d25"), bytes.fromhex("0603551d11")
    der = x509.load_pem_x509_csr(pem).public_bytes(Encoding.DER).replace(usages, names, 1)
    with pytest.raises(Unreadable, match="malformed"):
        csr.read(der)
