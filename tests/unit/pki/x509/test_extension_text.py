from __future__ import annotations

from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

from etcdboot.pki.x509.extension_text import shown
from samples.foreign import BOTH, made, named, sans, usage

KEY_ID = bytes(range(4))
OCSP = x509.AccessDescription(
    AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://o.example")
)
OTHER = x509.AccessDescription(ObjectIdentifier("1.2.3"), x509.DNSName("d"))
POINT = x509.DistributionPoint([x509.UniformResourceIdentifier("http://c.example/x.crl")], None, None, None)
NAMELESS = x509.DistributionPoint(
    None, x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "c")]), None, None
)


@pytest.mark.parametrize(
    ("extension", "name", "value"),
    [
        (x509.BasicConstraints(False, None), "basicConstraints", "no CA"),
        (x509.BasicConstraints(True, None), "basicConstraints", "a CA"),
        (x509.BasicConstraints(True, 0), "basicConstraints", "a CA, with no other CA below it"),
        (x509.BasicConstraints(True, 2), "basicConstraints", "a CA, with at most 2 CAs below it"),
        (usage(digital_signature=True), "keyUsage", "digitalSignature"),
        (BOTH, "extendedKeyUsage", "serverAuth, clientAuth"),
        (
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING, ObjectIdentifier("1.2.3")]),
            "extendedKeyUsage",
            "codeSigning, 1.2.3",
        ),
        (sans("*.example.com", "::1", "10.0.0.1"), "subjectAltName", "*.example.com, ::1, 10.0.0.1"),
        (
            x509.SubjectAlternativeName(
                [
                    x509.RFC822Name("a@b.example"),
                    x509.UniformResourceIdentifier("spiffe://x"),
                    x509.DirectoryName(named("d")),
                    x509.RegisteredID(ObjectIdentifier("1.2.3")),
                    x509.OtherName(ObjectIdentifier("1.2.4"), b"\x05\x00"),
                ]
            ),
            "subjectAltName",
            "email:a@b.example, URI:spiffe://x, dir:CN=d, id:1.2.3, other:1.2.4",
        ),
        (x509.IssuerAlternativeName([x509.DNSName("i")]), "issuerAltName", "i"),
        (x509.SubjectKeyIdentifier(KEY_ID), "subjectKeyIdentifier", "00010203"),
        (x509.AuthorityKeyIdentifier(KEY_ID, None, None), "authorityKeyIdentifier", "00010203"),
        (
            x509.AuthorityKeyIdentifier(None, [x509.DirectoryName(named("ca"))], 255),
            "authorityKeyIdentifier",
            "dir:CN=ca, serial ff",
        ),
        (
            x509.NameConstraints([x509.DNSName("example.com")], [x509.IPAddress(ip_network("10.0.0.0/8"))]),
            "nameConstraints",
            "only example.com; never 10.0.0.0/8",
        ),
        (
            x509.CRLDistributionPoints([POINT, NAMELESS]),
            "cRLDistributionPoints",
            "URI:http://c.example/x.crl, by name",
        ),
        (
            x509.AuthorityInformationAccess([OCSP, OTHER]),
            "authorityInfoAccess",
            "OCSP URI:http://o.example, 1.2.3 d",
        ),
        (
            x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("1.2.3"), None)]),
            "certificatePolicies",
            "1.2.3",
        ),
        (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"abc"), "1.2.3.4", "3 bytes"),
        (x509.OCSPNoCheck(), "1.3.6.1.5.5.7.48.1.5", "2 bytes"),
    ],
)
def test_an_extension_is_told_in_words(extension: x509.ExtensionType, name: str, value: str) -> None:
    [told] = shown(made("x", extension).certificate.extensions)
    assert (told.name, told.value, told.critical) == (name, value, False)
