from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from etcdboot.cfssl.json_fields import Reader
from etcdboot.formats.json_reader import parse

KNOWN = {"CN": "", "hosts": "", "crl_url": "nobody follows it"}


def read(text: str) -> tuple[Reader, dict[str, Any]]:
    reader = Reader("x.json")
    return reader, reader.taken(parse(text), KNOWN, "request")


def test_names_are_read_without_regard_to_case() -> None:
    reader, found = read('{"cn": "a", "HOSTS": null}')
    assert list(found) == ["CN"]
    assert reader.told == []


def test_what_is_unknown_is_named_with_the_nearest_and_what_is_left_with_its_reason() -> None:
    reader, found = read('{"host": [], "zzz": 1, "crl_url": "http://x", "CN": "a"}')
    assert list(found) == ["CN"]
    assert [(each.code, each.column, each.hint) for each in reader.told] == [
        ("EB387", 2, "did you mean hosts?"),
        ("EB387", 14, "known there: CN, hosts, crl_url"),
        ("EB388", 24, ""),
    ]
    assert reader.told[2].message == "request: crl_url is not taken over: nobody follows it"


@pytest.mark.parametrize("empty", ['""', "null", "0", "false", "[]", "{}"])
def test_what_says_nothing_is_not_missed(empty: str) -> None:
    assert read(f'{{"crl_url": {empty}}}')[0].told == []


def test_a_field_twice_but_for_case_is_an_error() -> None:
    reader, _ = read('{"CN": "a", "cn": "b"}')
    assert [(each.code, each.severity) for each in reader.told] == [("EB385", "error")]


@pytest.mark.parametrize(
    ("call", "good", "value"),
    [
        (lambda reader: reader.text, '"a"', "a"),
        (lambda reader: reader.number, "7", 7),
        (lambda reader: reader.truth, "true", True),
        (lambda reader: reader.items, "[]", ()),
        (lambda reader: reader.lifetime, '"1h30m"', 5400),
    ],
)
def test_each_type_reads_its_own_and_takes_no_other(
    call: Callable[[Reader], Callable[..., object]], good: str, value: object
) -> None:
    reader = Reader("x.json")
    assert call(reader)(parse(good), "it") == value
    empty = call(reader)(None, "it")
    assert call(reader)(parse("null"), "it") == empty
    assert reader.told == []
    assert call(reader)(parse('{"a": 1}'), "it") == empty
    assert call(reader)(parse("1.5"), "it") == empty
    assert [each.code for each in reader.told] == ["EB385", "EB385"]
    assert "is wanted here, not an object" in reader.told[0].message


def test_an_object_is_wanted_where_fields_are() -> None:
    reader, found = read("[]")
    assert found == {}
    assert [each.message for each in reader.told] == ["request: an object is wanted here, not a list"]


def test_a_number_that_no_machine_holds_is_none() -> None:
    reader = Reader("x.json")
    assert reader.number(parse("9" * 400), "size") == 0
    assert reader.told


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("10y", "'10y' is not a duration", "cfssl counts in hours: 8760h is a year"),
        ("soon", "'soon' is not a duration", ""),
        ("-1h", "-1h ends before it begins", ""),
        ("9999999999h", "longer than a duration can be", ""),
    ],
)
def test_a_lifetime_that_is_none_is_an_error(text: str, said: str, hint: str) -> None:
    reader = Reader("x.json")
    assert reader.lifetime(parse(f'"{text}"'), "expiry") == 0
    (told,) = reader.told
    assert said in told.message
    assert told.hint == hint
