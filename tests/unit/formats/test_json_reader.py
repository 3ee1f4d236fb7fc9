from __future__ import annotations

import pytest

from etcdboot.formats.json_reader import JsonProblem, parse
from etcdboot.formats.yaml_reader import MAX_BYTES, Mapping, Mark, Scalar, Sequence, Tag


def test_values_know_their_place_and_kind() -> None:
    node = parse('{\n\t"CN": "etcd",\n\t"key": {"size": 2048},\n\t"hosts": ["a", true, null, 1.5]\n}\n')
    assert isinstance(node, Mapping)
    found = {key.text: value for key, value in node.items}
    assert found["CN"] == Scalar("etcd", False, Mark(2, 8))
    hosts = found["hosts"]
    assert isinstance(hosts, Sequence)
    assert [each.tag for each in hosts.items if isinstance(each, Scalar)] == [
        Tag.TEXT,
        Tag.BOOLEAN,
        Tag.NULL,
        Tag.NUMBER,
    ]
    assert hosts.mark == Mark(4, 11)


def test_escapes_are_read_and_half_a_character_is_replaced() -> None:
    assert parse(r'"a\u00e9\ud83d\ude00\/"') == Scalar("aé😀/", False, Mark(1, 1))
    assert parse(r'"\ud800"') == Scalar("\ufffd", False, Mark(1, 1))


@pytest.mark.parametrize("text", ["{}", "[]", " [ ] ", '{"a":{}}', "-0.5e+3", "0"])
def test_small_texts_are_read(text: str) -> None:
    assert parse(text)


@pytest.mark.parametrize(
    ("text", "place", "said", "hint"),
    [
        ("", (1, 1), "empty", ""),
        ('{"a": 1,\n}', (2, 1), "a key in double quotes", "take the comma before it away"),
        ("[1,]", (1, 4), "a value is wanted", "take the comma before it away"),
        ("// cfssl\n{}", (1, 1), "a value is wanted", "JSON has no comments"),
        ('{"a" 1}', (1, 6), "a colon", ""),
        ('{"a": 1 "b": 2}', (1, 9), "a comma or }", ""),
        ("[1 2]", (1, 4), "a comma or ]", ""),
        ("{a: 1}", (1, 2), "a key in double quotes", ""),
        ("{} {}", (1, 4), "more follows", ""),
        ('{"a": "b', (1, 7), "unterminated string", ""),
        ('"a\nb"', (1, 3), "invalid control character", ""),
        ('{"a": tru}', (1, 7), "a value is wanted", ""),
        ("[01]", (1, 3), "a comma or ]", ""),
        ("\ufeff{}", (1, 1), "a value is wanted", ""),
        ("[" * 40, (1, 33), "nested deeper", ""),
        ('{"a": 1,\n "a": 2}', (2, 2), "'a' stands twice; the first is in line 1", "keep one of them"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(
    text: str, place: tuple[int, int], said: str, hint: str
) -> None:
    with pytest.raises(JsonProblem) as caught:
        parse(text)
    assert caught.value.mark == Mark(*place)
    assert said in str(caught.value)
    assert caught.value.hint.startswith(hint)
    assert bool(caught.value.hint) == bool(hint)


def test_an_endless_text_is_not_read() -> None:
    with pytest.raises(JsonProblem, match="larger than 1 MiB"):
        parse("[" + " " * MAX_BYTES + "]")
