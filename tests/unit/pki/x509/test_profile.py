from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from etcdboot.pki.x509 import profile
from etcdboot.plan.certificate_request import CertRequest
from samples.certificates import AUTHORITY, CLIENT, NOW, SERVER

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


def table(request: CertRequest, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = EC_KEY) -> set[str]:
    """The extensions' names, with a mark on the critical ones."""
    pointer = profile.own_key_identifier(key.public_key())
    return {
        f"{type(extension).__name__}{'!' if critical else ''}"
        for extension, critical in profile.extensions(request, key.public_key(), pointer)
    }


ALWAYS = {"BasicConstraints!", "KeyUsage!", "SubjectKeyIdentifier", "AuthorityKeyIdentifier"}


def test_each_kind_has_its_extensions() -> None:
    assert table(AUTHORITY) == ALWAYS
    assert table(CLIENT) == ALWAYS | {"ExtendedKeyUsage"}
    assert table(SERVER) == ALWAYS | {"ExtendedKeyUsage", "SubjectAlternativeName"}


def test_names_are_critical_where_nothing_else_names_the_subject() -> None:
    assert "SubjectAlternativeName!" in table(replace(SERVER, subject=()))


@pytest.mark.parametrize(
    ("request_", "key", "usages"),
    [
        (SERVER, EC_KEY, {"digital_signature"}),
        (SERVER, RSA_KEY, {"digital_signature", "key_encipherment"}),
        (CLIENT, EC_KEY, {"digital_signature"}),
        (CLIENT, RSA_KEY, {"digital_signature"}),
        (AUTHORITY, EC_KEY, {"key_cert_sign", "crl_sign"}),
        (AUTHORITY, RSA_KEY, {"key_cert_sign", "crl_sign"}),
    ],
)
def test_only_a_servers_rsa_key_enciphers_and_only_a_ca_signs_certificates(
    request_: CertRequest, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, usages: set[str]
) -> None:
    pointer = profile.own_key_identifier(key.public_key())
    found = [each for each, _ in profile.extensions(request_, key.public_key(), pointer)]
    [shown] = [each for each in found if isinstance(each, x509.KeyUsage)]
    names = ("digital_signature", "key_encipherment", "key_cert_sign", "crl_sign", "key_agreement")
    assert {name for name in names if getattr(shown, name)} == usages


def test_a_ca_signs_no_further_ca() -> None:
    pointer = profile.own_key_identifier(EC_KEY.public_key())
    for request, limits in ((AUTHORITY, (True, 0)), (SERVER, (False, None))):
        found = [each for each, _ in profile.extensions(request, EC_KEY.public_key(), pointer)]
        [shown] = [each for each in found if isinstance(each, x509.BasicConstraints)]
        assert (shown.ca, shown.path_length) == limits


def test_it_is_valid_from_five_minutes_ago_in_whole_seconds() -> None:
    start, end = profile.validity(SERVER, NOW.replace(microsecond=999), None)
    assert (start, end) == (NOW - timedelta(minutes=5), NOW + timedelta(days=365))


def test_it_never_outlives_its_ca() -> None:
    latest = NOW + timedelta(days=10)
    assert profile.validity(SERVER, NOW, latest)[1] == latest
    assert profile.validity(replace(SERVER, lifetime=86400), NOW, latest)[1] == NOW + timedelta(days=1)


def test_a_ca_without_a_key_identifier_is_pointed_at_by_its_key() -> None:
    name = profile.subject(AUTHORITY)
    bare = (x509.CertificateBuilder(name, name, EC_KEY.public_key(), 1, NOW, NOW + timedelta(days=1))).sign(
        EC_KEY, SHA256()
    )
    assert profile.authority_key_identifier(bare) == profile.own_key_identifier(EC_KEY.public_key())


HELD = replace(AUTHORITY, constraints=("example.com", "10.0.0.0/8"), path_length=2)


def test_constraints_are_critical_and_loopback_is_among_them() -> None:
    assert table(HELD) == ALWAYS | {"NameConstraints!"}
    pointer = profile.own_key_identifier(EC_KEY.public_key())
    found = [each for each, _ in profile.extensions(HELD, EC_KEY.public_key(), pointer)]
    [limits] = [each for each in found if isinstance(each, x509.BasicConstraints)]
    [names] = [each for each in found if isinstance(each, x509.NameConstraints)]
    assert limits.path_length == 2
    assert names.excluded_subtrees is None
    assert [str(each.value) for each in names.permitted_subtrees or ()] == [
        "example.com", "10.0.0.0/8", "localhost", "127.0.0.0/8", "::1/128",
    ]  # fmt: skip


def test_a_ca_has_no_usages_that_would_bind_what_it_signs() -> None:
    """A CA with serverAuth alone makes every client below it unfit: etcd issue 16802."""
    assert not {"ExtendedKeyUsage", "ExtendedKeyUsage!"} & (table(AUTHORITY) | table(HELD))


def test_a_subject_is_in_the_order_written() -> None:
    subject = (("C", "DE"), ("ST", "x"), ("L", "y"), ("O", "Example, Inc."), ("OU", "z"), ("CN", "etcd1"))
    name = profile.subject(replace(SERVER, subject=subject))
    assert [each.value for each in name] == ["DE", "x", "y", "Example, Inc.", "z", "etcd1"]
    assert name.rfc4514_string() == "CN=etcd1,OU=z,O=Example\\, Inc.,L=y,ST=x,C=DE"
