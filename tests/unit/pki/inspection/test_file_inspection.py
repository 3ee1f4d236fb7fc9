from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
)
from cryptography.x509.oid import NameOID

from etcdboot.pki.inspection.description import Portrait
from etcdboot.pki.inspection.file_inspection import portraits
from etcdboot.pki.x509.certificate import public_hash, public_key_of, read
from etcdboot.pki.x509.pem import Unreadable
from samples.certificates import NOW
from samples.foreign import BOTH, Made, authority, made, named, new_key, sans, usage

CA = authority("the CA", path_length=0)
LEAF = made("leaf", BOTH, usage(digital_signature=True), sans("leaf.example", "::1"), issuer=CA, serial=0xABC)


def only(content: bytes) -> Portrait:
    [found] = portraits(content, NOW)
    json.dumps(found.as_json())
    return found


def rows(portrait: Portrait) -> dict[str, str]:
    return dict(portrait.rows)


def test_a_certificate_shows_the_same_as_the_audit_reads() -> None:
    shown, facts = only(LEAF.pem).body, read(LEAF.pem, None)
    assert shown["subject"] == dict(facts.subject) == {"CN": "leaf"}
    assert (shown["issuer"], shown["serial"], shown["version"]) == ({"CN": "the CA"}, "abc", 3)
    assert shown["sans"] == [str(each) for each in facts.sans] == ["leaf.example", "::1"]
    assert shown["usages"] == [*facts.usages] == ["serverAuth", "clientAuth"]
    assert shown["key_usages"] == [*facts.key_usages] == ["digitalSignature"]
    assert (shown["key"], shown["sha256"]) == (facts.key, facts.sha256)
    assert shown["public_key"] == facts.public_key == only(LEAF.pem).public_key
    assert (shown["is_ca"], shown["path_length"]) == (False, None)
    assert (shown["not_before"], shown["not_after"]) == ("2026-11-23T12:00:00Z", "2026-12-23T12:00:00Z")
    assert shown["residual"] == 30 * 86400
    assert only(LEAF.pem).flaws == ()


def test_a_ca_shows_how_many_may_follow_it() -> None:
    shown = only(CA.pem).body
    assert (shown["is_ca"], shown["path_length"]) == (True, 0)


def test_the_rows_tell_it_in_words() -> None:
    told = rows(only(LEAF.pem))
    assert told["subject"] == "CN=leaf"
    assert told["valid"] == "2026-11-23T12:00:00Z to 2026-12-23T12:00:00Z, 30d left"
    assert told["signature"] == "ecdsa-with-sha256"
    assert told["subjectAltName"] == "leaf.example, ::1"


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (timedelta(days=-3), "begins in 3d"),
        (timedelta(days=31), "ended 24h ago"),
        (timedelta(days=30), "ended 0s ago"),
    ],
)
def test_a_time_outside_its_validity_is_told(later: timedelta, told: str) -> None:
    [found] = portraits(LEAF.pem, NOW + later)
    assert rows(found)["valid"].endswith(told)


def test_critical_extensions_are_marked() -> None:
    name, key = named("x"), new_key()
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    found = builder.add_extension(x509.BasicConstraints(False, None), critical=True).sign(key, SHA256())
    assert rows(only(Made(found, key).pem))["basicConstraints"] == "no CA (critical)"


def test_what_would_move_a_cursor_is_not_printed() -> None:
    found = only(made("\x1b[2Jevil").pem)
    assert rows(found)["subject"] == "CN=\\x1b[2Jevil"
    assert found.body["subject_text"] == "CN=\\x1b[2Jevil"


