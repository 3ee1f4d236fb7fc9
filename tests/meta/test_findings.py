"""Every finding of the security review is described, and held by tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from meta.findings import FINDINGS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("test", sorted({test for tests in FINDINGS.values() for test in tests}))
def test_the_test_of_a_finding_exists(test: str) -> None:
    path, _, name = test.partition("::")
    functions = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    assert name in {node.name for node in functions if isinstance(node, ast.FunctionDef)}
