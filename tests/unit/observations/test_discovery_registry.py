from __future__ import annotations

import pytest

from etcdboot.observations.discovery_registry import (
    Registration,
    Registry,
    is_of_service,
    parse_registration,
    registry,
    size_url,
    tokens_base,
    v3_key,
    v3_registrations,
)
from etcdboot.spec.spec import BootstrapMode

V2, V3 = BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3


@pytest.mark.parametrize(
    ("value", "name", "urls"),
    [
        ("etcd1=http://10.0.0.1:2380", "etcd1", ("http://10.0.0.1:2380",)),
        ("a=http://x:1,a=http://y:2", "a", ("http://x:1", "http://y:2")),
        (" a=http://x:1\n", "a", ("http://x:1",)),
        ("a=http://x:1,b=http://y:2", "a,b", ("http://x:1", "http://y:2")),
        ("junk", "junk", ()),
        ("a=", "a", ()),
        ("", "", ()),
        ("a\x1b[2J=http://x\x07:1", "a\\x1b[2J", ("http://x\\x07:1",)),
    ],
)
def test_an_entry_is_read_as_etcd_reads_it(value: str, name: str, urls: tuple[str, ...]) -> None:
    assert parse_registration("1a", value, 7) == Registration("1a", name, urls, 7)


@pytest.mark.parametrize(
    ("mode", "size", "places"),
    [
        (V2, "3", 3),
        (V3, "3", 3),
        (V3, "+3", 3),
        (V2, "+3", None),
        (V2, "0", None),
        (V3, "0", None),
        (V3, "-1", None),
        (V2, "abc", None),
        (V3, " 2", None),
        (V3, "2\n", None),
        (V2, "", None),
        (V2, "٣", None),  # a digit, and none of Go's
        (V2, "9" * 30, None),
        (V2, "9" * 5_000, None),
        (V3, str(2**63 - 1), 2**63 - 1),
        (V3, str(2**63), None),
        (V2, "0" * 5_000 + "3", 3),
        (V3, "+", None),
        (V2, None, None),
    ],
)
def test_a_size_is_a_number_that_go_reads(mode: BootstrapMode, size: str | None, places: int | None) -> None:
    assert Registry(mode, "tok", size).places == places


def test_the_first_of_many_have_the_places() -> None:
    late, early, between = (
        Registration(name, name, (), since) for name, since in (("c", 9), ("a", 4), ("b", 5))
    )
    found = registry(V2, "tok", "2", [late, early, between])
    assert found.registered == (early, between, late)
    assert found.first == (early, between)


def test_nobody_has_a_place_without_a_size() -> None:
    assert registry(V2, "tok", None, [Registration("a", "a", ())]).first == ()


def test_a_discovery_url_is_taken_apart() -> None:
    url = "http://127.0.0.1:2379/v2/keys/_etcd/registry/tok"
    assert size_url(url) == f"{url}/_config/size"
    assert tokens_base(url) == "http://127.0.0.1:2379/v2/keys/_etcd/registry"
    assert not is_of_service(url)
    assert is_of_service("https://discovery.example.com/0123")


def test_the_keys_of_v3_are_etcds() -> None:
    assert v3_key("tok", "_config/size") == "/_etcd/registry/tok/_config/size"


def test_only_members_are_taken_from_the_keys_of_v3() -> None:
    pairs = [
        ("/_etcd/registry/tok/_config/size", "3", 2),
        ("/_etcd/registry/tok/members/1a", "a=http://x:1", 5),
        ("/_etcd/registry/tok/members/2b", "etcd passes over this", 6),
    ]
    assert list(v3_registrations("tok", pairs)) == [Registration("1a", "a", ("http://x:1",), 5)]
