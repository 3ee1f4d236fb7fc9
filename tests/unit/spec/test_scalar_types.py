from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from etcdboot.formats.yaml_reader import Mapping, Mark, Scalar, Sequence
from etcdboot.spec.scalar_types import (
    UNREADABLE,
    Boolean,
    Choice,
    Integer,
    Problems,
    Shape,
    Text,
    named,
    nearest,
)

HERE = Mark(1, 1)


class Tide(StrEnum):
    HIGH = "high"
    OFF = "off"


class Season(StrEnum):
    DRY = "dry"


def read(shape: Shape, text: str, plain: bool = True) -> tuple[Any, list[str]]:
    problems = Problems("f")
    value = shape.read(Scalar(text, plain, HERE), "p", problems)
    return value, [each.code for each in problems.found]


@pytest.mark.parametrize(
    ("shape", "text", "plain", "value"),
    [
        (Text(), "abc", True, "abc"),
        (Text(), "12", False, "12"),
        (Text(parse=int, show=str), "12", False, 12),
        (Integer(1, 9), "9", True, 9),
        (Integer(-1, 9), "-1", True, -1),
        (Boolean(), "true", True, True),
        (Boolean(), "false", True, False),
        (Choice(Tide), "high", True, Tide.HIGH),
        (Choice(Tide), "off", True, Tide.OFF),
        (Choice(Tide), "off", False, Tide.OFF),
    ],
)
def test_what_fits_is_read_and_written_back(shape: Shape, text: str, plain: bool, value: object) -> None:
    assert read(shape, text, plain) == (value, [])
    assert str(shape.plain(value)).lower() == text


@pytest.mark.parametrize(
    ("shape", "text", "plain", "code"),
    [
        (Text(), "12", True, "EB105"),
        (Text(), "true", True, "EB105"),
        (Text(), "", True, "EB105"),
        (Text(), "010", True, "EB106"),
        (Text(), "", False, "EB108"),
        (Text(), "a\nb", False, "EB108"),
        (Text(), "a\u202eb", False, "EB108"),
        (Text(parse=int), "x", True, "EB108"),
        (Integer(1, 9), "x", True, "EB105"),
        (Integer(1, 9), "5", False, "EB105"),
        (Integer(1, 9), "1.5", True, "EB105"),
        (Integer(1, 9), "0x5", True, "EB106"),
        (Integer(1, 9), "0", True, "EB109"),
        (Integer(1, 9), "1" * 5000, True, "EB109"),
        (Boolean(), "yes", True, "EB106"),
        (Boolean(), "1", True, "EB105"),
        (Boolean(), "true", False, "EB105"),
        (Choice(Tide), "hihg", True, "EB107"),
        (Choice(Tide), "zzz", True, "EB107"),
        (Choice(Tide), "1", True, "EB105"),
        (Choice(Tide), "on", True, "EB106"),
        (Choice(Season), "off", True, "EB106"),
    ],
)
def test_what_does_not_fit_is_told(shape: Shape, text: str, plain: bool, code: str) -> None:
    assert read(shape, text, plain) == (UNREADABLE, [code])


@pytest.mark.parametrize("shape", [Text(), Integer(1, 9), Boolean(), Choice(Tide)])
@pytest.mark.parametrize("node", [Sequence((), HERE), Mapping((), HERE)])
def test_a_collection_is_no_scalar(shape: Shape, node: Sequence | Mapping) -> None:
    problems = Problems()
    assert shape.read(node, "p", problems) is UNREADABLE
    assert [each.code for each in problems.found] == ["EB105"]
    assert problems.found[0].message.endswith(f"not {named(node)}")


@pytest.mark.parametrize(
    ("shape", "text", "plain", "hint"),
    [
        (Text(), "12", True, 'quote it: "12"'),
        (Text(), "", True, ""),
        (Text(), "on", True, 'write "on", or what you mean'),
        (Integer(1, 9), "5", False, "leave the quotes out"),
        (Integer(1, 9), "011", True, "write a whole number"),
        (Choice(Tide), "hihg", True, "did you mean high?"),
        (Choice(Tide), "zzz", True, ""),
    ],
)
def test_a_hint_shows_the_way_out(shape: Shape, text: str, plain: bool, hint: str) -> None:
    problems = Problems()
    shape.read(Scalar(text, plain, HERE), "p", problems)
    assert problems.found[0].hint == hint


@pytest.mark.parametrize(
    ("shape", "schema"),
    [
        (Text(), {"type": "string", "minLength": 1}),
        (Text(pattern="^a$"), {"type": "string", "minLength": 1, "pattern": "^a$"}),
        (Integer(1, 9), {"type": "integer", "minimum": 1, "maximum": 9}),
        (Boolean(), {"type": "boolean"}),
        (Choice(Tide), {"enum": ["high", "off", False]}),
        (Choice(Season), {"enum": ["dry"]}),
    ],
)
def test_each_shape_has_its_schema(shape: Shape, schema: dict[str, Any]) -> None:
    assert shape.schema() == schema


def test_a_near_word_is_found_in_etcds_or_our_spelling() -> None:
    known = ["data-dir", "peer-port"]
    assert nearest("Data_Dir", known) == "data-dir"
    assert nearest("datadir", known) == "data-dir"
    assert nearest("xyz", known) == ""
