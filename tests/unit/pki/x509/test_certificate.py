from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from etcdboot.base.addresses import Host, HostKind
from etcdboot.pki.store.audit import audit
from etcdboot.pki.x509.certificate import key_type, public_key_of, read
from etcdboot.pki.x509.pem import Unreadable, dump_certificate, dump_key
from etcdboot.pki.x509.signing import Authority, issue
from etcdboot.spec.subject_names import permitted
from samples.certificates import AUTHORITY, CLIENT, NOW, SERVER
from samples.requests import Company, ec_key, name, request_of

KEY = ec.generate_private_key(ec.SECP256R1())
CA = issue(AUTHORITY, ec.generate_private_key(ec.SECP256R1()), None, now=NOW, serial=7)


def foreign(*extensions: x509.ExtensionType) -> bytes:
    """A certificate that somebody else made, with these extensions."""
    attributes = [x509.NameAttribute(oid, "x") for oid in (NameOID.COMMON_NAME, NameOID.STREET_ADDRESS)]
    name = x509.Name(attributes)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1, NOW, NOW + timedelta(days=1))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return dump_certificate(builder.sign(KEY, SHA256()))


def test_a_certificate_of_ours_shows_what_was_asked_for() -> None:
    pair = issue(SERVER, KEY, Authority.load(CA), now=NOW, serial=2)
    facts = read(pair.certificate, CA.certificate)
    assert audit(SERVER, facts, NOW) == ()
    assert (facts.serial, facts.issuer, facts.signed) == (2, AUTHORITY.subject, True)
    assert set(facts.sans) == set(SERVER.sans)
    assert facts.public_key == public_key_of(pair.key)
    assert len(facts.sha256) == 64


def test_another_ca_of_the_same_name_has_not_signed_it() -> None:
    pair = issue(CLIENT, KEY, Authority.load(CA), now=NOW, serial=2)
    other = issue(AUTHORITY, ec.generate_private_key(ec.SECP256R1()), None, now=NOW, serial=8)
    assert not read(pair.certificate, other.certificate).signed
    assert not read(pair.certificate, None).signed


def test_other_peoples_certificates_are_read_too() -> None:
    bare = read(foreign(), None)
    assert (bare.sans, bare.usages, bare.key_usages, bare.is_ca) == ((), (), (), False)
    assert bare.subject == (("CN", "x"), ("2.5.4.9", "x"))
    names = x509.SubjectAlternativeName(
        [
            x509.DNSName("*.Example.com"),
            x509.IPAddress(ip_address("2001:db8::1")),
            x509.IPAddress(ip_address("10.0.0.1")),
            x509.RFC822Name("root@example.com"),
        ]
    )
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH])
    full = read(foreign(names, usages), None)
    assert full.sans == (
        Host("*.example.com", HostKind.DNS),
        Host("2001:db8::1", HostKind.IPV6),
        Host("10.0.0.1", HostKind.IPV4),
    )
    assert full.usages == ("1.3.6.1.5.5.7.3.3", "serverAuth")


def test_a_certificate_with_a_nonsense_extension_is_unreadable() -> None:
    broken = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"nonsense")
    with pytest.raises(Unreadable, match="malformed"):
        read(foreign(broken), None)


def test_a_network_certifies_no_host() -> None:
    network = x509.NameConstraints([x509.IPAddress(ip_network("10.0.0.0/8"))], None)
    assert read(foreign(network), None).sans == ()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (KEY.public_key(), "ecdsa-p256"),
        (ec.generate_private_key(ec.SECP384R1()).public_key(), "ecdsa-p384"),
        (ec.generate_private_key(ec.SECP521R1()).public_key(), "ecdsa-p521"),
        (ec.generate_private_key(ec.SECP256K1()).public_key(), "ecdsa-secp256k1"),
        (ec.generate_private_key(ec.BrainpoolP256R1()).public_key(), "ecdsa-brainpoolP256r1"),
        (rsa.generate_private_key(65537, 2048).public_key(), "rsa-2048"),
        (ed25519.Ed25519PrivateKey.generate().public_key(), "ed25519"),
        (dsa.generate_private_key(1024).public_key(), "dsa"),
    ],
)
def test_a_key_is_called_as_in_the_spec(key: CertificatePublicKeyTypes, name: str) -> None:
    assert key_type(key) == name


def test_each_key_has_a_hash_of_its_own() -> None:
    assert public_key_of(dump_key(KEY)) != public_key_of(CA.key)


def test_what_a_ca_is_held_to_is_read_back() -> None:
    held = replace(AUTHORITY, constraints=("example.com", "10.0.0.0/8"), path_length=3)
    facts = read(issue(held, KEY, None, now=NOW, serial=1).certificate, None)
    assert facts.path_length == 3
    assert facts.constraints == permitted(held.constraints)
    leaf = read(issue(SERVER, KEY, Authority.load(CA), now=NOW, serial=2).certificate, CA.certificate)
    assert (leaf.path_length, leaf.constraints) == (None, ())


def test_the_chain_in_a_file_is_the_one_that_is_wanted_in_its_order() -> None:
    leaf = issue(SERVER, KEY, Authority.load(CA), now=NOW, serial=2).certificate
    other = issue(AUTHORITY, KEY, None, now=NOW, serial=9).certificate
    pem = CA.certificate
    assert read(leaf, pem).chained
    assert read(leaf + pem, pem, pem).chained
    assert not read(leaf, pem, pem).chained
    assert not read(leaf + other, pem, pem).chained
    assert read(leaf + pem + other, pem, pem + other).chained
    assert not read(leaf + other + pem, pem, pem + other).chained


def test_a_chain_in_the_file_leads_to_its_root() -> None:
    root = Company("R")
    middle = Company("M", root)
    issuing = Company("I", middle)
    leaf = issuing.sign(request_of(ec_key(), name("x")))

    def leads(*above: bytes) -> bool:
        return read(b"".join((leaf, *above)), root.pem).signed

    assert leads(issuing.pem, middle.pem) and leads(middle.pem, issuing.pem)
    assert not leads() and not leads(issuing.pem) and not leads(middle.pem)
    damaged = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert not leads(damaged, issuing.pem, middle.pem)


def test_only_cas_lead_from_a_leaf_to_its_root() -> None:
    root = Company("R")
    fake = Company("F", root)
    fake.certificate = x509.load_pem_x509_certificate(root.sign(request_of(fake.key, name("F"))))
    leaf = fake.sign(request_of(ec_key(), name("x")))
    assert not read(leaf + fake.pem, root.pem).signed
    usages, names = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d13")
    honest = Company("F", root)
    der = honest.certificate.public_bytes(Encoding.DER).replace(usages, names, 1)  # two basicConstraints
    odd = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    assert not read(honest.sign(request_of(ec_key(), name("x"))) + odd, root.pem).signed