def test_a_subject_of_nothing_is_told() -> None:
    key = new_key()
    empty = x509.Name([])
    builder = x509.CertificateBuilder(named("i"), empty, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    assert rows(only(Made(builder.sign(key, SHA256()), key).pem))["subject"] == "(empty)"


def test_der_is_read_as_well() -> None:
    assert only(LEAF.certificate.public_bytes(Encoding.DER)).as_json() == only(LEAF.pem).as_json()
    key = LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert only(key).public_key == public_hash(LEAF.key.public_key())
    public = LEAF.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert only(public).kind == "public-key"


def test_the_certificates_of_a_bag_are_shown_one_by_one() -> None:
    bag = pkcs7.serialize_certificates([LEAF.certificate, CA.certificate], Encoding.PEM)
    assert {rows(each)["subject"] for each in portraits(bag, NOW)} == {"CN=leaf", "CN=the CA"}


def request_for(name: str) -> x509.CertificateSigningRequest:
    builder = x509.CertificateSigningRequestBuilder(named(name)).add_extension(sans("r.example"), False)
    return builder.sign(LEAF.key, SHA256())


def test_a_request_shows_what_is_asked_for() -> None:
    found = only(request_for("r").public_bytes(Encoding.PEM))
    assert (found.kind, found.body["subject"], found.body["sans"]) == ("request", {"CN": "r"}, ["r.example"])
    assert found.public_key == public_hash(LEAF.key.public_key())
    assert found.flaws == ()


def test_a_request_that_is_not_signed_with_its_own_key_has_a_flaw() -> None:
    der = bytearray(request_for("r").public_bytes(Encoding.DER))
    at = der.index(b"r.example")
    der[at] = ord("s")
    assert only(bytes(der)).flaws == ("it is not signed with its own key",)


def test_a_revocation_list_shows_whom_it_revokes() -> None:
    entry = x509.RevokedCertificateBuilder(0xABC, NOW).build()
    builder = x509.CertificateRevocationListBuilder(named("the CA"), NOW, NOW + timedelta(days=7))
    crl = (
        builder.add_revoked_certificate(entry).add_extension(x509.CRLNumber(5), False).sign(CA.key, SHA256())
    )
    found = only(crl.public_bytes(Encoding.DER))
    assert found.kind == "crl"
    assert found.body["revoked"] == [{"serial": "abc", "date": "2026-11-23T12:00:00Z"}]
    assert found.body["next_update"] == "2026-11-30T12:00:00Z"
    assert rows(found)["valid"] == "2026-11-23T12:00:00Z to 2026-11-30T12:00:00Z, 7d left"
    assert ("", "serial abc on 2026-11-23T12:00:00Z") in found.rows
    assert rows(found)["cRLNumber"] == "5"


def test_a_revocation_list_that_revokes_nobody_says_so() -> None:
    builder = x509.CertificateRevocationListBuilder(named("the CA"), NOW, NOW + timedelta(days=7))
    assert rows(only(builder.sign(CA.key, SHA256()).public_bytes(Encoding.PEM)))["revoked"] == "0"


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_of_a_key_only_its_kind_and_its_public_half_are_told(form: PrivateFormat) -> None:
    key = LEAF.key.private_bytes(Encoding.PEM, form, NoEncryption())
    found = only(key)
    assert found.as_json() == {
        "kind": "key",
        "key": "ecdsa-p256",
        "public_key": public_key_of(key),
        "encrypted": False,
        "flaws": [],
    }
    secret = LEAF.key.private_numbers().private_value  # type: ignore[union-attr]
    everything = json.dumps(found.as_json()) + repr(found)
    assert f"{secret:x}" not in everything
    assert str(secret) not in everything


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_of_an_encrypted_key_nothing_is_told(form: PrivateFormat) -> None:
    found = only(LEAF.key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret")))
    assert (found.body["encrypted"], found.body["key"], found.public_key) == (True, None, "")


def test_other_kinds_of_keys_are_named_too() -> None:
    for key, name in (
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
        (rsa.generate_private_key(65537, 2048), "rsa-2048"),
    ):
        assert only(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())).body["key"] == name


def test_a_public_key_is_no_private_one() -> None:
    pem = LEAF.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    found = only(pem)
    assert (found.kind, found.public_key) == ("public-key", only(LEAF.key_pem).public_key)


def test_a_block_of_another_kind_is_named_and_no_more() -> None:
    found = only(b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n")
    assert (found.kind, found.rows, found.certificate) == ("ec parameters", (), None)


def test_several_things_are_shown_in_their_order() -> None:
    found = portraits(LEAF.key_pem + LEAF.pem + CA.pem, NOW)
    assert [each.kind for each in found] == ["key", "certificate", "certificate"]


def test_a_damaged_one_is_named_by_its_place() -> None:
    broken = CA.pem.replace(b"MII", b"MIX", 1)
    with pytest.raises(Unreadable, match="number 2 in it, the certificate, is damaged"):
        portraits(LEAF.pem + broken, NOW)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x30\x03\x02\x01\x05"])
def test_there_is_nothing_in_what_is_nothing_of_the_kind(content: bytes) -> None:
    assert portraits(content, NOW) == ()


def test_extensions_that_cannot_be_read_are_a_flaw_and_the_rest_is_shown() -> None:
    nonsense = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"nonsense")
    found = only(made("x", nonsense).pem)
    assert found.flaws[0].startswith("its extensions cannot be read")
    assert found.body["subject"] == {"CN": "x"}


def test_several_attributes_of_a_kind_all_stand_in_the_text() -> None:
    units = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, each) for each in ("a", "b")]
    key, name = new_key(), x509.Name(units)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    assert only(Made(builder.sign(key, SHA256()), key).pem).body["subject_text"] == "OU=a, OU=b"


def sequence(body: bytes) -> bytes:
    """The body as a DER SEQUENCE."""
    size = len(body).to_bytes(2, "big").lstrip(b"\0")
    return b"\x30" + bytes([0x80 | len(size)]) + size + body


def parts(der: bytes) -> tuple[bytes, bytes]:
    """The first SEQUENCE's body in DER, and what follows it."""
    many = der[1] & 0x7F if der[1] & 0x80 else 0
    size = int.from_bytes(der[2 : 2 + many], "big") if many else der[1]
    return der[2 + many : 2 + many + size], der[2 + many + size :]


def test_a_certificate_of_version_1_is_shown_with_its_flaw() -> None:
    whole, _ = parts(made("x").certificate.public_bytes(Encoding.DER))
    signed, rest = parts(whole)
    assert signed.startswith(b"\xa0\x03\x02\x01\x02")  # version 3
    found = only(sequence(sequence(signed[5:]) + rest))
    assert (found.body["version"], found.body["subject"]) == (1, {"CN": "x"})
    assert found.flaws[0].startswith("it is of version 1")


def test_a_serial_number_of_nothing_is_a_flaw() -> None:
    der = made("x", serial=1).certificate.public_bytes(Encoding.DER)
    found = only(der.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1))
    assert found.body["serial"] == "0"
    assert found.flaws == ("its serial number is not positive (RFC 5280 section 4.1.2.2)",)


def test_a_key_on_a_curve_that_nobody_knows_is_unknown() -> None:
    p256 = bytes.fromhex("2a8648ce3d030107")
    der = made("x").certificate.public_bytes(Encoding.DER).replace(p256, p256[:-1] + b"\x63")
    found = only(der)
    assert (found.body["key"], found.public_key, rows(found)["key"]) == ("unknown", "", "unknown")
