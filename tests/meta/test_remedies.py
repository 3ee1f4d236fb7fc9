"""No remedy tells the user to remove what a running cluster depends on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from meta.source import PACKAGE, files, short, tree

# Moving pki/ away lets the next `certs` create another CA, and members no longer trust each other.
HARMFUL = re.compile(
    r"move\W+(the\W+)?(whole\W+)?pki\b.{0,20}away|start afresh|begin anew with another", re.IGNORECASE
)
DOCS = sorted((PACKAGE.parents[1] / "docs").glob("**/*.md"))


def texts(path: Path) -> list[str]:
    """All string literals of a module, each f-string as one text."""
    return [
        "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        if isinstance(node, ast.JoinedStr)
        else str(node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    ]


@pytest.mark.parametrize("path", [pytest.param(path, id=short(path)) for path in files()])
def test_no_message_or_hint_tells_to_move_the_pki_away(path: Path) -> None:
    assert [text for text in texts(path) if HARMFUL.search(text)] == []


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in DOCS])
def test_no_page_tells_to_move_the_pki_away(path: Path) -> None:
    assert HARMFUL.findall(path.read_text("utf-8")) == []
