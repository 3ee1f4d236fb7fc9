"""The pinned files are all that an installation needs, so that no later release of anything can change it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

Pins = Mapping[str, Version]
Metadata = Mapping[str, Iterable[str]]


def pinned(name: str) -> dict[str, Version]:
    """Package to version, of one requirements file; each must have a hash."""
    text = (ROOT / "requirements" / name).read_text().replace("\\\n", " ")
    rows = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert all(" --hash=sha256:" in row for row in rows)
    found = [re.match(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", row) for row in rows]
    assert all(found)
    return {match[1]: Version(match[2]) for match in found if match}


def missing(wanted: Iterable[str], pins: Pins, metadata: Metadata) -> list[str]:
    """Requirements, direct or of a requirement and its extras, that no pin satisfies."""
    faults: list[str] = []
    waiting = [(Requirement(text), "the project", frozenset[str]()) for text in wanted]
    done: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement, wanting, extras = waiting.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker and not any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras | {""}
        ):
            continue
        if name not in pins or not requirement.specifier.contains(pins[name], prereleases=True):
            faults.append(f"{wanting} wants {requirement}")
            continue
        asked = frozenset(requirement.extras)
        if (name, asked) not in done:
            done.add((name, asked))
            waiting += [(Requirement(text), name, asked) for text in metadata[name]]
    return sorted(faults)


def of_installed(pins: Pins) -> dict[str, list[str]]:
    return {name: requires(name) or [] for name in pins}


EXTRAS = PROJECT["project"]["optional-dependencies"]
BUILD = PROJECT["build-system"]["requires"]
RUN = PROJECT["project"]["dependencies"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("dev.txt", [*RUN, *BUILD, *EXTRAS["local"], *EXTRAS["dev"]]),
        ("user.txt", [*RUN, *BUILD, *EXTRAS["local"], "editables"]),
    ],
)
def test_the_pins_of_a_file_need_nothing_else(name: str, wanted: list[str]) -> None:
    pins = pinned(name)
    assert missing(wanted, pins, of_installed(pins)) == []


def test_what_make_demo_installs_is_what_the_tests_ran_with() -> None:
    assert pinned("user.txt").items() <= pinned("dev.txt").items()


PINS = {"a": Version("1"), "b": Version("2")}


@pytest.mark.parametrize(
    ("metadata", "fault"),
    [
        ({"a": ["b>=3"], "b": []}, ["a wants b>=3"]),
        ({"a": ["c"], "b": []}, ["a wants c"]),
        ({"a": ["b[fast]"], "b": ["d; extra == 'fast'"]}, ['b wants d; extra == "fast"']),
        ({"a": ["b"], "b": ["d; extra == 'fast'"]}, []),
        ({"a": ["d; python_version < '3'", "b"], "b": []}, []),
    ],
)
def test_what_is_not_pinned_is_found(metadata: Metadata, fault: list[str]) -> None:
    assert missing(["a"], PINS, metadata) == fault
