"""A small language of shapes: each reads a YAML node into a value, writes it back, and says its JSON Schema.

One table of these (:mod:`etcdboot.spec.schema`) is the only description of ``cluster.yaml``, so that what we
accept, what editors complete and what the docs list cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Final, Protocol

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.formats.yaml_reader import Mark, Node, Scalar, Sequence, Tag

Json = dict[str, Any]
# What a shape gives when the node did not fit; the problem has been reported by then.
UNREADABLE: Final = object()


@dataclass(slots=True)
class Problems:
    """All that is wrong with one text, gathered on the way."""

    file: str = ""
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, code: str, path: str, mark: Mark, message: str, hint: str = "") -> None:
        """One more."""
        self.found.append(
            Diagnostic(Severity.ERROR, code, message, hint, path, self.file, mark.line, mark.column)
        )


class Shape(Protocol):
    """What may stand in one place."""

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The value, or UNREADABLE after saying why."""

    def plain(self, value: Any) -> Any:
        """The value as text, number, boolean, list or dict, fit for writing."""

    def schema(self) -> Json:
        """The JSON Schema of it (draft 7, which editors know best)."""


_TAG_NAMES: Final = {
    Tag.NULL: "nothing",
    Tag.BOOLEAN: "a boolean",
    Tag.INTEGER: "a number",
    Tag.NUMBER: "a number",
    Tag.TEXT: "text",
    Tag.SURPRISE: "text",
}


def named(node: Node) -> str:
    """What a node is, in words."""
    match node:
        case Scalar():
            return _TAG_NAMES[node.tag]
        case Sequence():
            return "a list"
        case _:
            return "a mapping"


def scalar(
    node: Node,
    wanted: str,
    tags: tuple[Tag, ...],
    path: str,
    problems: Problems,
    *,
    quotable: Callable[[str], bool] = bool,
) -> str | None:
    """The text of a scalar with one of the tags; None after saying why not.

    ``quotable`` tells of a text that stands there as a number or so whether quotes would make it right.
    """
    if isinstance(node, Scalar) and node.tag in tags:
        return node.text
    if isinstance(node, Scalar) and node.tag is Tag.SURPRISE:
        hint = f'write "{node.text}", or what you mean' if Tag.TEXT in tags else f"write {wanted}"
        problems.add("EB106", path, node.mark, f"{node.text} is {node.surprise}; {wanted} is wanted", hint)
        return None
    hint = ""
    if isinstance(node, Scalar) and tags == (Tag.TEXT,) and quotable(node.text):
        hint = f'quote it: "{node.text}"'
    if isinstance(node, Scalar) and not node.plain and Tag.TEXT not in tags:
        hint = "leave the quotes out"
    problems.add("EB105", path, node.mark, f"{wanted} is wanted here, not {named(node)}", hint)
    return None


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; ``parse`` turns it into a value (ValueError: the sentence for the user)."""

    what: str = "text"
    parse: Callable[[str], Any] = str
    show: Callable[[Any], str] = str
    pattern: str = ""

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The parsed value."""
        text = scalar(node, self.what, (Tag.TEXT,), path, problems, quotable=self._is_right)
        if text is None:
            return UNREADABLE
        if not text or not text.isprintable():
            problems.add("EB108", path, node.mark, f"{self.what}: one line of printable text is wanted")
            return UNREADABLE
        try:
            return self.parse(text)
        except ValueError as cause:
            problems.add("EB108", path, node.mark, str(cause))
            return UNREADABLE

    def _is_right(self, text: str) -> bool:
        try:
            self.parse(text)
        except ValueError:
            return False
        return bool(text)

    def plain(self, value: Any) -> str:
        """The text it was read from, or one like it."""
        return self.show(value)

    def schema(self) -> Json:
        """A string, with the pattern where one says it all."""
        return {"type": "string", "minLength": 1} | ({"pattern": self.pattern} if self.pattern else {})


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The number."""
        text = scalar(node, "a whole number", (Tag.INTEGER,), path, problems)
        if text is None:
            return UNREADABLE
        if len(text) > 20 or not self.low <= int(text) <= self.high:
            problems.add("EB109", path, node.mark, f"{text[:24]} is not between {self.low} and {self.high}")
            return UNREADABLE
        return int(text)

    def plain(self, value: Any) -> int:
        """The number."""
        return int(value)

    def schema(self) -> Json:
        """An integer with its bounds."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Boolean:
    """``true`` or ``false``."""

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The truth."""
        text = scalar(node, "true or false", (Tag.BOOLEAN,), path, problems)
        return UNREADABLE if text is None else text == "true"

    def plain(self, value: Any) -> bool:
        """The truth."""
        return bool(value)

    def schema(self) -> Json:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One word out of an enumeration, ``off`` too, which YAML 1.1 would spoil but which can only be meant."""

    words: type[StrEnum]

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The member of the enumeration."""
        if isinstance(node, Scalar) and node.text in list(self.words):
            return self.words(node.text)
        text = scalar(node, self._listed, (Tag.TEXT,), path, problems)
        if text is not None:
            near = nearest(text, list(self.words))
            hint = f"did you mean {near}?" if near else ""
            problems.add("EB107", path, node.mark, f"{text!r} is none of: {self._listed}", hint)
        return UNREADABLE

    @property
    def _listed(self) -> str:
        return ", ".join(self.words)

    def plain(self, value: Any) -> str:
        """The word."""
        return str(value)

    def schema(self) -> Json:
        """An enumeration; a YAML 1.1 editor hands ``off`` over as false."""
        words: list[str | bool] = [str(word) for word in self.words]
        return {"enum": words + ([False] if "off" in words else [])}


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty when none is near."""
    import difflib  # only a mistake needs it

    found = difflib.get_close_matches(word.lower().replace("_", "-"), list(known), n=1, cutoff=0.7)
    return found[0] if found else ""
