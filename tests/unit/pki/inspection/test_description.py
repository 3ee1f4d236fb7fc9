from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import SignatureAlgorithmOID

from etcdboot.pki.inspection.description import algorithm
from etcdboot.pki.x509.extension_text import Held, held
from samples.foreign import authority, made, sans


def test_a_signature_of_a_kind_we_know_has_a_name() -> None:
    assert algorithm(SignatureAlgorithmOID.RSA_WITH_SHA256) == "rsa-with-sha256"
    assert algorithm(x509.ObjectIdentifier("1.2.3")) == "1.2.3"


def test_what_has_no_extensions_holds_nothing() -> None:
    assert held(made("x").certificate) == Held()


def test_what_is_asked_for_most_is_at_hand() -> None:
    shown = held(authority("x", sans("a"), path_length=3).certificate)
    assert (shown.is_ca, shown.path_length, shown.sans) == (True, 3, ("a",))
    assert shown.key_usages == ("keyCertSign",)
    assert [each["name"] for each in shown.list()] == ["basicConstraints", "keyUsage", "subjectAltName"]
