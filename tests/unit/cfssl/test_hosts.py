from __future__ import annotations

import pytest

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.cfssl.documents import Word
from etcdboot.cfssl.hosts import plain
from etcdboot.cfssl.locations import Place


def hosts(*texts: str) -> tuple[list[str], list[Diagnostic]]:
    told: list[Diagnostic] = []
    return [str(each) for each in plain([Word(text, Place("a", 1, 1)) for text in texts], told)], told


def test_names_and_addresses_are_taken_once_and_in_order() -> None:
    assert hosts("10.0.0.2", "E1.example.com", "10.0.0.2", "*.example.com", "fd00:0::1") == (
        ["10.0.0.2", "e1.example.com", "*.example.com", "fd00::1"],
        [],
    )


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://10.0.0.1:2379", "10.0.0.1"),
        ("https://[fd00::1]:2380/x", "fd00::1"),
        ("http://user@e1.example.com", "e1.example.com"),
        ("10.0.0.1:2379", "10.0.0.1"),
        ("[fd00::1]:2379", "fd00::1"),
        ("[fd00::1]", "fd00::1"),
        ("e1:2379", "e1"),
    ],
)
def test_the_host_in_a_url_or_before_a_port_is_taken_and_said(text: str, host: str) -> None:
    found, told = hosts(text)
    assert found == [host]
    assert [(each.code, each.severity) for each in told] == [("EB391", "warning")]
    assert repr(text) in told[0].message
    assert told[0].message.endswith(f"{host} is taken")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ops@example.com",
        "https://",
        "a b",
        "10.0.0.0/24",
        "10.0.0",
        "ä.example.com",
        "*.x",
        "spiffe:///a",
    ],
)
def test_what_is_no_host_is_named_and_left_out(text: str) -> None:
    found, told = hosts(text)
    assert found == []
    assert [each.code for each in told] == ["EB391"]
    assert "is left out" in told[0].message
