"""Whatever a file holds, it is described or refused; and what is due stays due."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from etcdboot.pki.inspection.file_inspection import portraits
from etcdboot.pki.inspection.file_verification import Given, Question, all_of
from etcdboot.pki.store.expiry import Within, is_due, margin
from etcdboot.pki.x509.pem import Unreadable
from samples.certificates import NOW, SERVER, facts_of
from samples.foreign import BOTH, authority, made, sans, usage

CA = authority("ca", path_length=1)
LEAF = made("leaf", BOTH, usage(digital_signature=True), sans("a.example", "::1", "10.0.0.1"), issuer=CA)
DERS = (
    LEAF.certificate.public_bytes(Encoding.DER),
    CA.certificate.public_bytes(Encoding.DER),
    LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
)
LABELS = (
    "CERTIFICATE",
    "CERTIFICATE REQUEST",
    "X509 CRL",
    "PKCS7",
    "PRIVATE KEY",
    "EC PRIVATE KEY",
    "PUBLIC KEY",
    "X",
)
FACTS = facts_of(SERVER)
WITHIN = st.one_of(
    st.none(),
    st.builds(Within, seconds=st.integers(1, 10**9)),
    st.builds(Within, share=st.floats(0.001, 1)),
)


def wrapped(label: str, der: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n{b64encode(der).decode()}\n-----END {label}-----\n".encode()


def described_or_refused(content: bytes) -> None:
    try:
        found = portraits(content, NOW)
    except Unreadable as refusal:
        assert str(refusal)
        return
    for each in found:
        json.dumps(each.as_json())
        assert all(text.isprintable() for _, text in each.rows)
    tuple(all_of([Given("x", found)], Question(), NOW))


@given(st.binary(max_size=300))
def test_any_bytes_are_described_or_refused(content: bytes) -> None:
    described_or_refused(content)


@given(st.sampled_from(LABELS), st.binary(max_size=300))
def test_any_bytes_between_marks_are_described_or_refused(label: str, content: bytes) -> None:
    described_or_refused(wrapped(label, content))


@given(st.sampled_from(DERS), st.sampled_from(("", *LABELS)), st.data())
def test_a_file_with_flipped_bytes_is_described_or_refused(
    der: bytes, label: str, data: st.DataObject
) -> None:
    spoilt = bytearray(der)
    for _ in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    described_or_refused(wrapped(label, bytes(spoilt)) if label else bytes(spoilt))


@given(WITHIN, st.integers(-(10**8), 10**8), st.integers(0, 10**8))
def test_what_is_due_stays_due(within: Within | None, seconds: int, later: int) -> None:
    moment = FACTS.not_after + timedelta(seconds=seconds)
    if is_due(SERVER, FACTS, moment, within):
        assert is_due(SERVER, FACTS, moment + timedelta(seconds=later), within)


@given(WITHIN)
def test_it_becomes_due_at_its_margin(within: Within | None) -> None:
    turn = FACTS.not_after - timedelta(seconds=margin(SERVER, FACTS, within))
    assert is_due(SERVER, FACTS, turn + timedelta(seconds=1), within)
    assert not is_due(SERVER, FACTS, turn - timedelta(seconds=2), within)
