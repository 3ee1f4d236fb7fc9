from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from etcdboot.pki.x509.key_encryption import SALT, VECTOR, seal
from etcdboot.pki.x509.pem import Locked, PrivateKey, WrongPassphrase, is_encrypted, load_key

EC_KEY = ec.generate_private_key(ec.SECP256R1())
SECRET = "correct hörse".encode()


def sealed(key: PrivateKey = EC_KEY, passphrase: bytes = SECRET) -> bytes:
    return seal(key, passphrase, bytes(SALT), bytes(VECTOR))


@pytest.mark.parametrize(
    "key",
    [EC_KEY, ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 4096)],
    ids=["p256", "p384", "rsa"],
)
def test_the_passphrase_opens_what_it_closed(key: PrivateKey) -> None:
    pem = sealed(key)
    assert is_encrypted(pem)
    opened = load_key(pem, SECRET)
    assert isinstance(opened, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    assert opened.private_numbers() == key.private_numbers()


def test_without_the_passphrase_it_stays_closed() -> None:
    with pytest.raises(Locked):
        load_key(sealed())
    with pytest.raises(WrongPassphrase):
        load_key(sealed(), b"incorrect horse")
    damaged = sealed().replace(b"M", b"N", 1)
    with pytest.raises(WrongPassphrase):
        load_key(damaged, SECRET)


def test_salt_and_vector_make_two_of_one_key_differ() -> None:
    assert seal(EC_KEY, SECRET, b"a" * SALT, bytes(VECTOR)) != sealed()
    assert seal(EC_KEY, SECRET, bytes(SALT), b"a" * VECTOR) != sealed()


def test_openssl_reads_its_parameters_and_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(sealed())
    shown = subprocess.run(["openssl", "asn1parse", "-in", file], capture_output=True, check=True, text=True)
    said = [line.rpartition(":")[2].strip() for line in shown.stdout.splitlines()]
    for each in ("PBES2", "scrypt", "4000", "08", "05", "aes-256-cbc"):  # N = 2^14, r = 8, p = 5
        assert each in said
    command = ["openssl", "pkey", "-in", str(file), "-passin", "stdin", "-noout", "-check"]
    opened = subprocess.run(command, input=SECRET, capture_output=True, check=True)
    assert opened.stdout == b"Key is valid\n"
    assert subprocess.run(command, input=b"another", capture_output=True, check=False).returncode != 0
