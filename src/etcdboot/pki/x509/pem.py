"""Keys and certificates to PEM and back."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey


class Unreadable(ValueError):
    """The bytes hold no certificate or no key that we understand; the text says why, for the user."""


class Locked(Unreadable):
    """The key is encrypted, and no passphrase was given."""


class WrongPassphrase(Unreadable):
    """The passphrase does not open the key; a damaged key looks the same."""


def dump_certificate(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def dump_key(key: PrivateKey) -> bytes:
    """The key as unencrypted PKCS #8: the form that etcd, Go, gRPC and openssl all read."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load_certificate(pem: bytes) -> x509.Certificate:
    """The first certificate; ``Unreadable`` when there is none."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except (ValueError, x509.InvalidVersion) as cause:
        raise Unreadable(_why(pem, b"CERTIFICATE", "certificate")) from cause


def load_key(pem: bytes, passphrase: bytes | None = None, *, trusting: bool = False) -> PrivateKeyTypes:
    """The private key; ``Unreadable`` when there is none, ``Locked`` when it takes a passphrase.

    ``trusting`` leaves out the arithmetic that proves an RSA key sound (a tenth of a second for a large one):
    enough to tell which certificate it belongs to, not enough to sign with.

    Raises:
        WrongPassphrase: the passphrase does not open it.
    """
    given = passphrase if is_encrypted(pem) else None
    try:
        return load_pem_private_key(pem, password=given, unsafe_skip_rsa_key_validation=trusting)
    except TypeError as cause:
        raise Locked("the key is encrypted, and etcd reads only plain ones") from cause
    except (ValueError, UnsupportedAlgorithm) as cause:
        if given is not None:
            raise WrongPassphrase("the passphrase does not open it, or it is damaged") from cause
        raise Unreadable(_why(pem, b"PRIVATE KEY", "private key")) from cause


def is_encrypted(pem: bytes) -> bool:
    """Whether the key in it takes a passphrase (RFC 7468 section 11; RFC 1421 section 4.6.1.1 of old)."""
    return b"BEGIN ENCRYPTED PRIVATE KEY" in pem or b"Proc-Type: 4,ENCRYPTED" in pem


def _why(pem: bytes, label: bytes, what: str) -> str:
    if not pem.strip():
        return "the file is empty"
    if label + b"-----" not in pem:
        return f"there is no {what} in it"
    return f"the {what} in it is damaged"
