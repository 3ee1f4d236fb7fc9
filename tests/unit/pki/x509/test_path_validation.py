from __future__ import annotations

from ipaddress import ip_network

import pytest
from cryptography import x509

from etcdboot.base.addresses import parse_san
from etcdboot.pki.x509.path_validation import objections
from samples.foreign import Made, authority, made, usage

ROOT = authority("root")


def said(*path: Made, sans: tuple[str, ...] = ()) -> list[str]:
    return list(objections([each.certificate for each in path], map(parse_san, sans)))


def held_to(*permitted: x509.GeneralName, never: tuple[x509.GeneralName, ...] = ()) -> Made:
    return authority("held", x509.NameConstraints(list(permitted) or None, list(never) or None))


def test_a_sound_path_is_not_objected_to() -> None:
    middle = authority("middle", issuer=ROOT, path_length=0)
    assert said(made("leaf", issuer=middle), middle, ROOT, sans=("a.example", "10.0.0.1")) == []


def test_what_is_no_ca_may_not_sign() -> None:
    signer = made("signer", issuer=ROOT)
    assert said(made("leaf", issuer=signer), signer, ROOT) == ["CN=signer is no CA, and has signed CN=leaf"]


def test_nor_may_a_ca_whose_key_is_for_something_else() -> None:
    signer = made("signer", x509.BasicConstraints(True, None), usage(digital_signature=True))
    assert said(made("leaf", issuer=signer), signer) == [
        "CN=signer may not sign certificates: its key usage lacks keyCertSign"
    ]


def test_a_ca_without_a_key_usage_may_sign() -> None:
    signer = made("signer", x509.BasicConstraints(True, None))
    assert said(made("leaf", issuer=signer), signer) == []


def test_the_path_length_is_kept_to() -> None:
    root = authority("root", path_length=0)
    middle = authority("middle", issuer=root)
    leaf = made("leaf", issuer=middle)
    assert said(leaf, middle, root) == ["CN=root allows 0 CAs below it, and there are 1"]
    assert said(middle, root) == []


@pytest.mark.parametrize(
    ("ca", "host", "fits"),
    [
        (held_to(x509.DNSName("example.com")), "a.example.com", True),
        (held_to(x509.DNSName("example.com")), "example.com", True),
        (held_to(x509.DNSName("example.com")), "*.example.com", True),
        (held_to(x509.DNSName(".example.com")), "a.example.com", True),
        (held_to(x509.DNSName("Example.com")), "b.example.com", True),
        (held_to(x509.DNSName("example.com")), "badexample.com", False),
        (held_to(x509.DNSName("example.com")), "10.0.0.1", True),  # it says nothing of addresses
        (held_to(x509.IPAddress(ip_network("10.0.0.0/8"))), "10.0.0.1", True),
        (held_to(x509.IPAddress(ip_network("10.0.0.0/8"))), "11.0.0.1", False),
        (held_to(x509.IPAddress(ip_network("10.0.0.0/8"))), "::1", False),
        (held_to(never=(x509.DNSName("bad.example"),)), "x.bad.example", False),
        (held_to(never=(x509.DNSName("bad.example"),)), "good.example", True),
    ],
)
def test_the_names_that_a_ca_is_held_to_count(ca: Made, host: str, fits: bool) -> None:
    found = said(made("leaf", issuer=ca), ca, sans=(host,))
    assert found == ([] if fits else [f"CN=held may not certify {host}: its name constraints leave that out"])
