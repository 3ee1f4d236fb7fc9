from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from etcdboot.base.errors import EtcdbootError, Refused, UsageError
from etcdboot.pki.store import selection
from etcdboot.pki.store.inventory import Found, judge
from etcdboot.pki.x509 import profile
from etcdboot.pki.x509.key_encryption import seal
from etcdboot.pki.x509.pem import dump_certificate
from etcdboot.pki.x509.signing import Authority, issue
from etcdboot.spec.spec import CertificateSource
from samples.certificates import AUTHORITY, CLIENT, NOW, SERVER

ALL = (AUTHORITY, SERVER, CLIENT)
CA = issue(AUTHORITY, ec.generate_private_key(ec.SECP256R1()), None, now=NOW, serial=1)
LEAF = issue(SERVER, ec.generate_private_key(ec.SECP256R1()), Authority.load(CA), now=NOW, serial=2)
CA_FOUND = Found(AUTHORITY, CA.certificate, CA.key)
LEAF_FOUND = Found(SERVER, LEAF.certificate, LEAF.key)
NONE_FOUND = tuple(Found(request, None, None) for request in ALL)


def code(caught: pytest.ExceptionInfo[EtcdbootError]) -> str:
    [told] = caught.value.diagnostics
    assert told.hint
    return told.code


