"""The source as the meta tests see it: files, trees, imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "etcdboot"


@dataclass(frozen=True)
class Import:
    """One import of one module; ``line`` is where, ``names`` what is taken out of it."""

    module: str
    line: int
    names: tuple[str, ...] = ()


def files(folder: Path = PACKAGE) -> tuple[Path, ...]:
    return tuple(sorted(folder.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def layer(path: Path) -> str:
    """``model`` for spec/spec.py, ``__main__`` for a module that stands alone."""
    inner = path.relative_to(PACKAGE)
    return inner.parts[0] if len(inner.parts) > 1 else inner.stem


def imports(path: Path) -> Iterator[Import]:
    """Every import of the file, those inside functions too."""
    for found in ast.walk(tree(path)):
        if isinstance(found, ast.Import):
            for each in found.names:
                yield Import(each.name, found.lineno)
        elif isinstance(found, ast.ImportFrom):
            assert found.level == 0 and found.module, f"{short(path)}:{found.lineno} is a relative import"
            yield Import(found.module, found.lineno, tuple(each.name for each in found.names))
