"""The shapes that hold others: lists, flags and records."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING
from typing import Any

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.formats.yaml_reader import Mapping, Node, Scalar, Sequence, Tag
from etcdboot.spec.scalar_types import UNREADABLE, Json, Problems, Shape, named, nearest, scalar

_FLAG_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one shape; where ``alone``, a single item may stand for a list of one."""

    item: Shape
    alone: bool = False
    least: int = 0
    most: int = 0  # 0: as many as you like

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """A tuple of the items; unreadable ones make the whole unreadable, after all have been looked at."""
        if isinstance(node, Scalar) and self.alone:
            value = self.item.read(node, path, problems)
            return value if value is UNREADABLE else (value,)
        if not isinstance(node, Sequence):
            problems.add("EB105", path, node.mark, f"a list is wanted here, not {named(node)}")
            return UNREADABLE
        if len(node.items) < self.least:
            problems.add("EB105", path, node.mark, f"at least {self.least} is wanted here")
            return UNREADABLE
        if self.most and len(node.items) > self.most:
            problems.add("EB105", path, node.mark, f"{len(node.items)} are too many: at most {self.most}")
            return UNREADABLE
        values = [self.item.read(each, f"{path}[{at}]", problems) for at, each in enumerate(node.items)]
        return UNREADABLE if UNREADABLE in values else tuple(values)

    def plain(self, value: Any) -> list[Any]:
        """The items."""
        return [self.item.plain(each) for each in value]

    def schema(self) -> Json:
        """An array, or the item alone."""
        array: Json = {"type": "array", "items": self.item.schema()}
        if self.least:
            array["minItems"] = self.least
        if self.most:
            array["maxItems"] = self.most
        return {"anyOf": [self.item.schema(), array]} if self.alone else array


