"""Whom gRPC is told to trust: roots without the one thing that its C core cannot apply.

BoringSSL refuses every certificate with an address below a CA that is held to networks (v3_ncons.cc
nc_match_single: ``unsupported name constraint type``, measured with grpcio 1.85), where Go and openssl apply
the constraint (RFC 5280 section 4.2.1.10). A trust anchor is a name and a key (section 6.1.1 d), and nobody
looks at its own signature; so a root is handed over as another certificate of the same name and key.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_NAME_CONSTRAINTS = bytes.fromhex("0603551d1e")  # 2.5.29.30


def for_grpc(roots: bytes) -> bytes:
    """The PEM of the roots, each of them held to names alone; as they are where none is held to networks."""
    if not any(_NAME_CONSTRAINTS in _der(block) for block in _PEM.findall(roots)):
        return roots
    return _PEM.sub(lambda found: _eased(found[0]), roots)


def _der(body: bytes) -> bytes:
    try:
        return b64decode(body)
    except Error:
        return b""


def _eased(pem: bytes) -> bytes:
    """The certificate without constraints of addresses; as it is where it has none, or cannot be read."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        root = x509.load_pem_x509_certificate(pem + b"\n")
        found = root.extensions.get_extension_for_class(x509.NameConstraints).value
    except (ValueError, x509.ExtensionNotFound):
        return pem
    kinds = (found.permitted_subtrees, found.excluded_subtrees)
    if not any(isinstance(name, x509.IPAddress) for names in kinds for name in names or ()):
        return pem
    permitted, excluded = (
        [name for name in names or () if not isinstance(name, x509.IPAddress)] or None for names in kinds
    )
    start, end = root.not_valid_before_utc, root.not_valid_after_utc
    anchor = x509.CertificateBuilder(
        root.issuer, root.subject, root.public_key(), root.serial_number, start, end
    )
    for each in root.extensions:
        if not isinstance(each.value, x509.NameConstraints):
            anchor = anchor.add_extension(each.value, each.critical)
    if permitted or excluded:
        anchor = anchor.add_extension(x509.NameConstraints(permitted, excluded), critical=True)
    made = anchor.sign(generate_private_key(SECP256R1()), SHA256())
    return made.public_bytes(Encoding.PEM).rstrip(b"\n")
