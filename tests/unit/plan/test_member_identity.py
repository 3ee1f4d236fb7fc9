from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from etcdboot.plan.member_identity import Identity, identity_of, objections, parse_identity
from etcdboot.plan.paths import LocalLayout
from etcdboot.plan.planner import plan
from etcdboot.spec.spec import ClusterSpec, MemberSpec

ONE = Identity("e1", ("http://127.0.0.1:2380",), "token", "e1=http://127.0.0.1:2380", "3.5.1")


def test_an_identity_is_read_back() -> None:
    assert parse_identity(ONE.dump()) == ONE


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"peer_urls": 1}', b'{"peer_urls": [], "x": 1}']
)
def test_anything_else_is_no_identity(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_identity(content)


def test_it_is_what_the_plan_says() -> None:
    spec = ClusterSpec(name="t", members=(MemberSpec(name="e1", host="127.0.0.1"),))
    planned = plan(spec, layout=LocalLayout(PurePosixPath("/state"), PurePosixPath("/etcd")))
    found = identity_of(planned, planned.members[0])
    assert found.peer_urls == ("https://127.0.0.1:2380",)
    assert (found.token, found.initial_cluster) == ("t", "e1=https://127.0.0.1:2380")


def test_the_same_identity_may_start_again() -> None:
    assert objections(ONE, ONE, "/data") == ()


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        (replace(ONE, peer_urls=("http://127.0.0.1:3380",)), "peer URLs"),
        (replace(ONE, token="other"), "initial-cluster-token"),
        (
            replace(ONE, initial_cluster="e1=http://127.0.0.1:2380,e2=http://127.0.0.1:3380"),
            "initial-cluster ",
        ),
    ],
)
def test_what_etcd_would_ignore_is_refused(changed: Identity, title: str) -> None:
    (found,) = objections(ONE, changed, "/data")
    assert found.code == "EB507" and title in found.message and "/data" in found.hint


@pytest.mark.parametrize(
    ("last", "coming", "may"),
    [
        ("3.5.1", "3.5.33", True),
        ("3.5.33", "3.5.1", True),
        ("3.5.33", "3.6.14", True),
        ("3.4.23", "3.6.14", False),
        ("3.6.14", "3.5.33", False),
    ],
)
def test_releases_move_on_by_one_minor_and_never_back(last: str, coming: str, may: bool) -> None:
    found = objections(replace(ONE, release=last), replace(ONE, release=coming), "/data")
    assert [each.code for each in found] == ([] if may else ["EB508"])
