from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from etcdboot.base import fast_dataclasses


def build(decorator: Any) -> tuple[Any, Any]:
    """The same two classes by either decorator."""

    @decorator(frozen=True, slots=True, order=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        kind: ClassVar[str] = "point"

        @property
        def total(self) -> int:
            return self.x + self.y

    @decorator(frozen=True, slots=True)
    class Labelled(Point):
        tags: list[str] = dataclasses.field(default_factory=list, compare=False, repr=False)
        label: str = "a"

    return Point, Labelled


OURS, THEIRS = build(fast_dataclasses.dataclass), build(dataclasses.dataclass)

TRIALS: dict[str, Callable[[Any, Any], object]] = {
    "repr": lambda p, q: repr(q(1, label="b")).replace("build.<locals>.", ""),
    "equal": lambda p, q: (p(1) == p(1), p(1) == p(2), p(1) == q(1), p(1) == 1),
    "not compared": lambda p, q: q(1, tags=["x"]) == q(1, tags=["y"]),
    "hash": lambda p, q: (hash(p(1)) == hash(p(1, 2)), hash(p(1)) == hash(p(2))),
    "order": lambda p, q: (p(1) < p(2), p(1) <= p(1), p(3) > p(2), p(1) >= p(2)),
    "order of others": lambda p, q: p(1) < 1,
    "factory": lambda p, q: q(1).tags is not q(1).tags,
    "replace": lambda p, q: dataclasses.astuple(dataclasses.replace(q(1), y=5)),
    "fields": lambda p, q: [each.name for each in dataclasses.fields(q)],
    "asdict": lambda p, q: dataclasses.asdict(q(1, tags=["x"])),
    "match": lambda p, q: q.__match_args__,
    "slots": lambda p, q: (p.__slots__, q.__slots__, hasattr(q(1), "__dict__")),
    "property": lambda p, q: q(1).total,
    "class variable": lambda p, q: q.kind,
    "doc": lambda p, q: p.__doc__,
    "copy": lambda p, q: copy.copy(q(1)) == q(1),
    "missing": lambda p, q: p(),
    "unknown": lambda p, q: p(1, z=1),
    "twice": lambda p, q: p(1, x=1),
    "too many": lambda p, q: p(1, 2, 3),
    "change": lambda p, q: setattr(p(1), "x", 2),
    "delete": lambda p, q: delattr(p(1), "x"),
}


def outcome(trial: Callable[[Any, Any], object], classes: tuple[Any, Any]) -> object:
    try:
        return trial(*classes)
    except (TypeError, AttributeError) as raised:
        return type(raised)


@pytest.mark.parametrize("name", TRIALS)
def test_is_like_the_standard_library(name: str) -> None:
    assert outcome(TRIALS[name], OURS) == outcome(TRIALS[name], THEIRS)


def test_leaves_what_is_not_frozen_to_the_standard_library() -> None:
    @fast_dataclasses.dataclass(slots=True)
    class Open:
        x: int = 1

    changed = Open()
    changed.x = 2
    assert dataclasses.is_dataclass(Open)
    assert changed == Open(2)


def test_leaves_a_class_with_a_post_init_to_the_standard_library() -> None:
    @fast_dataclasses.dataclass(frozen=True, slots=True)
    class Checked:
        x: int

        def __post_init__(self) -> None:
            raise ValueError(self.x)

    with pytest.raises(ValueError, match="5"):
        Checked(5)


def test_keeps_what_the_class_says_itself() -> None:
    @fast_dataclasses.dataclass(frozen=True, slots=True)
    class Secret:
        word: str

        def __repr__(self) -> str:
            return "***"

    assert repr(Secret("x")) == "***"


@fast_dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    x: int
    y: str = "a"


def test_travels_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Plain(1))) == Plain(1)
