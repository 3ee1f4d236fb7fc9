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


def load_key(pem: bytes, *, trusting: bool = False) -> PrivateKeyTypes:
    """The private key; ``Unreadable`` when there is none, or it is encrypted.

    ``trusting`` leaves out the arithmetic that proves an RSA key sound (a tenth of a second for a large one):
    enough to tell which certificate it belongs to, not enough to sign with.
    """
    try:
        return load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=trusting)
    except TypeError as cause:
        raise Unreadable("the key is encrypted, and etcd reads only plain ones") from cause
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise Unreadable(_why(pem, b"PRIVATE KEY", "private key")) from cause


def _why(pem: bytes, label: bytes, what: str) -> str:
    if not pem.strip():
        return "the file is empty"
    if label + b"-----" not in pem:
        return f"there is no {what} in it"
    return f"the {what} in it is damaged"