def test_names_are_taken_without_regard_to_case_and_all_means_all_but_the_cas() -> None:
    assert selection.chosen(ALL, ["ETCD1/Server"]) == {"etcd1/server"}
    assert selection.chosen(ALL, [], everything=True) == {"etcd1/server", "client/root"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("etcd1", "did you mean etcd1/server?"),
        ("Root", "did you mean client/root?"),
        ("etcd1/sever", "did you mean etcd1/server?"),
        ("zzz", "there are ca, etcd1/server, client/root"),
    ],
)
def test_an_unknown_name_is_told_with_what_might_be_meant(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        selection.chosen(ALL, [name])
    assert code(caught) == "EB308"
    assert caught.value.diagnostics[0].hint == hint


def test_nothing_named_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as caught:
        selection.chosen(ALL, [])
    assert code(caught) == "EB308"


def test_a_ca_is_not_renewed() -> None:
    with pytest.raises(Refused) as caught:
        selection.chosen(ALL, ["ca"])
    assert code(caught) == "EB307"


def test_only_what_is_named_and_its_ca_is_concerned() -> None:
    entries = judge(NONE_FOUND, NOW)
    kept = selection.concerned(entries, {"etcd1/server"})
    assert [entry.request.name for entry in kept] == ["ca", "etcd1/server"]


def test_a_pair_changed_by_hand_is_not_renewed_but_others_are() -> None:
    changed = Found(SERVER, LEAF.certificate, LEAF.key, edited=(LEAF_FOUND.paths.key,))
    entries = judge((CA_FOUND, changed, NONE_FOUND[2]), NOW)
    [told] = selection.concerned(entries, {"etcd1/server"})[1].refusals
    assert (told.code, told.severity) == ("EB309", "error")
    assert not any(entry.refusals for entry in selection.concerned(entries, {"client/root"}))


def test_a_ca_that_never_was_is_made_before_what_it_signs() -> None:
    entries = judge(NONE_FOUND, NOW)
    kept = selection.concerned(entries, {"etcd1/server"})
    assert [entry.request.name for entry in selection.renewed(kept, {"etcd1/server"})] == [
        "ca",
        "etcd1/server",
    ]
    assert selection.signers(kept, selection.renewed(kept, {"etcd1/server"})) == ({}, ())


def test_a_ca_at_hand_signs() -> None:
    entries = judge((CA_FOUND, NONE_FOUND[1]), NOW)
    authorities, refusals = selection.signers(entries, selection.missing(entries))
    assert (list(authorities), refusals) == (["ca"], ())


def test_a_key_is_asked_for_only_when_something_must_be_signed() -> None:
    keyless = Found(AUTHORITY, CA.certificate, None)
    entries = judge((keyless, LEAF_FOUND), NOW)
    assert selection.signers(entries, ()) == ({}, ())
    entries = judge((keyless, NONE_FOUND[1], NONE_FOUND[2]), NOW)
    _, [told] = selection.signers(entries, selection.missing(entries))
    assert told.code == "EB303"
    assert "etcd1/server, client/root cannot be signed" in told.message


def test_a_ca_with_a_key_that_cannot_sign_for_etcd_is_refused_by_name() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = profile.subject(AUTHORITY)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=9))
    pointer = profile.own_key_identifier(key.public_key())
    for extension, critical in profile.extensions(AUTHORITY, key.public_key(), pointer):
        builder = builder.add_extension(extension, critical)
    theirs = Found(
        AUTHORITY,
        dump_certificate(builder.sign(key, None)),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    entries = judge((theirs, NONE_FOUND[1]), NOW)
    authorities, [told] = selection.signers(entries, selection.missing(entries))
    assert (authorities, told.code, told.path) == ({}, "EB301", "ca-key.pem")


def test_an_unfit_ca_signs_nothing() -> None:
    entries = judge((Found(AUTHORITY, CA.certificate, LEAF.key), NONE_FOUND[1]), NOW)
    authorities, refusals = selection.signers(entries, selection.missing(entries))
    assert (authorities, [each.code for each in refusals]) == ({}, ["EB302"])


# --- keys that take a passphrase

KEY = ec.generate_private_key(ec.SECP256R1())
CLOSED = issue(
    AUTHORITY, KEY, None, now=NOW, serial=1, dump=lambda key: seal(key, b"secret", bytes(16), bytes(16))
)
CLOSED_FOUND = Found(AUTHORITY, CLOSED.certificate, CLOSED.key)


def opened(found: Found, passphrase: bytes) -> tuple[list[str], list[str], list[str]]:
    """The CAs that sign, the codes of what forbids it, and the keys that were asked for."""
    asked: list[str] = []

    def unlock(key: str) -> bytes:
        asked.append(key)
        return passphrase

    entries = judge((found, NONE_FOUND[1]), NOW)
    authorities, refusals = selection.signers(entries, selection.missing(entries), unlock)
    return list(authorities), [each.code for each in refusals], asked


def test_a_closed_key_signs_with_its_passphrase_and_only_with_it() -> None:
    assert opened(CLOSED_FOUND, b"secret") == (["ca"], [], ["ca-key.pem"])
    assert opened(CLOSED_FOUND, b"wrong") == ([], ["EB335"], ["ca-key.pem"])


def test_nobody_is_asked_when_nothing_is_signed_or_the_key_is_open() -> None:
    assert opened(CA_FOUND, b"secret") == (["ca"], [], [])
    entries = judge((CLOSED_FOUND, Found(SERVER, None, None)), NOW)
    assert selection.signers(entries, ()) == ({}, ())


def test_nobody_is_asked_when_another_reason_forbids_it() -> None:
    def unlock(key: str) -> bytes:
        raise AssertionError(key)

    damaged = Found(SERVER, b"x", None)
    entries = judge((CLOSED_FOUND, damaged, NONE_FOUND[2]), NOW)
    authorities, refusals = selection.signers(entries, selection.missing(entries), unlock)
    assert (authorities, [each.code for each in refusals]) == ({}, ["EB301"])


def test_a_closed_key_of_another_ca_is_found_out_when_it_is_opened() -> None:
    assert opened(Found(AUTHORITY, CA.certificate, CLOSED.key), b"secret")[1] == ["EB302"]


def test_who_only_asks_what_forbids_it_is_not_asked_for_a_passphrase() -> None:
    entries = judge((CLOSED_FOUND, NONE_FOUND[1]), NOW)
    assert selection.signers(entries, selection.missing(entries)) == ({}, ())


def test_open_keys_of_ours_can_be_closed() -> None:
    edited = replace(CA_FOUND, edited=(CA_FOUND.paths.key,))
    closable = selection.open_authorities(judge((CA_FOUND, LEAF_FOUND), NOW))
    assert [entry.request.name for entry in closable] == ["ca"]
    for found in (edited, CLOSED_FOUND, replace(CA_FOUND, key=None), NONE_FOUND[0]):
        assert selection.open_authorities(judge((found,), NOW)) == ()
    pair = selection.sealed(closable[0], lambda key: b"sealed")
    assert (pair.certificate, pair.key) == (CA.certificate, b"sealed")


# --- other people's work


@pytest.mark.parametrize("source", [CertificateSource.CSR, CertificateSource.PROVIDED])
def test_only_certificates_of_ours_are_made(source: CertificateSource) -> None:
    theirs = Found(replace(SERVER, source=source), None, None)
    entries = judge((CA_FOUND, theirs, NONE_FOUND[2]), NOW)
    assert [entry.request.name for entry in selection.missing(entries)] == ["client/root"]


def test_the_root_above_is_concerned_too_and_signs_what_is_to_be_made() -> None:
    root = replace(AUTHORITY, name="root-ca", ca_name="root-ca", path_length=1)
    below, leaf = replace(AUTHORITY, ca_name="root-ca"), replace(SERVER, above=("root-ca",))
    top = issue(root, KEY, None, now=NOW, serial=1)
    found = (Found(root, top.certificate, None), Found(below, None, None), Found(leaf, None, None))
    entries = selection.concerned(judge(found, NOW), {"etcd1/server"})
    assert [entry.request.name for entry in entries] == ["root-ca", "ca", "etcd1/server"]
    _, [told] = selection.signers(entries, selection.missing(entries))
    assert (told.code, told.path) == ("EB303", "root-ca-key.pem")
    assert "without it ca cannot be signed" in told.message


def test_nothing_is_signed_by_a_ca_that_others_have_until_it_is_here() -> None:
    provided = replace(AUTHORITY, source=CertificateSource.PROVIDED)
    entries = judge([Found(provided, None, None), Found(SERVER, None, None)], NOW)
    _, [refusal] = selection.signers(entries, entries[1:])
    assert refusal.code == "EB359"
    assert "etcd1/server" in refusal.message
