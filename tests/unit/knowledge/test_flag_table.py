"""The generated table: its own invariants, and that it says what the collected facts say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from docs.generate.flag_table import UNDOCUMENTED, generate

from etcdboot.knowledge.etcd import flag_table
from etcdboot.knowledge.etcd.flag_table import TABLE
from etcdboot.knowledge.etcd.flags import FlagFacts, flag
from etcdboot.knowledge.etcd.releases import MINORS, parse_release
from etcdboot.knowledge.etcd.values import KIND_OF_TYPE

ROOT = Path(__file__).parents[3]
FACTS = ROOT / "../shared/reference/etcd-flags.json"
NAMES = sorted(TABLE)


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    if not FACTS.is_file():
        pytest.skip("etcd-flags.json, the collected facts, is not beside this checkout")
    loaded: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return loaded


def facts_of(name: str) -> FlagFacts:
    found = flag(name)
    assert found is not None
    return found


def test_the_columns_are_the_minors_that_we_know() -> None:
    assert flag_table.MINORS == MINORS


def test_is_sorted_by_name() -> None:
    assert list(TABLE) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_whole(name: str) -> None:
    facts = facts_of(name)
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
    assert facts.go_type in KIND_OF_TYPE
    assert len(facts.defaults) == len(facts.first_patches) == len(facts.file_patches) == len(MINORS)
    assert [each is None for each in facts.defaults] == [each is None for each in facts.first_patches]
    assert any(each is not None for each in facts.first_patches)


@pytest.mark.parametrize("name", NAMES)
def test_no_file_key_comes_before_its_flag(name: str) -> None:
    facts = facts_of(name)
    for key, first in zip(facts.file_patches, facts.first_patches, strict=True):
        assert key is None or (first is not None and key >= first)
    assert (
        bool(facts.file_path) == bool(facts.file_type) == any(key is not None for key in facts.file_patches)
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_flag_is_absent_exactly_from_the_minor_that_removed_it(name: str) -> None:
    facts = facts_of(name)
    present = [minor for minor, first in zip(MINORS, facts.first_patches, strict=True) if first is not None]
    if facts.removed is None:
        assert present[-1] == MINORS[-1]
    else:
        assert all(parse_release(f"{minor}.0") < facts.removed for minor in present)
        assert facts.removed.patch == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_flag_and_the_one_that_took_its_place_have_values_of_one_kind(name: str) -> None:
    facts = facts_of(name)
    newer = flag(facts.replaced_by)
    if newer is not None:
        assert newer.go_type == facts.go_type


def test_says_what_the_generator_makes_of_the_facts(facts: dict[str, Any]) -> None:
    assert Path(flag_table.__file__).read_text(encoding="utf-8") == generate(facts)


def test_the_facts_and_the_table_know_the_same_flags(facts: dict[str, Any]) -> None:
    assert sorted(facts) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_row_agrees_with_the_facts(facts: dict[str, Any], name: str) -> None:
    ours, theirs = facts_of(name), facts[name]
    for column, minor in enumerate(MINORS):
        default = theirs["default"].get(minor)
        text = (
            str(default).lower()
            if isinstance(default, bool)
            else default
            if default is None
            else str(default)
        )
        assert ours.defaults[column] == text
        assert in_full(minor, ours.first_patches[column]) == theirs["first_in_minor"].get(minor)
        if name in UNDOCUMENTED:
            assert theirs["yaml_path"] is None
            continue
        assert in_full(minor, ours.file_patches[column]) == theirs["yaml_first_in_minor"].get(minor)
        if ours.file_patches[column] is not None:
            assert ".".join(ours.file_path) == theirs["yaml_path_by_version"][minor]
    assert (str(ours.deprecated) if ours.deprecated else None) == theirs["deprecated"]
    assert (str(ours.removed) if ours.removed else "None").startswith(str(theirs["removed"]).split(" ")[0])
    assert ours.replaced_by == (theirs["replaced_by"] or "")


def in_full(minor: str, patch: int | None) -> str | None:
    return None if patch is None else f"{minor}.{patch}"
