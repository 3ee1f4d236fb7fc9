"""Requests and company CAs for the tests about certificates that others sign, made as strangers make them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from etcdboot.pki.x509.pem import PrivateKey
from samples.certificates import NOW

SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
BOTH = (SERVER_AUTH, CLIENT_AUTH)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def name(common_name: str, organisation: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def names(sans: Iterable[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [x509.IPAddress(ip_address(each)) if _is_address(each) else x509.DNSName(each) for each in sans]
    )


def request_of(
    key: PrivateKey,
    subject: x509.Name,
    *extensions: tuple[x509.ExtensionType, bool],
    sans: Iterable[str] = (),
) -> bytes:
    """A request in PEM, as any tool may have made it."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    wanted = (*extensions, *(((names(sans), False),) if sans else ()))
    for extension, critical in wanted:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


class Company:
    """A CA that is not ours: a root, or one below another."""

    def __init__(
        self, common_name: str = "Company Root", above: Company | None = None, days: int = 3650
    ) -> None:
        self.key = ec_key()
        self.above = above
        subject = name(common_name, "Company")
        issuer = above.certificate.subject if above else subject
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        )
        self.certificate: x509.Certificate = builder.sign(above.key if above else self.key, SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def sign(
        self,
        csr: bytes,
        usages: Iterable[x509.ObjectIdentifier] = BOTH,
        *,
        days: float = 90,
        sans: Iterable[str] | None = None,
        common_name: str = "",
        start: datetime = NOW,
    ) -> bytes:
        """A certificate for a request; with its own names unless others are said."""
        asked = x509.load_pem_x509_csr(csr)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(common_name, "Company") if common_name else asked.subject)
            .issuer_name(self.certificate.subject)
            .public_key(asked.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start - timedelta(hours=1))
            .not_valid_after(start + timedelta(days=days))
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
        )
        if sans is not None:
            builder = builder.add_extension(names(sans), critical=False)
        else:
            for each in asked.extensions:
                if isinstance(each.value, x509.SubjectAlternativeName):
                    builder = builder.add_extension(each.value, each.critical)
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.PEM)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
