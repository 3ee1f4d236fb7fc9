"""Certificates that somebody else made: any extensions, any issuer, any dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from etcdboot.pki.x509.pem import dump_certificate, dump_key
from samples.certificates import NOW

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
BOTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
SERVER_ONLY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return dump_certificate(self.certificate)

    @property
    def key_pem(self) -> bytes:
        return dump_key(self.key)


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def sans(*hosts: str) -> x509.SubjectAlternativeName:
    """The extension for these names and addresses."""
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


def made(
    name: str,
    *extensions: x509.ExtensionType,
    issuer: Made | None = None,
    key: Key | None = None,
    days: int = 30,
    start: datetime = NOW,
    serial: int = 1,
) -> Made:
    """A certificate; without an issuer it signs itself."""
    own = key or new_key()
    signer = issuer or Made(None, own)  # type: ignore[arg-type]
    signed_by = issuer.certificate.subject if issuer else named(name)
    builder = x509.CertificateBuilder(
        signed_by, named(name), own.public_key(), serial, start, start + timedelta(days=days)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Made(builder.sign(signer.key, SHA256()), own)


def authority(
    name: str, *extensions: x509.ExtensionType, issuer: Made | None = None, path_length: int | None = None
) -> Made:
    """A CA."""
    basic = x509.BasicConstraints(ca=True, path_length=path_length)
    return made(name, basic, usage(key_cert_sign=True), *extensions, issuer=issuer)


def usage(*, key_cert_sign: bool = False, digital_signature: bool = False) -> x509.KeyUsage:
    """A key usage with these bits alone."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
