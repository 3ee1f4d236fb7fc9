from __future__ import annotations

import json

import pytest

from etcdboot.base.manifest import Manifest, ManifestProblem, digest


def test_a_manifest_is_read_back_and_is_the_same_text_whatever_the_order() -> None:
    manifest = Manifest({"b": "2", "a": "1"}, {"m": "3.6.14"}, {"c": "3"}, frozenset({"b", "a"}))
    again = Manifest({"a": "1", "b": "2"}, {"m": "3.6.14"}, {"c": "3"}, frozenset({"a", "b"}))
    assert manifest.dump() == again.dump()
    assert Manifest.parse(manifest.dump()) == manifest
    assert manifest.paths() == ("a", "b", "c")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"etcdboot-manifest": "1"}',
        b'{"etcdboot-manifest": 1, "files": []}',
        b'{"etcdboot-manifest": 1, "files": {"a": 1}}',
        b'{"etcdboot-manifest": 1, "secret": [1]}',
        b'{"etcdboot-manifest": 1, "secret": "a"}',
        b'{"etcdboot-manifest": 1, "files": {"../../etc/passwd": "x"}}',
        b'{"etcdboot-manifest": 1, "pending": {"/etc/passwd": "x"}}',
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(ManifestProblem) as caught:
        Manifest.parse(body)
    assert not caught.value.newer


def test_a_manifest_of_a_later_etcdboot_is_refused_as_such() -> None:
    body = json.loads(Manifest().dump()) | {"etcdboot-manifest": 2}
    with pytest.raises(ManifestProblem, match="newer etcdboot") as caught:
        Manifest.parse(json.dumps(body).encode())
    assert caught.value.newer


def test_paths_taken_out_leave_nothing_behind() -> None:
    manifest = Manifest({"a": "1", "b": "2"}, {"m": "3.6.14"}, {"a": "3"}, frozenset({"a", "b"}))
    assert manifest.without(["a"]) == Manifest({"b": "2"}, {"m": "3.6.14"}, {}, frozenset({"b"}))


def test_what_we_wrote_last_and_what_we_are_writing_are_both_ours() -> None:
    manifest = Manifest({"a": digest(b"old")}, {}, {"a": digest(b"new")})
    assert [manifest.wrote("a", content) for content in (b"old", b"new", b"else")] == [True, True, False]
    assert not manifest.wrote("b", b"old")


def test_what_others_made_is_known_by_its_very_bytes() -> None:
    manifest = Manifest(files={"a": digest(b"x")}, adopted={"a": digest(b"x")})
    assert Manifest.parse(manifest.dump()) == manifest
    assert manifest.has_adopted("a", b"x")
    assert not manifest.has_adopted("a", b"y")
    assert not manifest.has_adopted("b", b"x")
    assert manifest.without(["a"]).adopted == {}


def test_a_manifest_speaks_of_adoption_only_where_there_was_one() -> None:
    assert b"adopted" not in Manifest().dump()
    with pytest.raises(ManifestProblem, match="adopted is not a table"):
        Manifest.parse(b'{"etcdboot-manifest": 1, "adopted": []}')
