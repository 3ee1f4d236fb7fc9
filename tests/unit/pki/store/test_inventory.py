from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from etcdboot.pki.store.inventory import Entry, Found, after, judge
from etcdboot.pki.x509.key_encryption import seal
from etcdboot.pki.x509.signing import Authority, issue
from samples.certificates import AUTHORITY, CLIENT, DAY, NOW, SERVER

CA = issue(AUTHORITY, ec.generate_private_key(ec.SECP256R1()), None, now=NOW, serial=1)
LEAF = issue(SERVER, ec.generate_private_key(ec.SECP256R1()), Authority.load(CA), now=NOW, serial=2)
USER = issue(CLIENT, ec.generate_private_key(ec.SECP256R1()), Authority.load(CA), now=NOW, serial=3)
CA_FOUND = Found(AUTHORITY, CA.certificate, CA.key)
LEAF_FOUND = Found(SERVER, LEAF.certificate, LEAF.key)


def judged(*found: Found, now: datetime = NOW) -> tuple[Entry, ...]:
    return judge(found, now)


def refused(*found: Found, now: datetime = NOW) -> list[str]:
    """The codes of all refusals; each has a hint and a place."""
    told = [each for entry in judge(found, now) for each in entry.refusals]
    assert all(each.hint and each.path for each in told)
    return [each.code for each in told]


def findings(*found: Found) -> list[str]:
    return [each.code for entry in judge(found, NOW) for each in entry.findings]


def test_sound_pairs_fit() -> None:
    assert [entry.facts is not None for entry in judged(CA_FOUND, LEAF_FOUND)] == [True, True]
    assert (refused(CA_FOUND, LEAF_FOUND), findings(CA_FOUND, LEAF_FOUND)) == ([], [])


def test_nothing_there_is_no_complaint() -> None:
    empty = (Found(AUTHORITY, None, None), Found(SERVER, None, None))
    assert all(entry.found.is_absent for entry in judged(*empty))
    assert (refused(*empty), findings(*empty)) == ([], [])


def test_a_ca_may_keep_its_key_elsewhere() -> None:
    assert refused(replace(CA_FOUND, key=None), LEAF_FOUND) == []
    assert findings(replace(CA_FOUND, key=None), LEAF_FOUND) == []


@pytest.mark.parametrize("lacking", ["certificate", "key"])
def test_half_a_leaf_is_named(lacking: str) -> None:
    kept = LEAF_FOUND.certificate if lacking == "key" else None
    key = LEAF_FOUND.key if lacking == "certificate" else None
    half = Found(SERVER, kept, key)
    assert findings(CA_FOUND, half) == ["EB310"]


def test_a_ca_that_is_gone_is_refused_when_it_has_signed_or_was_ours_or_left_its_key() -> None:
    gone = Found(AUTHORITY, None, None)
    assert refused(gone, LEAF_FOUND) == ["EB304"]
    assert refused(replace(gone, lost=True)) == ["EB304"]
    assert refused(replace(gone, key=CA.key)) == ["EB304"]


def test_a_foreign_file_is_refused_unread() -> None:
    theirs = Found(SERVER, b"nonsense", b"nonsense", foreign=(PurePosixPath("members/etcd1/server.pem"),))
    assert refused(CA_FOUND, theirs) == ["EB402"]


def test_the_key_of_another_certificate_is_refused() -> None:
    assert refused(CA_FOUND, replace(LEAF_FOUND, key=USER.key)) == ["EB302"]
    assert refused(replace(CA_FOUND, key=USER.key)) == ["EB302"]


@pytest.mark.parametrize("part", ["certificate", "key"])
def test_a_damaged_file_is_refused_with_its_name(part: str) -> None:
    for found in (CA_FOUND, LEAF_FOUND):
        damaged = Found(found.request, b"x", found.key) if part == "certificate" else replace(found, key=b"x")
        [entry] = [each for each in judged(CA_FOUND, damaged) if each.refusals]
        [told] = entry.refusals
        assert told.code == "EB301"
        assert told.path == str(getattr(damaged.paths, part))


def test_a_damaged_ca_is_not_blamed_on_its_leaves() -> None:
    damaged = replace(CA_FOUND, certificate=b"x")
    assert (refused(damaged, LEAF_FOUND), findings(damaged, LEAF_FOUND)) == (["EB301"], [])
    absent = Found(AUTHORITY, None, None)
    assert findings(absent, LEAF_FOUND) == ["EB317"]  # nobody knows whose it is


def test_an_expired_ca_and_one_that_is_no_ca_are_refused() -> None:
    assert refused(CA_FOUND, now=NOW + timedelta(days=3650)) == ["EB305"]
    assert refused(Found(AUTHORITY, USER.certificate, USER.key)) == ["EB306"]


def test_what_was_changed_by_hand_is_a_warning() -> None:
    changed = replace(LEAF_FOUND, edited=(LEAF_FOUND.paths.certificate,))
    assert findings(CA_FOUND, changed) == ["EB309"]
    assert refused(CA_FOUND, changed) == []


