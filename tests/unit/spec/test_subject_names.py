from __future__ import annotations

import re

import pytest

from etcdboot.base.addresses import parse_san
from etcdboot.spec.subject_names import (
    ATTRIBUTES,
    parse_attribute,
    parse_constraint,
    pattern,
    permits,
    permitted,
)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("C", "de", "DE"),
        ("C", "US", "US"),
        ("ST", "é" * 128, "é" * 128),
        ("L", "a" * 128, "a" * 128),
        ("O", "Example, Inc. + sons", "Example, Inc. + sons"),
        ("OU", "x" * 64, "x" * 64),
    ],
)
def test_an_attribute_is_taken_within_its_bounds(key: str, text: str, value: str) -> None:
    assert parse_attribute(key, text) == value
    assert re.search(pattern(key), text)


@pytest.mark.parametrize(
    ("key", "text"),
    [("C", "D"), ("C", "DEU"), ("C", "D1"), ("C", "DÉ"), ("C", "DE\n"),
     ("ST", "a" * 129), ("L", "a" * 129), ("O", "a" * 65), ("OU", "a" * 65), ("O", " a"), ("O", "a ")],
)  # fmt: skip
def test_what_rfc_5280_has_no_room_for_is_refused(key: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"country|too many|blank"):
        parse_attribute(key, text)


def test_the_attributes_go_from_the_country_to_the_unit() -> None:
    assert list(ATTRIBUTES) == ["C", "ST", "L", "O", "OU"]


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        ("Example.COM.", "example.com"),
        ("localhost", "localhost"),
        ("192.168.202.0/24", "192.168.202.0/24"),
        ("192.168.202.7", "192.168.202.7/32"),
        ("fd00::/8", "fd00::/8"),
        ("FD00::1", "fd00::1/128"),
    ],
)
def test_a_constraint_is_a_domain_or_a_network(text: str, constraint: str) -> None:
    assert parse_constraint(text) == constraint
    assert parse_constraint(constraint) == constraint


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (".example.com", "the domain alone"),
        ("*.example.com", "the domain alone"),
        ("192.168.202.1/24", "host bits"),
        ("192.168.202.0/33", "not a network"),
        ("example.com/24", "not a network"),
        ("https://example.com", "not a network"),
        ("example.com:2379", "port"),
        ("a b", "neither"),
    ],
)
def test_what_is_neither_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_constraint(text)


@pytest.mark.parametrize(
    ("san", "inside"),
    [
        ("example.com", True),
        ("a.b.example.com", True),
        ("*.example.com", True),
        ("anexample.com", False),
        ("example.com.evil.org", False),
        ("com", False),
        ("10.0.0.255", True),
        ("10.0.1.0", False),
        ("fd00::1", False),
        ("localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
    ],
)
def test_a_name_is_covered_by_its_domain_or_network_and_loopback_always(san: str, inside: bool) -> None:
    assert permits(("example.com", "10.0.0.0/24"), parse_san(san)) is inside


def test_domains_leave_addresses_open_and_networks_close_names() -> None:
    """A kind of name that no subtree speaks of is left open (RFC 5280 section 4.2.1.10)."""
    assert permits(("example.com",), parse_san("10.0.0.1"))
    assert not permits(("10.0.0.0/8",), parse_san("example.com"))
    assert permits((), parse_san("example.com")) and permits((), parse_san("10.0.0.1"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ((), ()),
        (("example.com",), ("example.com", "localhost")),
        (("localhost", "a.b"), ("localhost", "a.b")),
        (("10.0.0.0/8",), ("10.0.0.0/8", "localhost", "127.0.0.0/8", "::1/128")),
    ],
)
def test_loopback_is_permitted_beside_what_is_written(
    written: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert permitted(written) == shown
    assert tuple(map(parse_constraint, shown)) == shown
