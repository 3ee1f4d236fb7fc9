from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from etcdboot.effects.random_source import new_key
from etcdboot.pki.store.inventory import Found, judge
from etcdboot.pki.store.issued_register import Issued
from etcdboot.pki.store.unrecorded import fingerprint, fingerprints, of_entries, unrecorded
from etcdboot.pki.x509.signing import Authority, Pair, issue
from etcdboot.plan.certificate_request import CertRequest
from samples.certificates import AUTHORITY, CLIENT, NOW, SERVER


def made(request: CertRequest, ca: Pair | None = None, serial: int = 7) -> Pair:
    signer = Authority.load(ca) if ca else None
    return issue(request, new_key(request.key), signer, now=NOW, serial=serial)


CA, OTHER = made(AUTHORITY), made(AUTHORITY)
LEAF, STRANGER = made(CLIENT, CA), made(SERVER, OTHER)


def sha256(pem: bytes) -> str:
    return x509.load_pem_x509_certificate(pem).fingerprint(SHA256()).hex()


def test_a_fingerprint_is_that_of_the_first_certificate() -> None:
    assert fingerprint(LEAF.certificate + CA.certificate) == sha256(LEAF.certificate)
    assert fingerprints(LEAF.certificate + CA.certificate) == (
        sha256(LEAF.certificate),
        sha256(CA.certificate),
    )
    assert (fingerprint(LEAF.key), fingerprint(b"")) == ("", "")


def test_what_is_not_recorded_is_entered_with_the_ca_that_signed_it() -> None:
    named = [("client/root", LEAF.certificate), ("ca", OTHER.certificate), ("ca", CA.certificate)]
    ca, root = sha256(CA.certificate), sha256(LEAF.certificate)
    [entry] = unrecorded(named, named[1:], {ca, sha256(OTHER.certificate)})
    assert entry == Issued("client/root", "ca", ca, 7, entry.not_before, entry.not_after, root)
    assert list(unrecorded(named, named[1:], {ca, root, sha256(OTHER.certificate)})) == []


def test_what_no_known_ca_signed_is_not_entered() -> None:
    named = [("etcd1/server", STRANGER.certificate), ("etcd2/server", b"damaged"), ("ca", CA.certificate)]
    assert [issued.name for issued in unrecorded(named, named[2:], ())] == ["ca"]


def test_what_is_judged_is_entered_unless_another_ca_signed_it() -> None:
    entries = judge(
        [
            Found(AUTHORITY, CA.certificate, CA.key),
            Found(SERVER, STRANGER.certificate, STRANGER.key),
            Found(CLIENT, LEAF.certificate, LEAF.key),
        ],
        NOW,
    )
    found = {issued.name: issued.ca_sha256 for issued in of_entries(entries)}
    assert found == dict.fromkeys(("ca", "client/root"), sha256(CA.certificate))
