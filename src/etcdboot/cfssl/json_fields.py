"""Take JSON apart as Go does: by type, and by name without regard to case; what is left over is named."""

from __future__ import annotations

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.durations import parse_go_duration
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.cfssl.known_fields import Fields
from etcdboot.cfssl.locations import Place
from etcdboot.formats.yaml_reader import Mapping, Node, Scalar, Sequence, Tag
from etcdboot.spec.scalar_types import named, nearest

_SECOND = 10**9
# What Go's zero values look like: a field that says nothing need not be missed.
_NOTHING = frozenset(("", "0", "false", "null"))


@dataclass(slots=True)
class Reader:
    """One file being read; ``told`` gathers what is wrong with it, or is left behind.

    Each method gives an empty value for what is absent, and ``null`` is as good as absent: so does Go.
    """

    file: str
    told: list[Diagnostic] = field(default_factory=list)

    def place(self, value: Node) -> Place:
        """Where the value stands."""
        return Place.of(self.file, value.mark)

    def taken(self, value: Node | None, known: Fields, what: str) -> dict[str, Node]:
        """The fields of an object that we read, by their name in the table; the others are named."""
        if value is None or _is_null(value):
            return {}
        if not isinstance(value, Mapping):
            self._ill_typed(value, what, "an object")
            return {}
        spelled = {name.lower(): name for name in known}
        found: dict[str, Node] = {}
        for key, below in value.items:
            name = spelled.get(key.text.lower())
            if name is None:
                self._unknown(key, known, what)
            elif known[name] and not _says_nothing(below):
                message = f"{what}: {name} is not taken over: {known[name]}"
                self.told.append(self.place(key).warning("EB388", message))
            elif name in found:
                message = f"{what}: {name} stands twice, for case does not count"
                self.told.append(self.place(key).error("EB385", message, "keep one of them"))
            elif not known[name] and not _is_null(below):
                found[name] = below
        return found

    def text(self, value: Node | None, what: str) -> str:
        """A string."""
        if value is None or _is_null(value):
            return ""
        if isinstance(value, Scalar) and not value.plain:
            return value.text
        self._ill_typed(value, what, "text in double quotes")
        return ""

    def number(self, value: Node | None, what: str) -> int:
        """A whole number."""
        if value is None or _is_null(value):
            return 0
        if isinstance(value, Scalar) and value.plain and value.tag is Tag.INTEGER and len(value.text) < 10:
            return int(value.text)
        self._ill_typed(value, what, "a whole number")
        return 0

    def truth(self, value: Node | None, what: str) -> bool:
        """True or false."""
        if value is None or _is_null(value):
            return False
        if isinstance(value, Scalar) and value.plain and value.tag is Tag.BOOLEAN:
            return value.text == "true"
        self._ill_typed(value, what, "true or false")
        return False

    def items(self, value: Node | None, what: str) -> tuple[Node, ...]:
        """The items of a list."""
        if value is None or _is_null(value):
            return ()
        if isinstance(value, Sequence):
            return value.items
        self._ill_typed(value, what, "a list")
        return ()

    def lifetime(self, value: Node | None, what: str) -> int:
        """Seconds, of a Go duration."""
        text = self.text(value, what)
        if value is None or not text:
            return 0
        try:
            seconds = parse_go_duration(text) // _SECOND
        except ValueError as cause:
            hint = "cfssl counts in hours: 8760h is a year" if text[-1:] in "dwy" else ""
            self.told.append(self.place(value).error("EB385", f"{what}: {cause}", hint))
            return 0
        if seconds < 0:
            self.told.append(self.place(value).error("EB385", f"{what}: {text} ends before it begins"))
            return 0
        return seconds

    def _unknown(self, key: Scalar, known: Fields, what: str) -> None:
        near = nearest(key.text, known)
        hint = f"did you mean {near}?" if near else "known there: " + ", ".join(known)
        message = f"{what}: cfssl knows no field {key.text!r}, and passes over it without a word"
        self.told.append(self.place(key).warning("EB387", message, hint))

    def _ill_typed(self, value: Node, what: str, wanted: str) -> None:
        found = "an object" if isinstance(value, Mapping) else named(value)
        message = f"{what}: {wanted} is wanted here, not {found}"
        self.told.append(self.place(value).error("EB385", message))


def _is_null(value: Node) -> bool:
    return isinstance(value, Scalar) and value.plain and value.tag is Tag.NULL


def _says_nothing(value: Node) -> bool:
    return value.text in _NOTHING if isinstance(value, Scalar) else not value.items
