from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from etcdboot.pki.store.audit import audit
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import PrivateKey, Unreadable, load_certificate
from etcdboot.pki.x509.signing import Authority, Pair, issue, issue_all
from etcdboot.plan.certificate_request import CertRequest
from etcdboot.spec.spec import KeyAlgorithm
from samples.certificates import AUTHORITY, CLIENT, DAY, NOW, SERVER

P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)


def keys_for(*requests: CertRequest) -> Callable[[CertRequest], PrivateKey]:
    """A key made beforehand for each request."""
    made = {request.name: ec.generate_private_key(ec.SECP256R1()) for request in requests}
    return lambda request: made[request.name]


def test_a_new_ca_signs_what_follows_it() -> None:
    requests = (AUTHORITY, SERVER, CLIENT)
    made = issue_all(requests, {}, keys_for(*requests), count(1).__next__, NOW)
    assert list(made) == ["ca", "etcd1/server", "client/root"]
    for number, request in enumerate(requests, 1):
        facts = read(made[request.name].certificate, made["ca"].certificate)
        assert audit(request, facts, NOW) == ()
        assert facts.serial == number


def test_a_ca_at_hand_signs_too_and_is_not_made_again() -> None:
    ca = issue(AUTHORITY, P256, None, now=NOW, serial=1)
    made = issue_all((SERVER,), {"ca": Authority.load(ca)}, keys_for(SERVER), count(2).__next__, NOW)
    assert list(made) == ["etcd1/server"]
    assert read(made["etcd1/server"].certificate, ca.certificate).signed


@pytest.mark.parametrize(("key", "digest"), [(P256, "sha256"), (P384, "sha384"), (RSA, "sha256")])
def test_the_hash_is_as_strong_as_the_signing_key(key: PrivateKey, digest: str) -> None:
    ca = issue(AUTHORITY, key, None, now=NOW, serial=1)
    leaf = issue(SERVER, P256, Authority.load(ca), now=NOW, serial=2)
    for pair in (ca, leaf):
        used = load_certificate(pair.certificate).signature_hash_algorithm
        assert used is not None
        assert used.name == digest


def test_a_leaf_ends_with_its_ca() -> None:
    ca = issue(replace(AUTHORITY, lifetime=10 * DAY), P256, None, now=NOW, serial=1)
    leaf = issue(SERVER, P384, Authority.load(ca), now=NOW, serial=2)
    assert read(leaf.certificate, None).not_after == read(ca.certificate, None).not_after


def test_a_ca_with_a_key_that_is_no_use_is_not_loaded() -> None:
    ca = issue(AUTHORITY, P256, None, now=NOW, serial=1)
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(Unreadable, match="neither ECDSA nor RSA"):
        Authority.load(Pair(ca.certificate, pem))


def test_no_repr_shows_a_key() -> None:
    pair = issue(replace(AUTHORITY, key=KeyAlgorithm.RSA_2048), RSA, None, now=NOW, serial=1)
    assert "PRIVATE" not in repr(pair)
    assert "key=" not in repr(Authority.load(pair))


ROOT = replace(AUTHORITY, name="root-ca", ca_name="root-ca", path_length=1)
BELOW = replace(AUTHORITY, ca_name="root-ca", subject=(("CN", "test intermediate"),))
LEAF = replace(SERVER, above=("root-ca",))


def test_a_leaf_below_an_intermediate_brings_it_along_and_no_root() -> None:
    requests = (ROOT, BELOW, LEAF)
    made = issue_all(requests, {}, keys_for(*requests), count(1).__next__, NOW)
    root, below, leaf = (made[each.name].certificate for each in requests)
    assert leaf.endswith(below)
    assert leaf.count(b"BEGIN CERTIFICATE") == 2
    assert root.count(b"BEGIN CERTIFICATE") == below.count(b"BEGIN CERTIFICATE") == 1
    assert audit(BELOW, read(below, root), NOW) == audit(LEAF, read(leaf, below, below), NOW) == ()


def test_an_intermediate_at_hand_is_shown_too() -> None:
    made = issue_all((ROOT, BELOW), {}, keys_for(ROOT, BELOW), count(1).__next__, NOW)
    signer = {"ca": Authority.load(made["ca"])}
    [leaf] = issue_all((LEAF,), signer, keys_for(LEAF), count(3).__next__, NOW).values()
    assert leaf.certificate.endswith(made["ca"].certificate)


def test_only_the_keys_of_cas_are_sealed() -> None:
    requests = (ROOT, BELOW, LEAF)
    made = issue_all(requests, {}, keys_for(*requests), count(1).__next__, NOW, lambda key: b"sealed")
    assert [pair.key == b"sealed" for pair in made.values()] == [True, True, False]
