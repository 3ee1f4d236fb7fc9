"""What our certificates hold: one table of extensions, and the dates.

Sources: RFC 5280 sections 4.1.2.5 and 4.2.1 (which extensions, and which are critical); RFC 5480 section 3
(an EC key signs, it enciphers nothing, so keyEncipherment is for RSA alone) and RFC 5280 section 4.2.1.12
(and there for servers alone: a client proves itself by signing); RFC 8446 section 4.4.2.2 and RFC 5246
section 7.4.2 (what TLS asks of a key's usage); etcd server/embed/etcd.go for the usages themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from etcdboot.base.addresses import Host
from etcdboot.observations.certificate import BACKDATE
from etcdboot.pki.x509.certificate import NAME_OIDS, USAGE_OIDS
from etcdboot.plan.certificate_request import CertRequest, Usage
from etcdboot.spec.subject_names import is_network, permitted


def subject(request: CertRequest) -> x509.Name:
    """Whom it names."""
    return x509.Name([x509.NameAttribute(NAME_OIDS[kind], value) for kind, value in request.subject])


def validity(request: CertRequest, now: datetime, latest: datetime | None) -> tuple[datetime, datetime]:
    """From when until when it is valid, in whole seconds; never beyond ``latest``, the end of its CA."""
    start = now.replace(microsecond=0)
    end = start + timedelta(seconds=request.lifetime)  # a spec's lifetime is 1000 years at most
    return start - BACKDATE, min(end, latest or end)


def extensions(
    request: CertRequest, key: CertificatePublicKeyTypes, issuer: x509.AuthorityKeyIdentifier
) -> list[tuple[x509.ExtensionType, bool]]:
    """Its extensions, each with whether it is critical; ``key`` is the public key that it certifies."""
    constraints, usage, *others = wishes(request, key)
    return [
        constraints,
        usage,
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
        (issuer, False),
        *others,
    ]


def wishes(request: CertRequest, key: CertificatePublicKeyTypes) -> list[tuple[x509.ExtensionType, bool]]:
    """Those of its extensions that a request asks for: all but what only the CA knows."""
    is_ca = request.is_ca
    enciphers = Usage.SERVER_AUTH in request.usages and isinstance(key, RSAPublicKey)
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_ca, path_length=request.path_length if is_ca else None), True),
        (_key_usage(is_ca=is_ca, enciphers=enciphers), True),
    ]
    if request.constraints:
        subtrees = list(map(_subtree, permitted(request.constraints)))
        found.append((x509.NameConstraints(subtrees, None), True))  # section 4.2.1.10: critical
    # None on a CA: Go and openssl take a CA's usages for a bound on what it signs (etcd#16802).
    if request.usages:
        found.append((x509.ExtendedKeyUsage([USAGE_OIDS[usage] for usage in request.usages]), False))
    if request.sans:
        # Section 4.2.1.6: critical where nothing else names the subject.
        found.append((x509.SubjectAlternativeName(map(_general_name, request.sans)), not request.subject))
    return found


def authority_key_identifier(signer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """How a certificate points at the key that signed it."""
    try:
        found = signer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return own_key_identifier(signer.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)


def own_key_identifier(key: CertificatePublicKeyTypes) -> x509.AuthorityKeyIdentifier:
    """The same, from the key itself (RFC 5280 section 4.2.1.2, method 1)."""
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _key_usage(*, is_ca: bool, enciphers: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=enciphers,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _subtree(constraint: str) -> x509.GeneralName:
    if is_network(constraint):
        return x509.IPAddress(ip_network(constraint))
    return x509.DNSName(constraint)


def _general_name(host: Host) -> x509.GeneralName:
    return x509.IPAddress(ip_address(host.text)) if host.is_address else x509.DNSName(host.text)