def test_after_the_writing_the_new_pairs_are_judged() -> None:
    before = judged(CA_FOUND, replace(LEAF_FOUND, key=None))
    stands = after(before, {SERVER.name: LEAF}, NOW)
    assert [(entry.findings, entry.refusals) for entry in stands] == [((), ()), ((), ())]


def test_a_certificate_cut_short_by_its_ca_is_noted_once_it_is_made() -> None:
    authority = replace(AUTHORITY, lifetime=100 * DAY)
    key = ec.generate_private_key(ec.SECP256R1())
    ca = issue(authority, key, None, now=NOW, serial=1)
    short = issue(SERVER, key, Authority.load(ca), now=NOW, serial=2)
    found = (Found(authority, ca.certificate, ca.key), Found(SERVER, None, None))
    stands = after(judged(*found), {SERVER.name: short}, NOW)
    assert [each.code for each in stands[1].findings] == ["EB322"]
    assert findings(found[0], Found(SERVER, short.certificate, short.key)) == []


def test_no_repr_shows_a_key() -> None:
    assert "PRIVATE" not in repr(judged(CA_FOUND, LEAF_FOUND))


def test_when_nothing_was_made_nothing_is_judged_again() -> None:
    before = judged(CA_FOUND, LEAF_FOUND)
    assert after(before, {}, NOW) is before


ROOT = replace(AUTHORITY, name="root-ca", ca_name="root-ca", path_length=1, subject=(("CN", "root"),))
BELOW = replace(AUTHORITY, ca_name="root-ca")
KEY = ec.generate_private_key(ec.SECP256R1())
TOP = issue(ROOT, KEY, None, now=NOW, serial=1)
MIDDLE = issue(BELOW, KEY, Authority.load(TOP), now=NOW, serial=2)
DEEP = replace(SERVER, above=("root-ca",))
TIP = issue(DEEP, KEY, Authority.load(MIDDLE), now=NOW, serial=3, chain=MIDDLE.certificate)
CHAIN = (
    Found(ROOT, TOP.certificate, TOP.key),
    Found(BELOW, MIDDLE.certificate, MIDDLE.key),
    Found(DEEP, TIP.certificate, TIP.key),
)


def test_a_sound_chain_fits_and_the_root_may_keep_its_key_elsewhere() -> None:
    assert (refused(*CHAIN), findings(*CHAIN)) == ([], [])
    kept_offline = (Found(ROOT, TOP.certificate, None), *CHAIN[1:])
    assert (refused(*kept_offline), findings(*kept_offline)) == ([], [])


def test_a_leaf_without_its_intermediate_is_named() -> None:
    bare = issue(DEEP, KEY, Authority.load(MIDDLE), now=NOW, serial=3)
    assert findings(*CHAIN[:2], Found(DEEP, bare.certificate, bare.key)) == ["EB332"]


def test_an_intermediate_of_another_root_is_refused() -> None:
    other = issue(ROOT, ec.generate_private_key(ec.SECP256R1()), None, now=NOW, serial=1)
    assert refused(Found(ROOT, other.certificate, other.key), *CHAIN[1:]) == ["EB331"]


def test_a_root_that_is_gone_is_not_made_again() -> None:
    assert refused(Found(ROOT, None, None), *CHAIN[1:]) == ["EB304"]


def test_a_ca_that_signed_itself_gets_no_root_above_it() -> None:
    own = issue(AUTHORITY, KEY, None, now=NOW, serial=1)
    flipped = (Found(ROOT, None, None), Found(BELOW, own.certificate, own.key), Found(DEEP, None, None))
    [told] = [each for entry in judge(flipped, NOW) for each in entry.refusals]
    assert (told.code, told.path) == ("EB331", "ca.pem")
    assert "leave intermediate out" in told.hint


def test_a_damaged_ca_hides_whether_it_signed_itself_and_its_root_is_missed() -> None:
    assert refused(Found(ROOT, None, None), Found(BELOW, b"x", None), Found(DEEP, None, None)) == [
        "EB304",
        "EB301",
    ]


def test_an_intermediate_is_named_where_the_spec_wants_a_root() -> None:
    assert findings(Found(AUTHORITY, MIDDLE.certificate, MIDDLE.key)) == ["EB331"]


def test_the_closed_key_of_a_ca_is_left_closed_and_of_a_leaf_refused() -> None:
    closed = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED PRIVATE KEY-----\n"
    assert refused(replace(CA_FOUND, key=seal(KEY, b"secret", bytes(16), bytes(16))), LEAF_FOUND) == []
    assert refused(CA_FOUND, replace(LEAF_FOUND, key=seal(KEY, b"secret", bytes(16), bytes(16)))) == ["EB301"]
    assert refused(CA_FOUND, replace(LEAF_FOUND, key=closed)) == ["EB301"]
