"""New keys and serial numbers: all that a PKI takes from chance."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from etcdboot.spec.spec import KeyAlgorithm

_PUBLIC_EXPONENT = 65537  # the one everybody accepts (NIST SP 800-56B section 6.2)

_MAKERS: dict[KeyAlgorithm, Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]] = {
    KeyAlgorithm.ECDSA_P256: lambda: ec.generate_private_key(ec.SECP256R1()),
    KeyAlgorithm.ECDSA_P384: lambda: ec.generate_private_key(ec.SECP384R1()),
    KeyAlgorithm.RSA_2048: lambda: rsa.generate_private_key(_PUBLIC_EXPONENT, 2048),
    KeyAlgorithm.RSA_3072: lambda: rsa.generate_private_key(_PUBLIC_EXPONENT, 3072),
    KeyAlgorithm.RSA_4096: lambda: rsa.generate_private_key(_PUBLIC_EXPONENT, 4096),
}


def new_key(algorithm: KeyAlgorithm) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """A new key of that kind."""
    return _MAKERS[algorithm]()


def new_keys(
    algorithms: Sequence[KeyAlgorithm],
) -> Iterator[ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]:
    """A new key of each kind, in order; RSA keys, which take up to a second each, are made on all cores."""
    if not any(algorithm.startswith("rsa") for algorithm in algorithms):
        yield from map(new_key, algorithms)
        return
    from concurrent.futures import ThreadPoolExecutor  # costs more to import than many ECDSA keys to make

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        yield from workers.map(new_key, algorithms)


def new_bytes(count: int) -> bytes:
    """That many random bytes."""
    return os.urandom(count)


def new_serial() -> int:
    """A serial number nobody can guess or repeat: 159 random bits (RFC 5280 section 4.1.2.2)."""
    return x509.random_serial_number()
