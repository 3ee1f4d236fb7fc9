"""From text to a spec, with every complaint in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from etcdboot.base.diagnostics import Diagnostic, has_errors
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.formats import yaml_writer
from etcdboot.formats.yaml_reader import MAX_BYTES, Mapping, Mark, Node, Sequence, YamlProblem, compose
from etcdboot.spec.scalar_types import UNREADABLE, Problems
from etcdboot.spec.schema import CLUSTER
from etcdboot.spec.spec import ClusterSpec

_START = Mark(1, 1)
_NUMBER = re.compile(r"\[([0-9]{1,9})\]")


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Finds the line and column of a path such as ``members[1].host``."""

    file: str = ""
    root: Node | None = None

    def locate(self, path: str) -> Mark | None:
        """Where the value at ``path`` stands, or the nearest thing around it; None without a text."""
        if self.root is None:
            return None
        node, mark = self.root, self.root.mark
        while found := _step(node, path):
            node, mark, path = found
        return mark

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic with file, line and column."""
        mark = self.locate(diagnostic.path)
        if mark is None:
            return replace(diagnostic, file=self.file)
        return replace(diagnostic, file=self.file, line=mark.line, column=mark.column)

    def in_order(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The diagnostics in their places, as the text has them; those of one place as they came."""
        return tuple(sorted(map(self.placed, diagnostics), key=lambda each: (each.line, each.column)))


def _step(node: Node, path: str) -> tuple[Node, Mark, str] | None:
    """One step along the path: the node there, where it begins, and the rest of the path."""
    if isinstance(node, Sequence):
        number = _NUMBER.match(path)
        if number is None or int(number[1]) >= len(node.items):
            return None
        item = node.items[int(number[1])]
        return item, item.mark, path[number.end() :].removeprefix(".")
    if isinstance(node, Mapping):
        return _below(node, path)
    return None


def _below(mapping: Mapping, path: str) -> tuple[Node, Mark, str] | None:
    """The value whose key the path begins with; it is said to begin at its key, if that is lines above.

    A flag's key may have dots in it, so the longest that fits is taken; and dashes before it.
    """
    found = [
        (rest, key, value)
        for key, value in mapping.items
        for spelled in (key.text, key.text.removeprefix("--"))
        if (rest := _after(spelled, path)) is not None
    ]
    if not found:
        return None
    rest, key, value = min(found, key=lambda each: len(each[0]))
    return value, value.mark if value.mark.line == key.mark.line else key.mark, rest.removeprefix(".")


def _after(key: str, path: str) -> str | None:
    """What follows when the path begins with the key; None when it does not."""
    rest = path.removeprefix(key)
    return rest if key and path.startswith(key) and rest[:1] in ("", ".", "[") else None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a text gave: a spec (None when it has errors), where things stand in it, and what is wrong."""

    spec: ClusterSpec | None
    source: SourceMap
    diagnostics: tuple[Diagnostic, ...] = ()


def load(text: str, file: str = "") -> Loaded:
    """Read a ``cluster.yaml``; ``file`` is what diagnostics call it. Never raises on bad input."""
    problems = Problems(file)
    if len(text) > MAX_BYTES:
        problems.add(
            "EB102",
            "",
            _START,
            f"larger than {MAX_BYTES >> 20} MiB; this is no cluster.yaml",
            "name another file with -f",
        )
        return Loaded(None, SourceMap(file), tuple(problems.found))
    try:
        root = compose(text)
    except YamlProblem as cause:
        problems.add("EB101", "", cause.mark, str(cause), cause.hint)
        return Loaded(None, SourceMap(file), tuple(problems.found))
    source = SourceMap(file, root)
    if root is None:
        problems.add("EB102", "", _START, "empty: there is no cluster in it", "make one with: etcdboot init")
        return Loaded(None, source, tuple(problems.found))
    spec = CLUSTER.read(root, "", problems)
    found = tuple(sorted(problems.found, key=lambda each: (each.line, each.column)))
    unread = spec is UNREADABLE or has_errors(found)
    return Loaded(None if unread else spec, source, found)


def dump(spec: ClusterSpec) -> str:
    """The spec as a ``cluster.yaml`` that loads to the same spec."""
    return yaml_writer.dump(CLUSTER.plain(spec), hollow=True)
