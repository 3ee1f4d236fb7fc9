from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from etcdboot.pki.adoption.input_files import handed
from etcdboot.pki.x509.certificate import public_hash
from etcdboot.pki.x509.pem import dump_key
from samples.requests import Company, ec_key, name, request_of

COMPANY = Company()
KEY = ec_key()
LEAF = COMPANY.sign(request_of(KEY, name("etcd1")))


def no_passphrase(file: str) -> bytes:
    raise AssertionError(f"nobody is to be asked about {file}")


def test_certificates_and_keys_find_each_other_across_files() -> None:
    given, problems = handed(
        [("a", LEAF + COMPANY.pem), ("b", dump_key(KEY)), ("c", COMPANY.pem)], no_passphrase
    )
    assert problems == ()
    [leaf] = given.matches(authorities=False)
    assert (leaf.file, leaf.key, leaf.key_file) == ("a", dump_key(KEY), "b")
    [ca] = given.matches(authorities=True)  # the one that stands twice counts once
    assert (ca.file, ca.key) == ("a", None)
    assert len(given.pool) == 2


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_keys_in_der_become_pem(form: PrivateFormat) -> None:
    der = KEY.private_bytes(Encoding.DER, form, NoEncryption())
    given, problems = handed([("k", der)], no_passphrase)
    assert problems == ()
    assert given.keys[public_hash(KEY.public_key())].pem == dump_key(KEY)


def test_a_sealed_key_is_opened_to_see_whose_it_is_and_stays_sealed() -> None:
    sealed = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"horse"))
    asked: list[str] = []

    def passphrase(file: str) -> bytes:
        asked.append(file)
        return b"horse"

    given, _ = handed([("ca-key.pem", sealed)], passphrase)
    held = given.keys[public_hash(KEY.public_key())]
    assert (held.pem, asked) == (sealed, ["ca-key.pem"])
    assert "PRIVATE" not in repr(held)
    _, [problem] = handed([("ca-key.pem", sealed)], lambda file: b"donkey")
    assert problem.code == "EB335"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "EB343"), (b"text", "EB343"), (b"\x30\x00", "EB343"), (LEAF[:-60] + LEAF[-30:], "EB301")],
)
def test_what_is_neither_is_told_with_its_file(content: bytes, code: str) -> None:
    _, [problem] = handed([("x.pem", content)], no_passphrase)
    assert (problem.code, problem.file) == (code, "x.pem")


def test_other_kinds_of_keys_are_none_of_ours() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    _, [problem] = handed([("k", der)], no_passphrase)
    assert problem.code == "EB343"


def test_a_request_may_lie_beside_its_certificate() -> None:
    given, problems = handed([("x.csr", request_of(KEY, name("a")))], no_passphrase)
    assert (given.pool, dict(given.keys), problems) == ((), {}, ())
