from __future__ import annotations

import pytest

from etcdboot.effects.network.untrusted_json import json_of, object_of, texts


def test_json_is_read() -> None:
    assert json_of(b'[1, {"a": null}]') == [1, {"a": None}]
    assert object_of('{"a": 1}') == {"a": 1}
    assert texts(["a", 1, "b", None]) == ("a", "b")


@pytest.mark.parametrize("text", ["", "hello", "[" * 100_000, "1" * 10_000, "\ud800", "{"])
def test_what_is_no_json_is_nothing(text: str) -> None:
    assert json_of(text) is None
    assert object_of(text) == {}


def test_bytes_that_are_no_text_are_nothing() -> None:
    assert json_of(b"\xff\xfe[") is None


@pytest.mark.parametrize("text", ["[]", "3", "null", '"a"'])
def test_json_that_is_no_object_is_an_empty_one(text: str) -> None:
    assert object_of(text) == {}


@pytest.mark.parametrize("found", [None, 7, "ab", {"a": 1}])
def test_what_is_no_list_holds_no_texts(found: object) -> None:
    assert texts(found) == ()
