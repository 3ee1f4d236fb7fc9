"""Signing: from a request, a key and a CA to a certificate. Time and chance come from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.pki.x509 import profile
from etcdboot.pki.x509.pem import (
    PrivateKey,
    Unreadable,
    dump_certificate,
    dump_key,
    load_certificate,
    load_key,
)
from etcdboot.plan.certificate_request import CertRequest

PublicKey = CertificatePublicKeyTypes


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate, with the intermediates that lead to its root, and its key, as PEM.

    ``key`` is empty where it is somebody else's to keep.
    """

    certificate: bytes
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA that can sign."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @classmethod
    def load(cls, pair: Pair, passphrase: bytes | None = None) -> Authority:
        """The CA of a pair of PEM files; ``Unreadable`` when one of them is no use for signing."""
        key = load_key(pair.key, passphrase)
        if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
            raise Unreadable("its key is neither ECDSA nor RSA")
        return cls(load_certificate(pair.certificate), key)

    @property
    def not_after(self) -> datetime:
        """When it ends, and with it all that it signed."""
        return self.certificate.not_valid_after_utc


def certify(
    request: CertRequest,
    public: PublicKey,
    signer: Authority,
    *,
    now: datetime,
    serial: int,
    chain: bytes = b"",
) -> bytes:
    """The certificate of the plan for a public key, as PEM; whatever else its owner asked for.

    ``chain`` is the PEM of the CAs that are shown with it.
    """
    start, end = profile.validity(request, now, signer.not_after)
    pointer = profile.authority_key_identifier(signer.certificate)
    builder = _builder(request, public, pointer, signer.certificate.subject, (start, end), serial)
    return dump_certificate(builder.sign(signer.key, signing_hash(signer.key))) + chain


def issue(
    request: CertRequest,
    key: PrivateKey,
    signer: Authority | None,
    *,
    now: datetime,
    serial: int,
    chain: bytes = b"",
    dump: Callable[[PrivateKey], bytes] = dump_key,
) -> Pair:
    """A certificate for ``key``, and the key; without a signer it signs itself.

    ``chain`` is as for :func:`certify`, ``dump`` makes the key's PEM.
    """
    public = key.public_key()
    if signer is not None:
        certificate = certify(request, public, signer, now=now, serial=serial, chain=chain)
        return Pair(certificate, dump(key))
    pointer, validity = profile.own_key_identifier(public), profile.validity(request, now, None)
    builder = _builder(request, public, pointer, profile.subject(request), validity, serial)
    return Pair(dump_certificate(builder.sign(key, signing_hash(key))), dump(key))


def _builder(
    request: CertRequest,
    public: PublicKey,
    pointer: x509.AuthorityKeyIdentifier,
    issuer: x509.Name,
    validity: tuple[datetime, datetime],
    serial: int,
) -> x509.CertificateBuilder:
    """All that is signed."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(profile.subject(request))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
    )
    for extension, critical in profile.extensions(request, public, pointer):
        builder = builder.add_extension(extension, critical)
    return builder


def issue_all(
    requests: tuple[CertRequest, ...],
    authorities: dict[str, Authority],
    new_key: Callable[[CertRequest], PrivateKey | PublicKey],
    new_serial: Callable[[], int],
    now: datetime,
    seal: Callable[[PrivateKey], bytes] = dump_key,
) -> dict[str, Pair]:
    """A pair for each request, in their order: a CA among them signs what follows.

    ``authorities`` are the CAs at hand, by name; each request's is among them or was made before it. One
    whose ``new_key`` is a public one gets its certificate alone. ``seal`` makes the PEM of a CA's key.
    """
    known = dict(authorities)
    made = {}
    for request in requests:
        signer = None if request.is_root else known[request.ca_name]
        chain = b"".join(dump_certificate(known[name].certificate) for name in request.chain)
        key, dump = new_key(request), seal if request.is_ca else dump_key
        if isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
            pair = issue(request, key, signer, now=now, serial=new_serial(), chain=chain, dump=dump)
            if request.is_ca:
                known[request.name] = Authority(load_certificate(pair.certificate), key)
        else:
            assert signer is not None
            pair = Pair(certify(request, key, signer, now=now, serial=new_serial(), chain=chain))
        made[request.name] = pair
    return made


def signing_hash(key: PrivateKey) -> SHA256 | SHA384:
    """A hash as strong as the signing key (FIPS 186-5 section 6.1.1 asks no less)."""
    return SHA384() if isinstance(key, EllipticCurvePrivateKey) and key.key_size > 256 else SHA256()
