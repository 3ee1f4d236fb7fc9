"""The map and the walks of CONTRIBUTING.md lead to what is there."""

from __future__ import annotations

import ast
import re

import pytest

from meta.source import PACKAGE, ROOT, tree
from meta.test_layers import HEIGHT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| (\d) \| `(\w+)` \|")
PLACE = re.compile(r"`([\w.-]+/[\w./-]*|[\w-]+\.md)`")
SYMBOLS = re.compile(r"((?:`\w+`(?:, | and )?)+) (?:in|of) `([\w/]+\.py)`")
WALKS = ("Compose files", "disk latency", "etcd 3.8", "metrics")


def exists(place: str) -> bool:
    return any((folder / place).exists() for folder in (ROOT, PACKAGE))


def lost(text: str) -> list[str]:
    """The paths in backticks that lead nowhere; ``pki/`` is the user's."""
    return [place for place in PLACE.findall(text) if place not in ("pki/", "a/b.py") and not exists(place)
            and not place.startswith("tests/unit/a/")]  # fmt: skip


def symbols(text: str) -> list[tuple[str, str]]:
    """Names that the text places in a file: ``RULES`` in ``rules/__init__.py``."""
    found = []
    for names, place in SYMBOLS.findall(text):
        found += [(name, place) for name in re.findall(r"`(\w+)`", names)]
    return found


def defines(place: str, name: str) -> bool:
    for node in tree(PACKAGE / place).body:
        match node:
            case ast.ClassDef(name=defined) | ast.FunctionDef(name=defined):
                pass
            case ast.Assign(targets=[ast.Name(id=defined)]) | ast.AnnAssign(target=ast.Name(id=defined)):
                pass
            case _:
                continue
        if defined == name:
            return True
    return False


def test_the_map_has_every_folder_with_its_floor() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    listed = {name: int(floor) for floor, name in ROW.findall(TEXT)}
    assert listed == {name: HEIGHT[name] for name in folders}


def test_every_path_leads_somewhere() -> None:
    assert lost(TEXT) == []
    assert len(PLACE.findall(TEXT)) > 30


def test_every_name_is_defined_where_the_text_places_it() -> None:
    found = symbols(TEXT)
    assert {"RULES", "CHECKS", "NEWEST_PATCH", "CertKind", "member_certificates"} <= {
        name for name, _ in found
    }
    assert [(name, place) for name, place in found if not defines(place, name)] == []


@pytest.mark.parametrize("walk", WALKS)
def test_the_four_walks_are_there(walk: str) -> None:
    [steps] = re.findall(rf"^### .*{walk}\n\n((?:\d\. .*\n)+)", TEXT, re.MULTILINE)
    assert steps.count("\n") >= 5


def test_a_lost_path_and_a_lost_name_are_seen() -> None:
    assert lost("see `rules/nowhere.py`") == ["rules/nowhere.py"]
    assert symbols("`NOTHING` in `rules/__init__.py`") == [("NOTHING", "rules/__init__.py")]
    assert not defines("rules/__init__.py", "NOTHING")
