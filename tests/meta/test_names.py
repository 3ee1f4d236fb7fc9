from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from meta.source import files, short, tree

# "node" is the YAML specification's word for a part of a document, and is allowed where YAML is read.
# A common name is X.509's own word for what a subject is called.
EMPTY_WORDS = {"manager", "helper", "helpers", "util", "utils", "handler", "handlers", "common"}
YAML_READERS = {
    "src/etcdboot/formats/yaml_reader.py",
    "src/etcdboot/spec/scalar_types.py",
    "src/etcdboot/spec/container_types.py",
    "src/etcdboot/spec/loader.py",
}
ALL = [pytest.param(path, id=short(path)) for path in files()]


def words(name: str) -> set[str]:
    """``parse_HTTPUrl`` → parse, http, url."""
    return {each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def names(path: Path) -> Iterator[str]:
    """What the file names: itself, its folder, classes and functions."""
    yield path.stem
    yield path.parent.name
    for each in ast.walk(tree(path)):
        if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield each.name.replace("common_name", "")


def variables(path: Path) -> Iterator[str]:
    """What its functions call their parameters and variables."""
    for each in ast.walk(tree(path)):
        match each:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name


@pytest.mark.parametrize("path", ALL)
def test_names_say_what_a_thing_is(path: Path) -> None:
    assert [name for name in names(path) if words(name) & EMPTY_WORDS] == []


@pytest.mark.parametrize("path", ALL)
def test_a_member_is_never_called_a_node(path: Path) -> None:
    called = [name for name in (*names(path), *variables(path)) if words(name) & {"node", "nodes"}]
    assert called == [] or short(path) in YAML_READERS


def test_an_empty_word_is_seen_in_any_spelling() -> None:
    assert words("FileManager") & EMPTY_WORDS
    assert words("path_utils") & EMPTY_WORDS
    assert words("HTTPHandler") & EMPTY_WORDS
    assert words("startNode") & {"node"}
