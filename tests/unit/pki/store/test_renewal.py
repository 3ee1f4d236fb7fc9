from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from etcdboot.base.diagnostics import Severity
from etcdboot.pki.store.expiry import Within
from etcdboot.pki.store.inventory import Entry, Found, judge
from etcdboot.pki.store.renewal import due_names, held_keys, left_over
from etcdboot.pki.x509.certificate import public_key_of
from etcdboot.pki.x509.pem import dump_key
from etcdboot.pki.x509.signing import Authority, issue
from etcdboot.spec.spec import CertificateSource, KeyAlgorithm
from samples.certificates import AUTHORITY, CLIENT, NOW, SERVER
from samples.foreign import new_key

CA = issue(AUTHORITY, new_key(), None, now=NOW, serial=1)
LEAF = issue(SERVER, new_key(), Authority.load(CA), now=NOW, serial=2)
USER = issue(replace(CLIENT, lifetime=5000), new_key(), Authority.load(CA), now=NOW, serial=3)
CA_FOUND = Found(AUTHORITY, CA.certificate, CA.key)
LEAF_FOUND = Found(SERVER, LEAF.certificate, LEAF.key)
USER_FOUND = Found(CLIENT, USER.certificate, USER.key)
LATER = NOW + timedelta(days=340)


def entries(*found: Found) -> tuple[Entry, ...]:
    return judge((CA_FOUND, *found), NOW)


def test_only_what_is_due_or_has_ended_is_chosen() -> None:
    found = entries(LEAF_FOUND, USER_FOUND)
    assert due_names(found, NOW, None) == {"client/root"}
    assert due_names(found, LATER, None) == {"etcd1/server", "client/root"}
    assert due_names(found, NOW, Within(seconds=1)) == set()


def test_a_ca_is_never_chosen_nor_what_others_provide_or_what_is_not_there() -> None:
    theirs = replace(LEAF_FOUND, request=replace(SERVER, source=CertificateSource.PROVIDED))
    found = entries(theirs, Found(CLIENT, None, None))
    assert due_names(found, NOW + timedelta(days=3640), None) == set()


def test_what_is_left_is_told_a_due_ca_and_what_cannot_be_judged() -> None:
    found = entries(replace(LEAF_FOUND, certificate=b"nonsense"), USER_FOUND)
    told = left_over(found, {"client/root"}, NOW + timedelta(days=3640), None)
    # The CA has signed what is renewed, so the renewal itself tells of it.
    assert [(each.code, each.severity) for each in told] == [("EB301", Severity.ERROR)]
    assert [each.code for each in left_over(found, (), NOW + timedelta(days=3640), None)] == [
        "EB320",
        "EB301",
    ]


def test_nothing_is_left_over_of_what_is_well() -> None:
    assert left_over(entries(LEAF_FOUND), (), NOW, None) == ()


def test_the_keys_that_are_there_are_kept() -> None:
    held, refusals = held_keys(entries(LEAF_FOUND))
    assert (set(held), refusals) == ({"etcd1/server"}, ())
    assert public_key_of(dump_key(held["etcd1/server"])) == public_key_of(LEAF.key)


def encrypted() -> bytes:
    return new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))


def of_another_kind() -> bytes:
    return ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (replace(LEAF_FOUND, key=None), "is not there"),
        (
            replace(LEAF_FOUND, request=replace(SERVER, key=KeyAlgorithm.RSA_2048)),
            "the spec asks for rsa-2048",
        ),
        (replace(LEAF_FOUND, key=encrypted()), "cannot be kept: the key is encrypted"),
        (replace(LEAF_FOUND, key=of_another_kind()), "neither ECDSA nor RSA"),
    ],
    ids=["absent", "another algorithm", "encrypted", "ed25519"],
)
def test_a_key_that_cannot_be_kept_is_refused_with_a_remedy(found: Found, said: str) -> None:
    held, [refusal] = held_keys(entries(found))
    assert (held, refusal.code) == ({}, "EB341")
    assert said in refusal.message
    assert "without --same-key" in refusal.hint


def test_an_rsa_key_is_kept_as_well() -> None:
    request = replace(SERVER, key=KeyAlgorithm.RSA_2048)
    pair = issue(request, rsa.generate_private_key(65537, 2048), Authority.load(CA), now=NOW, serial=4)
    held, refusals = held_keys(entries(Found(request, pair.certificate, pair.key)))
    assert (list(held), refusals) == (["etcd1/server"], ())
