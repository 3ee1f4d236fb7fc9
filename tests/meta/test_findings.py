"""Every finding of the security review is described, and held by tests that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from meta.findings import FINDINGS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
DESCRIBED = re.findall(r"^\| ([A-Z]+\d+-[a-z-]+) \|", PAGE, re.MULTILINE)


def without_a_test(described: list[str], findings: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The ids that have no row in both places, or no test."""
    rows = set(described) | set(findings)
    return sorted(name for name in rows if name not in described or not findings.get(name))


def test_every_finding_is_described_and_has_a_test() -> None:
    assert without_a_test(DESCRIBED, FINDINGS) == []
    assert len(DESCRIBED) == len(set(DESCRIBED))


def test_a_missing_row_is_seen() -> None:
    assert without_a_test(["A1-x"], {}) == ["A1-x"]
    assert without_a_test(["A1-x"], {"A1-x": ()}) == ["A1-x"]
    assert without_a_test([], {"A1-x": ("tests/a.py::test_a",)}) == ["A1-x"]


@pytest.mark.parametrize("test", sorted({test for tests in FINDINGS.values() for test in tests}))
def test_the_test_of_a_finding_exists(test: str) -> None:
    path, _, name = test.partition("::")
    functions = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    assert name in {node.name for node in functions if isinstance(node, ast.FunctionDef)}
