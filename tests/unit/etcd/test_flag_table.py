"""The generated table: its own invariants, and that it agrees with its source, etcd-flags.json."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from docs.generate.flag_table import MODULE, SOURCE, UNDOCUMENTED, generate, source

from etcdboot.etcd import flag_table
from etcdboot.etcd.flag_table import TABLE
from etcdboot.etcd.flag_values import KIND_OF_TYPE
from etcdboot.etcd.flags import FlagFacts, flag
from etcdboot.etcd.releases import MINORS, parse_release

NAMES = sorted(TABLE)
FLAGS = source()


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


def test_the_module_is_what_the_generator_writes() -> None:
    assert Path(flag_table.__file__).samefile(MODULE)
    assert MODULE.read_text(encoding="utf-8") == generate(FLAGS), "run `make docs`"


def test_a_changed_source_changes_the_module() -> None:
    changed = FLAGS | {"name": FLAGS["name"] | {"default": {"3.7": "other"}}}
    assert generate(changed) != generate(FLAGS)


def test_source_and_table_have_the_same_flags() -> None:
    assert sorted(FLAGS) == NAMES


def test_the_source_has_one_line_for_each_fact_of_a_flag() -> None:
    """In the order of flags and keys, so that a new release reads as a small diff."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if not line.startswith("  ")]
    facts = [line for line in lines if line.startswith("  ")]
    assert heads[1:-1:2] == [f' "{name}": {{' for name in NAMES]
    wanted = [
        f"{json.dumps(key)}: {json.dumps(FLAGS[name][key])}" for name in NAMES for key in sorted(FLAGS[name])
    ]
    assert [line.strip().removesuffix(",") for line in facts] == wanted


@pytest.mark.parametrize("name", NAMES)
def test_every_row_agrees_with_the_source(name: str) -> None:
    row, flag_source = facts_of(name), FLAGS[name]
    for column, minor in enumerate(MINORS):
        default = flag_source.get("default", {}).get(minor)
        text = (
            str(default).lower()
            if isinstance(default, bool)
            else default
            if default is None
            else str(default)
        )
        assert row.defaults[column] == text
        assert in_full(minor, row.first_patches[column]) == flag_source["first_in_minor"].get(minor)
        if name in UNDOCUMENTED:
            assert "yaml_path" not in flag_source
            continue
        first_key = flag_source.get("yaml_first_in_minor", {}).get(minor)
        assert in_full(minor, row.file_patches[column]) == first_key
        if row.file_patches[column] is not None:
            assert ".".join(row.file_path) == flag_source["yaml_path"]
    assert (str(row.deprecated) if row.deprecated else None) == flag_source.get("deprecated")
    removed = str(flag_source.get("removed")).split(" ")[0]
    assert (str(row.removed) if row.removed else "None").startswith(removed)
    assert row.replaced_by == flag_source.get("replaced_by", "")


def in_full(minor: str, patch: int | None) -> str | None:
    return None if patch is None else f"{minor}.{patch}"
