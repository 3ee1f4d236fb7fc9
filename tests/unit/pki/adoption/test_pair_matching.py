from __future__ import annotations

from etcdboot.pki.adoption.pair_matching import Matched, PemFile, matched
from samples.foreign import Made, authority, made

CA = authority("some CA")
LEAF = made("etcd1", issuer=CA)


def files(**contents: bytes) -> list[PemFile]:
    return [PemFile(f"ssl/{name.replace('_', '-')}.pem", content) for name, content in contents.items()]


def told(found: Matched) -> list[tuple[str, str, str]]:
    return [(each.code, str(each.severity), f"{each.file}: {each.message}") for each in found.told]


def test_a_key_finds_its_certificate_whatever_the_files_are_called() -> None:
    found = matched(files(a=CA.pem, b=LEAF.pem, c=LEAF.key_pem, d=CA.key_pem))
    (ca,) = found.authorities
    (leaf,) = found.leaves
    assert (ca.file, ca.key_file, ca.key) == ("ssl/a.pem", "ssl/d.pem", CA.key_pem)
    assert (leaf.file, leaf.key_file, leaf.key) == ("ssl/b.pem", "ssl/c.pem", LEAF.key_pem)
    assert found.told == ()


def test_all_may_stand_in_one_file_with_words_between() -> None:
    found = matched(files(all=b"Subject: x\n" + LEAF.key_pem + LEAF.pem + CA.pem))
    assert [each.certificate for each in found.leaves] == [LEAF.pem + CA.pem]
    assert [each.key for each in found.leaves] == [LEAF.key_pem]
    assert [each.certificate for each in found.authorities] == [CA.pem]


def test_a_certificate_without_a_key_is_one_all_the_same() -> None:
    found = matched(files(ca=CA.pem, etcd1=LEAF.pem))
    assert [each.key for each in (*found.authorities, *found.leaves)] == [None, None]


def test_a_key_without_a_certificate_is_named() -> None:
    assert told(matched(files(ca=CA.pem, lone_key=LEAF.key_pem))) == [
        ("EB397", "warning", "ssl/lone-key.pem: left out: no certificate among the files belongs to this key")
    ]


def test_a_certificate_that_is_there_twice_counts_once() -> None:
    found = matched(files(ca=CA.pem, other=CA.pem))
    assert len(found.authorities) == 1
    assert told(found) == [
        ("EB397", "note", "ssl/other.pem: left out: the same certificate stands in ssl/ca.pem")
    ]


def test_what_cannot_be_read_is_named_and_the_rest_is_taken() -> None:
    damaged = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    odd_key = b"-----BEGIN Ed25519 PRIVATE KEY-----\nMIIB\n-----END Ed25519 PRIVATE KEY-----\n"
    locked = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
    found = matched(files(ca=CA.pem, bad=damaged, odd=odd_key, locked=locked))
    assert [each.certificate for each in found.authorities] == [CA.pem]
    assert [each[0] for each in told(found)] == ["EB397"] * 3
    assert {each.file for each in found.told} == {"ssl/bad.pem", "ssl/odd.pem", "ssl/locked.pem"}


def test_no_key_shows_in_what_is_printed() -> None:
    shown = repr(matched(files(etcd1=LEAF.pem, etcd1_key=LEAF.key_pem)))
    assert "PRIVATE" not in shown
    assert "PRIVATE" not in repr(PemFile("x", LEAF.key_pem))


def test_what_a_file_is_called_is_a_clue() -> None:
    (found,) = matched(files(etcd1_peer=LEAF.pem)).leaves
    assert found.clue.owner == "etcd1"
    assert isinstance(LEAF, Made)
