"""Read YAML into nodes that know their place, and refuse what YAML 1.1 turns into something else.

Only the events come from the library (libyaml where it is built in); the tree is ours, because it must know
the line and column of every key, refuse aliases and duplicate keys, and never recurse. Source of the
surprises: yaml.org/type (YAML 1.1) against YAML 1.2.2 section 10.3, the core schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from etcdboot.base.fast_dataclasses import dataclass, field

MAX_BYTES: Final = 1 << 20  # a thousand members with flags of their own need a fifth of it
MAX_DEPTH: Final = 32


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the text; both count from 1."""

    line: int
    column: int


class YamlProblem(ValueError):
    """The text is not YAML that we take; ``mark`` is where."""

    def __init__(self, message: str, mark: Mark, hint: str = "") -> None:
        super().__init__(message)
        self.mark = mark
        self.hint = hint


class Tag(StrEnum):
    """What a plain scalar is in the core schema; SURPRISE: YAML 1.1 and 1.2 read it differently."""

    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    SURPRISE = "surprise"


# YAML 1.2.2 section 5.1: whatever is not c-printable; the readers tell its place in units of their own.
# The second is slow to compile and needed for few texts.
_NEVER_ASCII: Final = r"[^\t\n\r -~]"
_NEVER: Final = r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_KINDS: Final = (
    (Tag.NULL, re.compile(r"~|null|Null|NULL|")),
    (Tag.BOOLEAN, re.compile(r"true|false")),
    (Tag.INTEGER, re.compile(r"0|-?[1-9][0-9]*")),
    (Tag.NUMBER, re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")),
)
_BOOLEANS: Final = frozenset(("yes", "no", "on", "off", "y", "n", "true", "false"))
_NUMERIC: Final = frozenset("+-.=0123456789")
# pattern -> what a YAML 1.1 reader makes of it; compiled when first needed, for most specs hold none
_SURPRISES: Final = (
    (r"[-+]?0[0-7_]+", "an octal number in YAML 1.1"),
    (r"[-+]?0b[01_]+|[-+]?0x[0-9a-fA-F_]+|0o[0-7]+", "a number to some YAML readers"),
    (r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", "a sexagesimal number in YAML 1.1"),
    (r"[-+]?[0-9][0-9_]*_[0-9_]*|\+[0-9]+", "a number in YAML 1.1"),
    (r"[-+]?([0-9][0-9_]*)?\.[0-9_]+([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*\.?([eE][-+]?[0-9]+)?",
     "a number to some YAML readers"),
    (r"[-+]?\.(inf|nan|Inf|NaN|INF|NAN)", "a number in YAML 1.1"),
    (r"\d{4}-\d\d?-\d\d?([Tt ].*)?", "a date in YAML 1.1"),
    (r"=", "a special value in YAML 1.1"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar; ``plain`` when it was written without quotes."""

    text: str
    plain: bool
    mark: Mark

    @property
    def tag(self) -> Tag:
        """What it is: quoted text is text, whatever it says."""
        if not self.plain:
            return Tag.TEXT
        return next((tag for tag, pattern in _KINDS if pattern.fullmatch(self.text)), self._odd())

    def _odd(self) -> Tag:
        return Tag.SURPRISE if self.surprise else Tag.TEXT

    @property
    def surprise(self) -> str:
        """What another YAML reader makes of it, if it differs from what it looks like."""
        if self.text.lower() in _BOOLEANS:
            return "a boolean in YAML 1.1"
        if self.text[:1] not in _NUMERIC or self.text.count(".") > 1:  # addresses and releases, mostly
            return ""
        return next((what for pattern, what in _SURPRISES if re.fullmatch(pattern, self.text)), "")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes, in the order written; no key stands twice."""

    items: tuple[tuple[Scalar, Node], ...]
    mark: Mark


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A collection that is being read; ``key`` is the mapping key that waits for its value."""

    mark: Mark
    mapping: bool
    nodes: list[Node] = field(default_factory=list)
    pairs: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    key: Scalar | None = None

    def take(self, node: Node) -> None:
        if not self.mapping:
            self.nodes.append(node)
        elif self.key is None:
            self.key = self._checked_key(node)
        else:
            self.pairs[self.key.text] = (self.key, node)
            self.key = None

    def _checked_key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            raise YamlProblem("a key is a plain word, not a list or a mapping", node.mark)
        if node.plain and node.text == "<<":
            raise YamlProblem("merge keys (<<) are not read", node.mark, "write common settings in defaults")
        if node.text in self.pairs:
            first = self.pairs[node.text][0].mark
            raise YamlProblem(
                f"the key {node.text!r} stands twice; the first is in line {first.line}",
                node.mark,
                "keep one of them; other readers would silently take the last",
            )
        return node

    def closed(self) -> Node:
        return (
            Mapping(tuple(self.pairs.values()), self.mark)
            if self.mapping
            else Sequence(tuple(self.nodes), self.mark)
        )


def compose(text: str) -> Node | None:
    """The one document in ``text``; None when there is nothing but comments.

    Raises:
        YamlProblem: not YAML, or YAML that we refuse: aliases, tags, duplicate keys, several documents.
    """
    import yaml  # here, for --help needs none

    if odd := re.search(_NEVER_ASCII if text.isascii() else _NEVER, text):
        raise YamlProblem(f"not text: it has the character {odd[0]!r}", _position(text, odd.start()))
    try:
        return _assemble(events(text))
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        raise YamlProblem(f"not YAML: {_told(cause)}", place, _hint(text, place)) from None


def events(text: str) -> Iterator[Any]:
    """What the parser says of a text, event by event; it raises the library's errors."""
    import yaml

    return iter(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _told(cause: Any) -> str:
    return ", ".join(part for part in (cause.context, cause.problem) if part)


def _hint(text: str, place: Mark) -> str:
    line = text.split("\n")[place.line - 1 : place.line] or [""]
    return "indent with blanks; YAML takes no tabs" if line[0][place.column - 1 :].startswith("\t") else ""


def _position(text: str, index: int) -> Mark:
    before = text[:index]
    return Mark(before.count("\n") + 1, index - before.rfind("\n"))


def _assemble(events: Iterator[Any]) -> Node | None:
    """The tree, from the parser's events, without recursion."""
    root: Node | None = None
    stack: list[_Open] = []
    documents = 0
    for event in events:
        kind = type(event).__name__
        mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
        documents += kind == "DocumentStartEvent"
        if documents > 1:
            raise YamlProblem("a second document begins here", mark, "one file, one cluster")
        node = _node(event, kind, mark, stack)
        if node is not None and stack:
            stack[-1].take(node)
        elif node is not None:
            root = node
    return None if isinstance(root, Scalar) and root.plain and not root.text else root


def _node(event: Any, kind: str, mark: Mark, stack: list[_Open]) -> Node | None:
    """The node that an event completes; opens one on the stack, or does nothing, where it completes none."""
    if kind == "AliasEvent":
        raise YamlProblem("anchors and aliases are not read", mark, "write common settings in defaults")
    if kind == "ScalarEvent":
        _refuse_tag(event, mark)
        return Scalar(event.value, not event.style, mark)
    if kind in ("MappingStartEvent", "SequenceStartEvent"):
        _refuse_tag(event, mark)
        stack.append(_Open(mark, kind == "MappingStartEvent"))
        if len(stack) > MAX_DEPTH:
            raise YamlProblem(f"nested deeper than {MAX_DEPTH} levels", mark)
    elif kind in ("MappingEndEvent", "SequenceEndEvent"):
        return stack.pop().closed()
    return None


def _refuse_tag(event: Any, mark: Mark) -> None:
    if event.tag is not None and event.tag != "!":
        raise YamlProblem(f"the tag {event.tag} is not read", mark, "leave it out")
    if event.anchor is not None:
        raise YamlProblem("anchors and aliases are not read", mark, "write common settings in defaults")
