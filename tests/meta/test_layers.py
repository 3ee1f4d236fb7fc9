from __future__ import annotations

import ast
from pathlib import Path

import pytest

from meta.source import PACKAGE, Import, files, imports, layer, short, tree

# An import points from a higher number to a lower one, or stays within its layer.
HEIGHT = {
    "ground": 0,
    "knowledge": 1,
    "model": 2,
    "products": 3,
    "effects": 3,
    "workflows": 4,
    "cli": 5,
    "__main__": 6,
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
PURE = [path for path in files() if layer(path) in ("ground", "knowledge", "model", "products")]
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
        siblings = here == "products" and len(parts) > 2 and parts[2] != path.relative_to(PACKAGE).parts[1]
        return f"{short(path)}:{found.line} imports a sibling, {found.module}" if siblings else ""
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
        ("effects/files/user_files.py", "etcdboot.pki.x509.pem"),
        ("workflows/check.py", "etcdboot.cli.output"),
        ("workflows/check.py", "etcdboot.__main__"),
    ],
)
def test_an_arrow_that_points_up_or_sideways_is_seen(place: str, module: str) -> None:
    assert arrow_problem(PACKAGE / place, Import(module, 1))


@pytest.mark.parametrize(
    ("place", "module"), [("spec/spec.py", "os.path"), ("workflows/local/up.py", "click")]
)
def test_a_module_in_the_wrong_layer_is_seen(place: str, module: str) -> None:
    assert kept_problem(PACKAGE / place, Import(module, 1))
