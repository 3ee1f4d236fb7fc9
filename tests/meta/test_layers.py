from __future__ import annotations

import ast
from pathlib import Path

import pytest

from meta.source import PACKAGE, Import, files, imports, layer, short, tree

# An import points from a higher number to a lower one, or stays within its folder.
HEIGHT = {
    "base": 0,
    "formats": 1,
    "etcd": 1,
    "spec": 2,
    "plan": 3,
    "observations": 3,
    **dict.fromkeys(("rules", "render", "pki", "cfssl", "bootstrap", "verify"), 4),
    "effects": 5,
    "workflows": 6,
    "cli": 7,
    "__main__": 8,
    "__init__": 0,
}
# What only one layer may touch.
KEPT = {
    "click": "cli",
    "rich": "cli",
    **dict.fromkeys(
        (
            "os", "subprocess", "socket", "ssl", "time", "random", "secrets", "tempfile", "shutil", "fcntl",
            "etcd3", "grpc", "glob", "select", "threading", "getpass", "pwd", "platform", "uuid", "urllib",
        ),
        "effects",
    ),
}  # fmt: skip
WITH_PATHS = {"effects", "workflows", "cli"}
PURE = [path for path in files() if HEIGHT[layer(path)] < HEIGHT["effects"]]
ALL = [pytest.param(path, id=short(path)) for path in files()]
CLOCKS = {"now", "today", "utcnow"}


def arrow_problem(path: Path, found: Import) -> str:
    """Why the import points the wrong way; empty when it does not, or is not of ours."""
    parts = found.module.split(".")
    if parts[0] != "etcdboot":
        return ""
    target = parts[1] if len(parts) > 1 else "__init__"
    here = layer(path)
    if target == here:
        return ""
    down = HEIGHT[target] < HEIGHT[here]
    return "" if down else f"{short(path)}:{found.line} imports {found.module}, which is not below it"


def kept_problem(path: Path, found: Import) -> str:
    owner = KEPT.get(found.module.split(".")[0])
    wrong = owner is not None and layer(path) != owner
    return f"{short(path)}:{found.line}: only {owner} may import {found.module}" if wrong else ""


@pytest.mark.parametrize("path", ALL)
def test_imports_point_down_only(path: Path) -> None:
    assert [said for each in imports(path) if (said := arrow_problem(path, each))] == []


@pytest.mark.parametrize("path", ALL)
def test_the_world_is_touched_by_its_own_layer_only(path: Path) -> None:
    assert [said for each in imports(path) if (said := kept_problem(path, each))] == []


@pytest.mark.parametrize("path", ALL)
def test_real_paths_stay_in_the_upper_layers(path: Path) -> None:
    real = [each for each in imports(path) if each.module == "pathlib" and "Path" in each.names]
    bare = [each for each in imports(path) if each.module == "pathlib" and not each.names]
    assert layer(path) in WITH_PATHS or not real + bare


@pytest.mark.parametrize("path", [pytest.param(path, id=short(path)) for path in PURE])
def test_the_pure_part_reads_no_clock_no_file_and_prints_nothing(path: Path) -> None:
    called = [each.func for each in ast.walk(tree(path)) if isinstance(each, ast.Call)]
    clocks = [each.lineno for each in called if isinstance(each, ast.Attribute) and each.attr in CLOCKS]
    doors = [
        each.lineno for each in called if isinstance(each, ast.Name) and each.id in ("open", "print", "input")
    ]
    assert clocks + doors == []


@pytest.mark.parametrize(
    ("place", "module"),
    [
        ("base/diagnostics.py", "etcdboot.etcd.flags"),
        ("spec/spec.py", "etcdboot.pki.x509.pem"),
        ("pki/x509/pem.py", "etcdboot.render.template_context"),
        ("pki/x509/pem.py", "etcdboot.effects.files.user_files"),
        ("etcd/flags.py", "etcdboot.formats.shell"),
        ("rules/flags.py", "etcdboot.effects.clock"),
        ("workflows/check.py", "etcdboot.cli.output"),
        ("workflows/check.py", "etcdboot.__main__"),
    ],
)
def test_an_arrow_that_points_up_or_sideways_is_seen(place: str, module: str) -> None:
    assert arrow_problem(PACKAGE / place, Import(module, 1))


Graph = dict[str, set[str]]


def circles(graph: Graph) -> set[str]:
    """What can be reached from itself."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        ahead = [start]
        while ahead:
            new = graph.get(ahead.pop(), set()) - found
            found |= new
            ahead.extend(new)
        return found

    return {name for name in graph if name in reached(name)}


def modules() -> Graph:
    """Each module of ours, and those that it imports."""
    names = {".".join(("etcdboot", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in files()}
    names |= {name.removesuffix(".__init__") for name in names}

    def meant(found: Import) -> set[str]:
        inner = {f"{found.module}.{name}" for name in found.names}
        return (inner & names) or ({found.module} & names)

    graph: Graph = {}
    for path in files():
        name = ".".join(("etcdboot", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        graph[name] = {target for found in imports(path) for target in meant(found)}
    return graph


def folders(graph: Graph) -> Graph:
    """Each folder, and the other folders whose modules its modules import."""
    packages = {f"etcdboot.{'.'.join(path.parent.relative_to(PACKAGE).parts)}" for path in files()}

    def folder(name: str) -> str:
        return name if name in packages else name.rpartition(".")[0]

    found: Graph = {}
    for name, targets in graph.items():
        found.setdefault(folder(name), set()).update({folder(target) for target in targets} - {folder(name)})
    return found


def test_no_module_imports_itself_through_others() -> None:
    assert circles(modules()) == set()


def test_no_folder_imports_itself_through_others() -> None:
    """Below the workflows, whose folders are commands that call one another."""
    below = {
        name: {target for target in targets if target.count(".") > 0}
        for name, targets in folders(modules()).items()
        if not name.startswith(("etcdboot.workflows", "etcdboot.cli")) and name != "etcdboot"
    }
    assert circles(below) == set()


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == {"b", "c"}


@pytest.mark.parametrize(
    ("place", "module"), [("spec/spec.py", "os.path"), ("workflows/local/up.py", "click")]
)
def test_a_module_in_the_wrong_layer_is_seen(place: str, module: str) -> None:
    assert kept_problem(PACKAGE / place, Import(module, 1))
