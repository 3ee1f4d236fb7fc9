"""Read JSON into the nodes of :mod:`~etcdboot.formats.yaml_reader`, which know their line and column.

The standard library's reader tells the place of a syntax error, but of nothing else. Source: RFC 8259; what
it leaves open is refused (a key that stands twice) or read as Go does (half a surrogate pair: encoding/json).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Final

from etcdboot.formats.yaml_reader import MAX_BYTES, MAX_DEPTH, Mapping, Mark, Node, Scalar, Sequence

_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_PLAIN: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
_COMMENTS: Final = ("//", "/*", "#")
_STRINGS: Final = json.JSONDecoder()


class JsonProblem(ValueError):
    """The text is not JSON that we take; ``mark`` is where."""

    def __init__(self, message: str, mark: Mark, hint: str = "") -> None:
        super().__init__(message)
        self.mark = mark
        self.hint = hint


def parse(text: str) -> Node:
    """The one value in ``text``; numbers, booleans and null are plain scalars, strings are not.

    Raises:
        JsonProblem: not JSON, a key that stands twice, or larger or deeper than anything we mean to read.
    """
    reader = _Reader(text)
    if len(text) > MAX_BYTES:
        raise reader.problem(f"larger than {MAX_BYTES >> 20} MiB", 0)
    at = reader.skip(0)
    if at == len(text):
        raise reader.problem("empty: there is nothing in it", at)
    found, at = reader.value(at, 1)
    if (at := reader.skip(at)) < len(text):
        raise reader.problem("more follows after the end", at)
    return found


class _Reader:
    """One text being read; each method takes an index and gives the one behind what it read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def problem(self, message: str, at: int) -> JsonProblem:
        """A complaint about the place, with the remedy for what people write most."""
        rest, before = self._text[at : at + 2], self._text[:at].rstrip()
        hint = "JSON has no comments" if rest.startswith(_COMMENTS) else ""
        if rest[:1] in ("}", "]") and before.endswith(","):
            hint = "take the comma before it away"
        return JsonProblem(f"not JSON: {message}", self._mark(at), hint)

    def skip(self, at: int) -> int:
        """Behind the blanks."""
        found = _BLANKS.match(self._text, at)
        return found.end() if found else at

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        """Any value."""
        if depth > MAX_DEPTH:
            raise self.problem(f"nested deeper than {MAX_DEPTH} levels", at)
        match self._text[at : at + 1]:
            case "{":
                return self._object(at, depth)
            case "[":
                return self._array(at, depth)
            case '"':
                return self._string(at)
        found = _PLAIN.match(self._text, at)
        if found is None:
            raise self.problem("a value is wanted here", at)
        return Scalar(found[0], True, self._mark(at)), found.end()

    def _object(self, at: int, depth: int) -> tuple[Node, int]:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        begun, at = at, self.skip(at + 1)
        while self._text[at : at + 1] != "}" or pairs:
            if self._text[at : at + 1] != '"':
                raise self.problem("a key in double quotes is wanted here", at)
            key, end = self._string(at)
            if key.text in pairs:
                raise self._twice(key.text, pairs[key.text][0].mark, at)
            end = self._past(":", "a colon is wanted here", end)
            found, end = self.value(end, depth + 1)
            pairs[key.text] = (key, found)
            at = self.skip(end)
            if self._text[at : at + 1] == "}":
                break
            at = self._past(",", "a comma or } is wanted here", at)
        return Mapping(tuple(pairs.values()), self._mark(begun)), at + 1

    def _array(self, at: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        begun, at = at, self.skip(at + 1)
        while self._text[at : at + 1] != "]" or items:
            found, end = self.value(at, depth + 1)
            items.append(found)
            at = self.skip(end)
            if self._text[at : at + 1] == "]":
                break
            at = self._past(",", "a comma or ] is wanted here", at)
        return Sequence(tuple(items), self._mark(begun)), at + 1

    def _string(self, at: int) -> tuple[Scalar, int]:
        try:
            text, end = _STRINGS.raw_decode(self._text, at)
        except json.JSONDecodeError as cause:
            what = re.sub(" (starting )?at$", "", cause.msg)
            raise self.problem(f"{what[0].lower()}{what[1:]}", min(cause.pos, len(self._text))) from None
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return Scalar(whole, False, self._mark(at)), end

    def _past(self, sign: str, wanted: str, at: int) -> int:
        at = self.skip(at)
        if self._text[at : at + 1] != sign:
            raise self.problem(wanted, at)
        return self.skip(at + 1)

    def _twice(self, key: str, first: Mark, at: int) -> JsonProblem:
        message = f"the key {key!r} stands twice; the first is in line {first.line}"
        hint = "keep one of them; other readers silently take the last"
        return JsonProblem(message, self._mark(at), hint)

    def _mark(self, at: int) -> Mark:
        line = bisect_right(self._lines, at)
        return Mark(line, at - self._lines[line - 1] + 1)
