"""Set one key of one section in a YAML text, and leave every other character where it is.

The new text is the old one with one span replaced. Both are then read: unless they say exactly the same but
for that one change, nothing is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from etcdboot.formats import yaml_reader, yaml_writer
from etcdboot.formats.yaml_positions import LINE_BREAK, Places, Spot
from etcdboot.formats.yaml_reader import YamlProblem, compose

Value: TypeAlias = "str | Sequence[str]"
_BOM: Final = "\ufeff"
_USUAL_STEPS: Final = range(1, 9)  # by how many blanks people indent


class CannotEdit(ValueError):
    """The key cannot be set without touching something else; the message is a clause that says why."""


class _Edit(NamedTuple):
    """What stands from ``start`` up to ``end`` becomes ``new``."""

    start: int
    end: int
    new: str


def put(text: str, section: str, key: str, value: Value) -> str:
    """The text with ``value`` (a list, if it is one) for ``key`` in the top-level mapping ``section``.

    A value that is there is replaced; a key that is not comes after the section's last, a section that is not
    after the text's last. Values are quoted; comments, order and line ends stay, and a final newline that is
    missing stays missing.

    Raises:
        YamlProblem: the text is not YAML that we take.
        CannotEdit: it cannot be done without touching something else.
    """
    before = compose(text)
    if not isinstance(before, yaml_reader.Mapping):
        raise CannotEdit("there are no keys in the text")
    mark = _BOM if text.startswith(_BOM) else ""  # libyaml does not count it
    body = text[len(mark) :]
    edit = _edit(Places(body), section, key, value)
    edited = mark + body[: edit.start] + edit.new + body[edit.end :]
    try:
        after = compose(edited)
    except YamlProblem as cause:
        raise CannotEdit(f"the layout of the text does not allow it ({cause})") from None
    if _said(after) != _changed(_said(before), section, key, value):
        raise CannotEdit("the layout of the text does not allow it")
    return edited


def line(section: str, key: str, value: Value) -> str:
    """The same as one writes it by hand, on one line."""
    return f"{section}: {{{key}: {_inline(value)}}}"


def _edit(places: Places, section: str, key: str, value: Value) -> _Edit:
    inside = places.root.value(section)
    if inside is None:
        return _new_section(places, section, key, value)
    if inside.is_null:
        return _first_key(places, inside, key, value)
    if inside.style != "{":
        raise CannotEdit(f"{section} is not a mapping")
    standing = inside.value(key)
    if standing is not None:
        return _other_value(places, standing, value)
    if not inside.pairs:
        return _Edit(inside.start + 1, inside.start + 1, f"{key}: {_inline(value)}")
    return _one_more(places, inside, key, _inline(value))


def _other_value(places: Places, standing: Spot, value: Value) -> _Edit:
    """A value in another's place, and in its style."""
    if places.has_comment(standing):
        raise CannotEdit("a comment stands inside the value")
    if not standing.is_block:
        return _in_place(places, standing, _inline(value))
    if standing.style != "[" or isinstance(value, str) or not value:
        raise CannotEdit("the value is a block of several lines")
    between = f"{places.line_break}{' ' * places.column(standing)}- "
    return _Edit(standing.start, places.end(standing), "- " + between.join(map(yaml_writer.scalar, value)))


def _in_place(places: Places, standing: Spot, new: str) -> _Edit:
    """A value of one line in another's place, which may be no more than the colon before it."""
    if standing.end > standing.start:
        return _Edit(standing.start, places.end(standing), new)
    before = places.text[: standing.start]
    colon = "" if before.rstrip(" \t").endswith(":") else ":"
    blank = " " if colon or before.endswith(":") else ""
    return _Edit(standing.start, standing.start, colon + blank + new)


def _first_key(places: Places, inside: Spot, key: str, value: Value) -> _Edit:
    """A key for a section that has none, and no braces either."""
    pair = f"{key}: {_inline(value)}"
    if places.root.flow or inside.text:
        return _in_place(places, inside, f"{{{pair}}}")
    at = places.line_end(inside.start)
    return _Edit(at, at, places.line_break + _below(places) + pair)


def _new_section(places: Places, section: str, key: str, value: Value) -> _Edit:
    root = places.root
    if root.flow and not root.pairs:
        raise CannotEdit("there are no keys in the text")
    if root.flow:
        return _one_more(places, root, section, f"{{{_named(root, key)}: {_inline(value)}}}")
    margin, at = " " * places.column(root), places.bottom
    both = f"{margin}{section}:{places.line_break}{_below(places)}{key}: {_inline(value)}"
    on_new_line = bool(LINE_BREAK.fullmatch(places.text, at - 1, at))
    return _Edit(at, at, both + places.line_break if on_new_line else places.line_break + both)


def _one_more(places: Places, mapping: Spot, key: str, value: str) -> _Edit:
    """A pair after the last one of a mapping that has some, laid out like that."""
    name, last = mapping.pairs[-1]
    at = places.end(last)
    if not mapping.flow:
        at = places.line_end(at)  # behind the comment of the last
        return _Edit(at, at, f"{places.line_break}{' ' * places.column(name)}{key}: {value}")
    margin = places.margin(name)
    rest = places.text[at : places.line_end(at)].strip()
    own_line = margin is not None and rest in ("", ",")
    return _Edit(
        at, at, (f",{places.line_break}{margin}" if own_line else ", ") + f"{_named(mapping, key)}: {value}"
    )


def _named(mapping: Spot, key: str) -> str:
    """The key as the mapping's others are written: in quotes, if they all are, for it may be JSON."""
    return f'"{key}"' if all(name.style == '"' for name, _ in mapping.pairs) else key


def _below(places: Places) -> str:
    """The margin of a section's keys: as in the first section that is a block, else two blanks."""
    margin = places.column(places.root)
    blocks = (each for _, each in places.root.pairs if each.style == "{" and each.is_block)
    steps = (places.column(each) - margin for each in blocks)
    return " " * (margin + next((step for step in steps if step in _USUAL_STEPS), 2))


def _inline(value: Value) -> str:
    if isinstance(value, str):
        return yaml_writer.scalar(value)
    return f"[{', '.join(map(yaml_writer.scalar, value))}]"


# --- what a text says, to compare

_Said: TypeAlias = Any  # (text, tag) of a scalar, a list, or a tuple of pairs of a mapping


def _said(found: yaml_reader.Node | None) -> _Said:
    match found:
        case yaml_reader.Scalar():
            return (found.text, found.tag)
        case yaml_reader.Sequence():
            return [_said(each) for each in found.items]
        case yaml_reader.Mapping():
            return {name.text: _said(each) for name, each in found.items}
    return None


def _changed(said: _Said, section: str, key: str, value: Value) -> _Said:
    one = yaml_reader.Tag.TEXT
    new = (value, one) if isinstance(value, str) else [(each, one) for each in value]
    standing = said.get(section)
    return said | {section: (standing if isinstance(standing, dict) else {}) | {key: new}}
