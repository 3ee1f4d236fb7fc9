from __future__ import annotations

import pytest

from etcdboot.base.addresses import parse_san
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.cfssl.leaf_certificates import Leaf
from etcdboot.cfssl.locations import Place
from etcdboot.cfssl.member_inference import Cast, cast
from etcdboot.plan.filename_hints import clue


def leaf(stem: str, *hosts: str, name: str = "") -> Leaf:
    return Leaf(Place(f"{stem}.json", 1, 1), clue(stem), name, (), tuple(map(parse_san, hosts)), None)


def found(*leaves: Leaf) -> tuple[list[tuple[str, str | None, tuple[str, ...]]], tuple[str, ...]]:
    told: list[Diagnostic] = []
    seen: Cast = cast(leaves, told)
    assert [each.code for each in told] == (["EB395"] if seen.members else [])
    return [(each.name, each.host, each.sans) for each in seen.members], seen.sans


def test_no_member_is_named_like_a_user_or_like_the_clients_certificates() -> None:
    told: list[Diagnostic] = []
    crowd = leaf("server", "root.x.org", "b.x.org")
    assert [member.name for member in cast([crowd], told).members] == ["etcd1", "etcd2"]
    members = (
        leaf("server", "10.0.0.1", name="Root"),
        leaf("b", "10.0.0.2"),
        leaf("peer", "10.0.0.3", name="Client"),
    )
    assert [member.name for member in cast(members, told).members] == ["etcd1", "b", "etcd2"]
    taken = cast(
        (leaf("app", "10.0.0.1", name="root"), leaf("b", "10.0.0.2")), told, {"root", "app", "etcd1"}
    )
    assert [member.name for member in taken.members] == ["etcd2", "b"]
    numbered = cast([leaf("server", "10.0.0.1", "10.0.0.2")], told, {"root", "etcd1"})
    assert [member.name for member in numbered.members] == ["etcd2", "etcd3"]


@pytest.mark.parametrize(
    ("leaves", "members", "sans"),
    [
        pytest.param(
            [leaf("server-csr", "10.0.0.1", "10.0.0.2", "127.0.0.1")],
            [("etcd1", "10.0.0.1", ()), ("etcd2", "10.0.0.2", ())],
            (),
            id="every address of one certificate for all",
        ),
        pytest.param(
            [leaf("etcd", "a.x.org", "b.x.org", "10.0.0.1", "10.0.0.2")],
            [("a", "10.0.0.1", ("a.x.org",)), ("b", "10.0.0.2", ("b.x.org",))],
            (),
            id="as many names as addresses",
        ),
        pytest.param(
            [leaf("etcd", "etcd.x.org", "*.x.org", "10.0.0.1", "10.0.0.2", "fd00::1")],
            [("etcd1", "10.0.0.1", ()), ("etcd2", "10.0.0.2", ())],
            ("etcd.x.org", "*.x.org", "fd00::1"),
            id="what is over belongs to all",
        ),
        pytest.param(
            [leaf("etcd", "a.x.org", "b.x.org")],
            [("a", "a.x.org", ()), ("b", "b.x.org", ())],
            (),
            id="names alone",
        ),
        pytest.param(
            [leaf("etcd", "a.x.org", "a.y.org")],
            [("etcd1", "a.x.org", ()), ("etcd2", "a.y.org", ())],
            (),
            id="labels that are not unique",
        ),
        pytest.param(
            [leaf("etcd", "10.0.0.1", "e1.x.org", "*.x.org")],
            [("etcd", "10.0.0.1", ("e1.x.org", "*.x.org"))],
            (),
            id="one machine",
        ),
        pytest.param(
            [leaf("server", "10.0.0.1"), leaf("peer", "10.0.0.1")],
            [("etcd1", "10.0.0.1", ())],
            (),
            id="two certificates for one set of hosts",
        ),
        pytest.param(
            [leaf("member1", "10.0.0.1", "192.168.0.1")],
            [("member1", "10.0.0.1", ("192.168.0.1",))],
            (),
            id="the name counts, so it is one of several",
        ),
        pytest.param(
            [leaf("a-server", "10.0.0.1"), leaf("a-peer", "192.168.0.1"), leaf("b", "b.x.org", "*.x.org")],
            [("a", "10.0.0.1", ("192.168.0.1",)), ("b", "b.x.org", ("*.x.org",))],
            (),
            id="one owner with two certificates",
        ),
        pytest.param(
            [leaf("server", "10.0.0.1", "10.0.0.2", "x.org"), leaf("e1", "10.0.0.1"), leaf("e2", "10.0.0.2")],
            [("e1", "10.0.0.1", ()), ("e2", "10.0.0.2", ())],
            ("x.org",),
            id="one for all beside one for each",
        ),
        pytest.param(
            [
                leaf("server", "10.0.0.1", name="e1"),
                leaf("peer", "10.0.0.2", name="e1"),
                leaf("x", "10.0.0.3"),
            ],
            [("e1", "10.0.0.1", ()), ("etcd1", "10.0.0.2", ()), ("x", "10.0.0.3", ())],
            (),
            id="names that are taken",
        ),
        pytest.param(
            [leaf("a b", "10.0.0.1", name="é"), leaf("c", "10.0.0.2")],
            [("etcd1", "10.0.0.1", ()), ("c", "10.0.0.2", ())],
            (),
            id="names that cannot be one",
        ),
    ],
)
def test_members_are_told_from_hosts(
    leaves: list[Leaf], members: list[tuple[str, str, tuple[str, ...]]], sans: tuple[str, ...]
) -> None:
    assert found(*leaves) == (members, sans)


@pytest.mark.parametrize(
    "only", [leaf("client", "10.0.0.1"), leaf("server", "127.0.0.1"), leaf("a", "*.x.org")]
)
def test_nobody_is_a_member_whom_nobody_dials(only: Leaf) -> None:
    assert found(only)[0] == []


def test_what_was_assumed_is_told_with_the_files() -> None:
    told: list[Diagnostic] = []
    cast([leaf("etcd", "10.0.0.1", "10.0.0.2")], told)
    assert told[0].message == (
        "taken for members, from etcd.json: etcd1=10.0.0.1, etcd2=10.0.0.2; "
        "cfssl makes one certificate for all, etcdboot makes each its own"
    )
