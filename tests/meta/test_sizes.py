from __future__ import annotations

import ast
from pathlib import Path

import pytest

from meta.source import PACKAGE, files, short, tree

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 50
# Tables that only grow by rows: generated, or prose.
TABLES = {PACKAGE / "etcd" / "flag_table.py", PACKAGE / "base" / "diagnostic_codes.py"}
ALL = [pytest.param(path, id=short(path)) for path in files()]


@pytest.mark.parametrize("path", ALL)
def test_files_are_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LINES_OF_A_FILE or path in TABLES


@pytest.mark.parametrize("path", ALL)
def test_functions_are_short(path: Path) -> None:
    long = [
        f"{each.name} has {each.end_lineno - each.lineno + 1} lines"
        for each in ast.walk(tree(path))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        and each.end_lineno is not None
        and each.end_lineno - each.lineno >= LINES_OF_A_FUNCTION
    ]
    assert long == []
