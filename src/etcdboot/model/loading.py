"""From text to a spec, with every complaint in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from etcdboot.ground.report import Diagnostic, has_errors
from etcdboot.ground.syntax import yaml_out
from etcdboot.ground.syntax.yaml_in import MAX_BYTES, Mapping, Mark, Node, Sequence, YamlProblem, compose
from etcdboot.model.shape import CLUSTER
from etcdboot.model.shapes import UNREADABLE, Problems
from etcdboot.model.spec import ClusterSpec

_START = Mark(1, 1)


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
        for step in _steps(path):
            found = _child(node, step)
            if found is None:
                break
            node, mark = found
        return mark

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic with file, line and column."""
        mark = self.locate(diagnostic.path)
        if mark is None:
            return replace(diagnostic, file=self.file)
        return replace(diagnostic, file=self.file, line=mark.line, column=mark.column)


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in path.replace("[", ".[").split("."):
        if part.startswith("["):
            steps.append(int(part[1:-1]))
        elif part:
            steps.append(part)
    return steps


def _child(node: Node, step: str | int) -> tuple[Node, Mark] | None:
    """The node one step deeper, and where it begins: for a mapping's value, its key."""
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step], node.items[step].mark
    if isinstance(node, Mapping):
        for key, value in node.items:
            if key.text == step:
                return value, value.mark if value.mark.line == key.mark.line else key.mark
    return None


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
        problems.add("EB102", "", _START, f"larger than {MAX_BYTES >> 20} MiB; this is no cluster.yaml")
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
    return yaml_out.dump(CLUSTER.plain(spec))
