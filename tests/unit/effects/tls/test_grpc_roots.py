from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding

from etcdboot.effects.tls.grpc_roots import for_grpc
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.signing import issue
from samples.certificates import AUTHORITY, NOW

KEY = ec.generate_private_key(ec.SECP384R1())


NO_BASE64 = b"-----BEGIN CERTIFICATE-----\nM\n-----END CERTIFICATE-----\n"


def root(*constraints: str) -> bytes:
    return issue(replace(AUTHORITY, constraints=constraints), KEY, None, now=NOW, serial=1).certificate


@pytest.mark.parametrize("pem", [root(), root("example.com"), b"", b"nonsense", b"\xff", NO_BASE64])
def test_roots_that_are_held_to_no_network_stay_as_they_are(pem: bytes) -> None:
    assert for_grpc(pem) == pem


@pytest.mark.parametrize(
    ("constraints", "kept"),
    [(("10.0.0.0/8",), ("localhost",)), (("example.com", "fd00::/8"), ("example.com", "localhost"))],
)
def test_a_root_that_is_held_to_networks_keeps_all_else(
    constraints: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    held = root(*constraints)
    before, after = (x509.load_pem_x509_certificate(pem) for pem in (held, for_grpc(held)))
    assert after.subject == after.issuer == before.subject
    assert after.public_key() == before.public_key()
    assert after.not_valid_after_utc == before.not_valid_after_utc
    others = {each.oid: each.value for each in before.extensions if each.oid != x509.NameConstraints.oid}
    assert {
        each.oid: each.value for each in after.extensions if each.oid != x509.NameConstraints.oid
    } == others
    assert read(for_grpc(held), None).constraints == kept


def test_only_the_one_that_needs_it_is_changed_in_a_bundle() -> None:
    plain, held = root(), root("10.0.0.0/8")
    bundle = for_grpc(plain + b"# a remark\n" + held)
    assert bundle.startswith(plain + b"# a remark\n")
    assert len(x509.load_pem_x509_certificates(bundle)) == 2
    assert held not in bundle


def test_a_constraint_of_addresses_alone_leaves_none() -> None:
    builder = x509.CertificateBuilder(
        x509.Name([]), x509.Name([]), KEY.public_key(), 1, NOW, NOW.replace(year=2030)
    )
    excluded = x509.NameConstraints(None, [x509.IPAddress(ip_network("10.0.0.0/8"))])
    pem = builder.add_extension(excluded, critical=True).sign(KEY, SHA384()).public_bytes(Encoding.PEM)
    [eased] = x509.load_pem_x509_certificates(for_grpc(pem))
    assert list(eased.extensions) == []