@dataclass(frozen=True, slots=True)
class Flags:
    """etcd flags: name → value; lists become etcd's comma lists, null takes a flag away."""

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """Pairs in the order written."""
        if not isinstance(node, Mapping):
            problems.add("EB105", path, node.mark, f"a mapping of etcd flags is wanted, not {named(node)}")
            return UNREADABLE
        values: dict[str, Any] = {}
        for key, value in node.items:
            place, name = f"{path}.{key.text}", key.text.removeprefix("--")
            if not _FLAG_NAME.fullmatch(name):
                problems.add("EB108", path, key.mark, f"{key.text!r} cannot be the name of an etcd flag")
                name = key.text  # so that it cannot take another's place
            if name in values:
                problems.add("EB110", place, key.mark, f"the flag {name} stands twice", "keep one of them")
            values[name] = self._value(value, place, problems)
        return UNREADABLE if UNREADABLE in values.values() else tuple(values.items())

    def _value(self, node: Node, path: str, problems: Problems) -> Any:
        if isinstance(node, Sequence):
            parts = [self._text(each, f"{path}[{at}]", problems) for at, each in enumerate(node.items)]
            return UNREADABLE if UNREADABLE in parts else ",".join(parts)
        if isinstance(node, Scalar) and node.tag is Tag.NULL:
            return None
        return self._text(node, path, problems)

    def _text(self, node: Node, path: str, problems: Problems) -> Any:
        anything = (Tag.TEXT, Tag.BOOLEAN, Tag.INTEGER, Tag.NUMBER)
        text = scalar(node, "a flag's value", anything, path, problems)
        if text is not None and not text.isprintable():
            problems.add("EB108", path, node.mark, "a flag's value: one line of printable text is wanted")
            return UNREADABLE
        return UNREADABLE if text is None else text

    def plain(self, value: Any) -> dict[str, str | None]:
        """The pairs, all values as text."""
        return dict(value)

    def schema(self) -> Json:
        """An object of scalars and lists of scalars."""
        one = ["string", "number", "boolean"]
        listed = {"type": "array", "items": {"type": one}}
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(--)?{_FLAG_NAME.pattern}$"},
            "additionalProperties": {"anyOf": [{"type": [*one, "null"]}, listed]},
        }


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record; ``doc`` and ``default`` are for the docs and editors."""

    key: str
    shape: Shape
    doc: str
    default: str = ""
    required: bool = False

    @property
    def attribute(self) -> str:
        """The dataclass field it fills."""
        return self.key.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys, read into ``cls``."""

    cls: type[Any]
    fields: tuple[Field, ...]
    elsewhere: Callable[[str], str] = lambda key: ""

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The record; everything that is wrong with it is said at once."""
        if not isinstance(node, Mapping):
            hint = "leave the key out, or write something below it" if named(node) == "nothing" else ""
            problems.add("EB105", path, node.mark, f"a mapping is wanted here, not {named(node)}", hint)
            return UNREADABLE
        known = {each.key: each for each in self.fields}
        values: dict[str, Any] = {}
        for key, value in node.items:
            place = f"{path}.{key.text}" if path else key.text
            if key.text in known:
                values[key.text] = known[key.text].shape.read(value, place, problems)
            else:
                self._unknown(key, place, problems)
        for each in self.fields:
            if each.required and each.key not in values:
                message = f"the key {each.key} is missing" + (f" in {path}" if path else "")
                problems.add("EB104", path, node.mark, message, f"{each.key}: {each.doc}")
                values[each.key] = UNREADABLE
        if UNREADABLE in values.values():
            return UNREADABLE
        return self.cls(**{known[key].attribute: value for key, value in values.items()})

    def _unknown(self, key: Scalar, path: str, problems: Problems) -> None:
        near = nearest(key.text, [each.key for each in self.fields])
        hint = f"did you mean {near}?" if near else self.elsewhere(key.text)
        allowed = hint or "known here: " + ", ".join(each.key for each in self.fields)
        problems.add("EB103", path, key.mark, f"unknown key {key.text!r}", allowed)

    def plain(self, value: Any) -> dict[str, Any]:
        """The keys that are written, in the table's order."""
        empty = self.cls.__dataclass_fields__
        return {
            each.key: each.shape.plain(now)
            for each in self.fields
            if (now := getattr(value, each.attribute)) is not None
            and (each.required or now != _default(empty[each.attribute]))
        }

    def schema(self) -> Json:
        """An object without further properties."""
        body: Json = {
            "type": "object",
            "additionalProperties": False,
            "properties": {each.key: each.shape.schema() | {"description": each.doc} for each in self.fields},
        }
        required = [each.key for each in self.fields if each.required]
        return body | ({"required": required} if required else {})


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping with known keys, read into pairs in the table's order."""

    fields: tuple[Field, ...]

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The pairs of the keys that are written."""
        found = Record(dict, self.fields).read(node, path, problems)
        if found is UNREADABLE:
            return UNREADABLE
        return tuple((each.key, found[each.attribute]) for each in self.fields if each.attribute in found)

    def plain(self, value: Any) -> dict[str, Any]:
        """The keys that are written."""
        return dict(value)

    def schema(self) -> Json:
        """An object without further properties."""
        return Record(dict, self.fields).schema()


@dataclass(frozen=True, slots=True)
class Brief:
    """A record; where nothing but its ``key`` is written, that key's value alone may stand for it."""

    item: Record
    key: str

    @property
    def brief(self) -> Field:
        """The key that may stand alone."""
        return next(each for each in self.item.fields if each.key == self.key)

    def read(self, node: Node, path: str, problems: Problems) -> Any:
        """The record, from a mapping or from the key's value."""
        if isinstance(node, Mapping):
            return self.item.read(node, path, problems)
        value = self.brief.shape.read(node, path, problems)
        return value if value is UNREADABLE else self.item.cls(**{self.brief.attribute: value})

    def plain(self, value: Any) -> Any:
        """The key's value where that says it all."""
        whole = self.item.plain(value)
        return whole[self.key] if list(whole) == [self.key] else whole

    def schema(self) -> Json:
        """The key's value, or an object."""
        return {"anyOf": [self.brief.shape.schema(), self.item.schema()]}


def _default(declared: Any) -> Any:
    if declared.default_factory is not MISSING:
        return declared.default_factory()
    return declared.default
