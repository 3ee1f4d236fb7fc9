"""Where each value of a YAML text is written, to the character: what an edit in place needs to know.

:mod:`etcdboot.formats.yaml_reader` reads what a text says; this reads how it is laid out, from the same
events, and takes only what that has read before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.formats.yaml_reader import events

LINE_BREAK: Final = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # YAML 1.1 §5.4, which libyaml reads
_NULLS: Final = ("", "~", "null", "Null", "NULL")
_FRAME: Final = ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent")


@dataclass(frozen=True, slots=True)
class Spot:
    """A value by its place: from the character ``start`` up to ``end``.

    ``style`` is the sign that it begins with: ``{``, ``[``, or a scalar's quote, ``|``, ``>``; none for a
    plain one. ``flow`` tells that the braces are really there. ``inner`` are the children in order (of a
    mapping: key, value, key, value, …).
    """

    start: int
    end: int
    style: str
    text: str = ""
    flow: bool = False
    inner: tuple[Spot, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[Spot, Spot], ...]:
        """A mapping's keys and values."""
        return tuple(zip(self.inner[::2], self.inner[1::2], strict=True))

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or a list over lines of its own."""
        return self.style in ("{", "[") and not self.flow

    @property
    def is_null(self) -> bool:
        """Whether it says that there is nothing."""
        return not self.style and self.text in _NULLS

    def value(self, key: str) -> Spot | None:
        """The value of a mapping's key, or None."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def scalars(self) -> Iterator[Spot]:
        """All scalars in it; keys too."""
        for each in self.inner:
            yield from each.scalars()
        if not self.inner and self.style not in ("{", "["):
            yield self


class Places:
    """The layout of one text that :func:`etcdboot.formats.yaml_reader.compose` takes."""

    def __init__(self, text: str) -> None:
        self.text = text
        told = list(events(text))
        walk = iter([each for each in told if type(each).__name__ not in _FRAME])
        self.root = _spot(next(walk), walk)
        ends = (each for each in told if type(each).__name__ == "DocumentEndEvent" and each.explicit)
        self.bottom = next((each.start_mark.index for each in ends), len(text))  # where one may add below
        found = LINE_BREAK.search(text)
        self.line_break = found[0] if found else "\n"

    def end(self, spot: Spot) -> int:
        """Behind a value's last character; to the parser, a block ends where the next thing begins."""
        while spot.inner and not spot.flow:
            spot = spot.inner[-1]
        if spot.style in ("|", ">"):
            return spot.start + len(self.text[spot.start : spot.end].rstrip())
        return spot.end

    def line_start(self, at: int) -> int:
        """Where the line begins that the character is in."""
        return max((found.end() for found in LINE_BREAK.finditer(self.text, 0, at)), default=0)

    def line_end(self, at: int) -> int:
        """Where its line break is."""
        found = LINE_BREAK.search(self.text, at)
        return found.start() if found else len(self.text)

    def column(self, spot: Spot) -> int:
        """How many characters stand before it in its line."""
        return spot.start - self.line_start(spot.start)

    def margin(self, spot: Spot) -> str | None:
        """The blanks before something that begins its line; None where something else does."""
        before = self.text[self.line_start(spot.start) : spot.start]
        return None if before.strip() else before

    def has_comment(self, spot: Spot) -> bool:
        """Whether a comment stands inside a value."""
        at, rest = spot.start, ""
        for each in spot.scalars():
            head = self.text[each.start : self.line_end(each.start)] if each.style in ("|", ">") else ""
            rest += self.text[at : each.start] + head
            at = each.end
        return "#" in rest + self.text[at : self.end(spot)]


def _spot(event: Any, following: Iterator[Any]) -> Spot:
    """The value that an event begins, and all in it: no deeper than ``compose`` allows."""
    start = event.start_mark.index
    kind = type(event).__name__
    if kind == "ScalarEvent":
        return Spot(start, event.end_mark.index, event.style or "", event.value)
    inner, flow = [], bool(event.flow_style)
    while not type(event := next(following)).__name__.endswith("EndEvent"):
        inner.append(_spot(event, following))
    style = "{" if kind == "MappingStartEvent" else "["
    return Spot(start, event.end_mark.index, style, "", flow, tuple(inner))
