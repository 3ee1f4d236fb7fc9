from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from etcdboot.pki.x509.pem import (
    Unreadable,
    dump_certificate,
    dump_key,
    is_encrypted,
    load_certificate,
    load_key,
)
from etcdboot.pki.x509.signing import issue
from samples.certificates import AUTHORITY, NOW

KEY = generate_private_key(SECP256R1())
PAIR = issue(AUTHORITY, KEY, None, now=NOW, serial=1)


def test_what_is_dumped_is_loaded_again() -> None:
    assert dump_certificate(load_certificate(PAIR.certificate)) == PAIR.certificate
    assert load_key(dump_key(KEY)).public_key() == KEY.public_key()
    assert PAIR.key.startswith(b"-----BEGIN PRIVATE KEY-----\n")


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"\x00\xff", "there is no certificate in it"),
        (PAIR.key, "there is no certificate in it"),
        (PAIR.certificate[:200], "the certificate in it is damaged"),
        (PAIR.certificate.replace(b"MII", b"AAA", 1), "the certificate in it is damaged"),
    ],
    ids=("empty", "blank", "binary", "key", "cut", "changed"),
)
def test_a_damaged_certificate_says_what_is_wrong(pem: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        load_certificate(pem)


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (b"", "the file is empty"),
        (PAIR.certificate, "there is no private key in it"),
        (PAIR.key[:100], "the private key in it is damaged"),
    ],
    ids=("empty", "certificate", "cut"),  # a key in a test's name would make it another test each time
)
def test_a_damaged_key_says_what_is_wrong(pem: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        load_key(pem)


def test_an_encrypted_key_is_not_read() -> None:
    locked = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    with pytest.raises(Unreadable, match="encrypted"):
        load_key(locked)


def test_a_passphrase_that_a_plain_key_does_not_need_is_not_minded() -> None:
    assert load_key(PAIR.key, b"any") is not None
    assert not is_encrypted(PAIR.key)


def test_keys_of_old_tools_are_known_to_be_encrypted() -> None:
    assert is_encrypted(b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n")
