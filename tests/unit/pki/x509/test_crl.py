from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from etcdboot.effects.random_source import new_key, new_serial
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.crl_entry import Reason, Revoked
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.pki.x509.signing import Authority, Pair, issue, signing_hash
from etcdboot.spec.spec import KeyAlgorithm
from samples.certificates import AUTHORITY, DAY, NOW

REVOKED = (
    Revoked(9, "client/ann", NOW - timedelta(days=1), NOW + timedelta(days=9)),
    Revoked(7, "client/bob", NOW, NOW + timedelta(days=9), Reason.KEY_COMPROMISE),
)


def made(algorithm: KeyAlgorithm = KeyAlgorithm.ECDSA_P256) -> Pair:
    return issue(AUTHORITY, new_key(algorithm), None, now=NOW, serial=new_serial())


def signed(pair: Pair, *, number: int = 5) -> bytes:
    return crl.make(Authority.load(pair), REVOKED, number=number, now=NOW, lifetime=30 * DAY)


@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ECDSA_P384, KeyAlgorithm.RSA_2048]
)
def test_what_is_made_is_read_back(algorithm: KeyAlgorithm) -> None:
    pair = made(algorithm)
    facts = crl.read(signed(pair), pair.certificate)
    assert (facts.number, sorted(facts.serials)) == (5, [7, 9])
    assert (facts.signed, facts.is_der) == (True, True)
    assert facts.this_update == NOW - timedelta(minutes=5)
    assert facts.next_update == NOW + timedelta(days=30)


def test_entries_are_sorted_and_have_a_reason_where_one_is_given() -> None:
    found = list(x509.load_der_x509_crl(signed(made())))
    assert [each.serial_number for each in found] == [7, 9]
    assert found[0].extensions.get_extension_for_class(x509.CRLReason).value.reason == (
        x509.ReasonFlags.key_compromise
    )
    assert len(found[1].extensions) == 0


def test_it_points_at_the_key_that_signed_it() -> None:
    pair = made()
    found = x509.load_der_x509_crl(signed(pair)).extensions
    own = x509.load_pem_x509_certificate(pair.certificate).extensions
    pointer = found.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert pointer == own.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def test_the_pem_form_is_the_same_list() -> None:
    pair = made()
    der = signed(pair)
    pem = crl.as_pem(der)
    assert x509.load_pem_x509_crl(pem).public_bytes(Encoding.DER) == der
    assert crl.read(pem, pair.certificate).is_der is False


def test_another_ca_has_not_signed_it_even_of_the_same_name() -> None:
    assert crl.read(signed(made()), made().certificate).signed is False
    assert crl.read(signed(made()), made(KeyAlgorithm.RSA_2048).certificate).signed is False
    assert crl.read(signed(made()), None).signed is False


def test_a_ca_of_another_name_or_with_a_key_that_signs_no_list_has_not_signed_it() -> None:
    renamed = replace(AUTHORITY, subject=(("CN", "other CA"),))
    other = issue(renamed, new_key(AUTHORITY.key), None, now=NOW, serial=new_serial())
    key = X25519PrivateKey.generate().public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")])
    unfit = (
        x509.CertificateBuilder(name, name, key, 1, NOW, NOW + timedelta(days=1))
        .sign(new_key(AUTHORITY.key), SHA256())
        .public_bytes(Encoding.PEM)
    )
    assert [crl.read(signed(made()), each).signed for each in (other.certificate, unfit)] == [False, False]


@pytest.mark.parametrize(
    "content", [b"", b"\x30\x00", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"]
)
def test_anything_else_is_no_list(content: bytes) -> None:
    with pytest.raises(Unreadable, match="no revocation list"):
        crl.read(content, None)


def test_a_list_without_a_number_and_an_end_is_read_all_the_same() -> None:
    pair = made()
    authority = Authority.load(pair)
    bare = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=1))
        .sign(authority.key, signing_hash(authority.key))
    )
    assert crl.read(bare.public_bytes(Encoding.DER), pair.certificate).number == 0
