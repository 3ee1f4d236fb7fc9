from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from etcdboot.formats.yaml_reader import Node, compose
from etcdboot.spec.container_types import Brief, Field, Flags, ListOf, Pairs, Record
from etcdboot.spec.scalar_types import UNREADABLE, Integer, Problems, Shape, Text


@dataclass(frozen=True)
class Inner:
    size: int | None = None


@dataclass(frozen=True)
class Outer:
    name: str
    words: tuple[str, ...] = ("a",)
    inner_part: Inner = field(default_factory=Inner)


INNER = Record(Inner, (Field("size", Integer(1, 9), "How large."),))
OUTER = Record(
    Outer,
    (
        Field("name", Text(), "Its name.", required=True),
        Field("words", ListOf(Text(), alone=True, most=2), "Its words."),
        Field("inner-part", INNER, "What is in it."),
    ),
    elsewhere=lambda key: "far away" if key == "zzzz" else "",
)


def read(shape: Shape, text: str) -> tuple[Any, list[tuple[str, str]]]:
    root: Node | None = compose(text)
    assert root is not None
    problems = Problems()
    value = shape.read(root, "", problems)
    return value, [(each.code, each.path) for each in problems.found]


def test_a_record_is_read_with_its_defaults() -> None:
    assert read(OUTER, "name: x") == (Outer("x"), [])
    assert read(OUTER, "{name: x, words: b, inner-part: {size: 3}}") == (Outer("x", ("b",), Inner(3)), [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{}", [("EB104", "")]),
        ("a", [("EB105", "")]),
        ("{name: 1, inner-part: {size: 10}}", [("EB105", "name"), ("EB109", "inner-part.size")]),
        ("{name: x, inner-part: 1}", [("EB105", "inner-part")]),
        ("{name: x, words: {}}", [("EB105", "words")]),
        ("{name: x, words: [a, 1, 2.5]}", [("EB105", "words")]),
        ("{name: x, words: [a, 1]}", [("EB105", "words[1]")]),
        ("{name: x, words: 1}", [("EB105", "words")]),
    ],
)
def test_all_that_is_wrong_with_a_record_is_told(text: str, found: list[tuple[str, str]]) -> None:
    assert read(OUTER, text) == (UNREADABLE, found)


@pytest.mark.parametrize(
    ("key", "hint"),
    [("nmae", "did you mean name?"), ("zzzz", "far away"), ("qqq", "known here: name, words, inner-part")],
)
def test_an_unknown_key_is_told_where_it_belongs(key: str, hint: str) -> None:
    root, problems = compose(f"{{name: x, {key}: 1}}"), Problems()
    assert root is not None
    OUTER.read(root, "", problems)
    assert [(each.code, each.hint) for each in problems.found] == [("EB103", hint)]


def test_an_empty_section_is_told_how_to_go_on() -> None:
    root, problems = compose("name: x\ninner-part:\n"), Problems()
    assert root is not None
    OUTER.read(root, "", problems)
    assert problems.found[0].hint == "leave the key out, or write something below it"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Outer("x"), {"name": "x"}),
        (Outer("x", ()), {"name": "x", "words": []}),
        (Outer("x", ("b",), Inner(2)), {"name": "x", "words": ["b"], "inner-part": {"size": 2}}),
    ],
)
def test_only_what_is_not_the_default_is_written(value: Outer, plain: dict[str, Any]) -> None:
    assert OUTER.plain(value) == plain


def test_a_list_may_have_a_least_length() -> None:
    shape = ListOf(Text(), least=1)
    assert read(shape, "[]") == (UNREADABLE, [("EB105", "")])
    assert read(shape, "a")[0] is UNREADABLE
    assert shape.schema() == {"type": "array", "items": Text().schema(), "minItems": 1}


def test_a_list_that_may_stand_alone_has_both_schemas() -> None:
    array = {"type": "array", "items": Text().schema(), "maxItems": 2}
    assert ListOf(Text(), alone=True, most=2).schema() == {"anyOf": [Text().schema(), array]}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("{}", ()),
        ("{a: 1, b: true, c: x, d: 1.5, e: ~, f: ''}",
         (("a", "1"), ("b", "true"), ("c", "x"), ("d", "1.5"), ("e", None), ("f", ""))),
        ("{--a-b: [x, 1, true], c: []}", (("a-b", "x,1,true"), ("c", ""))),
    ],
)  # fmt: skip
def test_flags_are_read_in_the_order_written(text: str, pairs: tuple[tuple[str, str | None], ...]) -> None:
    assert read(Flags(), text) == (pairs, [])
    assert Flags().plain(pairs) == dict(pairs)


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("[a]", "EB105", ""),
        ("{a: {}}", "EB105", ".a"),
        ("{a: [~]}", "EB105", ".a[0]"),
        ("{a: [x, [y]]}", "EB105", ".a[1]"),
        ("{a: on}", "EB106", ".a"),
        ('{a: "x\\ty"}', "EB108", ".a"),
    ],
)
def test_a_flags_value_is_a_scalar_or_a_list_of_them(text: str, code: str, path: str) -> None:
    assert read(Flags(), text) == (UNREADABLE, [(code, path)])


@pytest.mark.parametrize("name", ['"a b"', '"[x]"', '""', "-a", '"a\\nb"', "~", "---a"])
def test_a_flag_has_a_name_that_can_be_one(name: str) -> None:
    assert [code for code, _ in read(Flags(), f"{{{name}: 1}}")[1]] == ["EB108"]


def test_a_flag_with_and_without_dashes_is_one_flag() -> None:
    assert [code for code, _ in read(Flags(), "{--a: 1, a: 2}")[1]] == ["EB110"]


PAIRS = Pairs((Field("B", Text(), "The first."), Field("A", Text(), "The second.")))
BRIEF = Brief(OUTER, "name")


def test_pairs_come_in_the_tables_order() -> None:
    assert read(PAIRS, "{A: x, B: z}") == ((("B", "z"), ("A", "x")), [])
    assert read(PAIRS, "{A: x}") == ((("A", "x"),), [])
    assert read(PAIRS, "{A: 1, C: x}") == (UNREADABLE, [("EB105", "A"), ("EB103", "C")])
    assert PAIRS.plain((("B", "y"),)) == {"B": "y"}
    assert PAIRS.schema()["additionalProperties"] is False


def test_a_record_with_one_key_may_be_written_as_its_value() -> None:
    assert read(BRIEF, "x") == read(BRIEF, "{name: x}") == (Outer("x"), [])
    assert read(BRIEF, "{name: x, words: b}") == (Outer("x", ("b",)), [])
    assert read(BRIEF, "[x]") == (UNREADABLE, [("EB105", "")])
    assert read(BRIEF, "{words: b}") == (UNREADABLE, [("EB104", "")])
    assert BRIEF.plain(Outer("x")) == "x"
    assert BRIEF.plain(Outer("x", ("b",))) == {"name": "x", "words": ["b"]}
    assert BRIEF.schema() == {"anyOf": [Text().schema(), OUTER.schema()]}
