from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.pki.store.permissions import Kept, Kind, loose, strays

ME = 1000
KEY = b"-----BEGIN PRIVATE KEY-----\n"


def kept(path: str, mode: int = 0o644, kind: Kind = Kind.FILE, owner: int = ME, content: bytes = b"") -> Kept:
    return Kept(PurePosixPath(path), kind, mode, owner, content)


def key(path: str, mode: int = 0o600, owner: int = ME) -> Kept:
    return kept(path, mode, owner=owner, content=KEY)


def folder(path: str, mode: int = 0o700, owner: int = ME) -> Kept:
    return kept(path, mode, Kind.FOLDER, owner)


def told(findings: object) -> list[tuple[str, str, str]]:
    assert isinstance(findings, list)
    assert all(isinstance(each, Diagnostic) and each.hint for each in findings)
    return [(each.code, str(each.severity), each.path) for each in findings]


def test_what_only_its_owner_sees_is_well_kept() -> None:
    all_well = [folder(""), key("ca-key.pem"), kept("ca.pem"), folder("clients", 0o755)]
    assert list(loose(all_well, ME)) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o601, 0o620, 0o660])
def test_a_key_that_others_may_touch_is_an_error(mode: int) -> None:
    assert told(list(loose([folder(""), key("ca-key.pem", mode)], ME))) == [("EB345", "error", "ca-key.pem")]


def test_so_is_a_folder_with_a_key_in_it_and_one_without_is_not() -> None:
    found = [folder("", 0o755), folder("a", 0o750), key("a/x-key.pem"), folder("b", 0o755), kept("b/x.pem")]
    assert told(list(loose(found, ME))) == [("EB345", "error", "a")]


def test_the_root_is_named_as_such() -> None:
    [said] = loose([folder("", 0o755), key("ca-key.pem")], ME)
    assert said.message.startswith("the folder itself can be read by others (mode 0755, wanted 0700)")


def test_what_belongs_to_somebody_else_is_an_error() -> None:
    assert told(list(loose([folder(""), kept("ca.pem", owner=7)], ME))) == [("EB345", "error", "ca.pem")]


def test_root_may_look_at_another_users_folder_but_not_at_a_mixture() -> None:
    assert list(loose([folder(""), key("ca-key.pem")], 0)) == []
    assert told(list(loose([folder(""), kept("ca.pem", owner=0)], 0))) == [("EB345", "error", "ca.pem")]


def test_strays_are_warned_of_and_stray_keys_are_errors() -> None:
    found = [
        folder(""),
        kept(".etcdboot.json"),
        kept("ca.pem"),
        folder("members"),
        folder("members/etcd1"),
        kept("members/etcd1/server.pem"),
        kept("notes"),
        key("old-key.pem"),
        kept("link", kind=Kind.LINK),
        kept(".staged/ready"),
        folder("empty"),
    ]
    planned = {"ca.pem", "members/etcd1/server.pem"}
    assert told(list(strays(found, planned, lambda path: True))) == [
        ("EB346", "warning", "notes"),
        ("EB346", "error", "old-key.pem"),
        ("EB346", "warning", "link"),
    ]


def test_only_the_places_asked_for_are_looked_at() -> None:
    found = [kept("a/x"), kept("b/x")]
    assert [each.path for each in strays(found, (), lambda path: path.parts[0] == "a")] == ["a/x"]


def test_the_content_of_a_key_is_not_in_its_repr() -> None:
    assert "PRIVATE" not in repr(key("x"))
