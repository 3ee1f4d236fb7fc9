"""A private key under a passphrase: PKCS #8 as RFC 5958 section 3 has it, by PBES2 with scrypt and AES-256.

Written out here since cryptography's own form takes 2048 rounds of PBKDF2 (0.3 milliseconds a guess, version
50) and lets nobody choose. These parameters are OWASP's for scrypt in 16 MiB (Password Storage Cheat Sheet:
N = 2^14, r = 8, p = 5), the most memory that openssl lets PKCS #8 take unasked (32 MiB, EVP_PBE_scrypt). A
guess, and so each opening, costs a sixth of a second (measured; docs/pki.md).

Sources: RFC 8018 section 6.2 and appendix A.4 (PBES2), RFC 7914 section 7 (scrypt's parameters), RFC 3565
section 4.1 (AES in CBC), RFC 5652 section 6.3 (the padding).
"""

from __future__ import annotations

import textwrap
from base64 import b64encode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from etcdboot.pki.x509.pem import PrivateKey

SALT, VECTOR = 16, 16  # bytes
_COST, _BLOCK, _LANES = 2**14, 8, 5
_KEY = 32  # bytes: AES-256

_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30
# Object identifiers with their heads: 1.2.840.113549.1.5.13, 1.3.6.1.4.1.11591.4.11, 2.16.840.1.101.3.4.1.42.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES256_CBC = bytes.fromhex("060960864801650304012a")


def seal(key: PrivateKey, passphrase: bytes, salt: bytes, vector: bytes) -> bytes:
    """The key as PEM that only the passphrase opens; ``salt`` and ``vector`` are 16 new random bytes each."""
    secret = Scrypt(salt, _KEY, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase)
    padder = PKCS7(AES256.block_size).padder()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    encryptor = Cipher(AES256(secret), CBC(vector)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    cost = b"".join(map(_integer, (_COST, _BLOCK, _LANES)))
    derivation = _tagged(_SEQUENCE, _SCRYPT, _tagged(_SEQUENCE, _tagged(_OCTETS, salt), cost))
    scheme = _tagged(_SEQUENCE, _AES256_CBC, _tagged(_OCTETS, vector))
    algorithm = _tagged(_SEQUENCE, _PBES2, _tagged(_SEQUENCE, derivation, scheme))
    return _pem(_tagged(_SEQUENCE, algorithm, _tagged(_OCTETS, sealed)))


def _integer(value: int) -> bytes:
    """A DER integer above zero: a leading bit that is set would make it negative."""
    return _tagged(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def _tagged(tag: int, *content: bytes) -> bytes:
    """Tag, length and content (X.690 section 8.1)."""
    body = b"".join(content)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    long = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(long))) + long + body


def _pem(der: bytes) -> bytes:
    """Lines of 64 characters between the marks (RFC 7468 section 3)."""
    text = "\n".join(textwrap.wrap(b64encode(der).decode(), 64))
    mark = "ENCRYPTED PRIVATE KEY"
    return f"-----BEGIN {mark}-----\n{text}\n-----END {mark}-----\n".encode()
