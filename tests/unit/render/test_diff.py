from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from etcdboot.base.artifacts import Artifact, Change, ChangeKind
from etcdboot.render.diff import difference


def describe(pem: bytes) -> str:
    return f"subject: {pem.strip().decode()}\n"


def diff(
    path: str, kind: ChangeKind, before: bytes | None, after: bytes = b"", *, secret: bool = False
) -> str:
    return difference(Change(Artifact(PurePosixPath(path), after, 0o600, secret), kind, before), describe)


def test_what_stays_the_same_has_no_diff() -> None:
    assert diff("a", ChangeKind.SAME, b"x", b"x") == ""


def test_an_update_is_a_unified_diff() -> None:
    text = diff("etcd1/etcd.env", ChangeKind.UPDATE, b"A=1\nB=2\n", b"A=1\nB=3\n")
    assert text == "--- a/etcd1/etcd.env\n+++ b/etcd1/etcd.env\n@@ -1,2 +1,2 @@\n A=1\n-B=2\n+B=3\n"


def test_a_new_file_comes_from_nowhere_and_a_stale_one_goes_there() -> None:
    assert diff("a", ChangeKind.NEW, None, b"x\n").startswith("--- /dev/null\n+++ b/a\n")
    assert diff("a", ChangeKind.STALE, b"x\n").startswith("--- a/a\n+++ /dev/null\n")


def test_a_missing_line_end_is_told() -> None:
    text = diff("a", ChangeKind.EDITED, b"x", b"x\n")
    assert text.endswith("-x\n\\ No newline at end of file\n+x\n")


@pytest.mark.parametrize(
    ("path", "kind", "before", "after", "told"),
    [
        ("pki/server-key.pem", ChangeKind.UPDATE, b"old", b"new", "key changed"),
        ("pki/server-key.pem", ChangeKind.NEW, None, b"new", "key added"),
        ("pki/server-key.pem", ChangeKind.STALE, b"old", b"", "key removed"),
        ("etcd.env", ChangeKind.EDITED, b"old", b"new", "secret changed"),
    ],
)
def test_a_secret_shows_nothing_of_itself(
    path: str, kind: ChangeKind, before: bytes | None, after: bytes, told: str
) -> None:
    assert diff(path, kind, before, after, secret=True) == f"{path}: {told}\n"


def test_a_certificate_is_compared_by_what_it_says() -> None:
    text = diff("pki/ca.pem", ChangeKind.UPDATE, b"old", b"new")
    assert text.endswith("-subject: old\n+subject: new\n")
    assert diff("pki/ca.pem", ChangeKind.EDITED, b"a\n\n", b"a\n") == "pki/ca.pem: PEM text changed\n"


def test_permissions_alone_are_told_too() -> None:
    assert diff("a-key.pem", ChangeKind.UPDATE, b"k", b"k", secret=True) == (
        "a-key.pem: permissions will be 0600\n"
    )


def test_no_file_can_command_the_terminal() -> None:
    text = diff("a", ChangeKind.FOREIGN, b"\x1b[2Jx\xff\r\n", b"y\n")
    assert "\x1b" not in text and "\r" not in text
    assert "-\\x1b[2Jx\\xff\\x0d\n" in text
