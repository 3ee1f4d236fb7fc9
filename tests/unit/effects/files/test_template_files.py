from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import Missing, UsageError
from etcdboot.effects.files.template_files import load_templates


def test_a_folder_replaces_single_templates_and_may_add_some(tmp_path: Path) -> None:
    (tmp_path / "procfile").mkdir()
    (tmp_path / "procfile" / "Procfile.j2").write_text("mine")
    (tmp_path / "more.j2").write_text("included")
    found = load_templates(tmp_path)
    assert (found["procfile/Procfile.j2"], found["more.j2"]) == ("mine", "included")
    assert found["script/etcd.sh.j2"] == load_templates()["script/etcd.sh.j2"]


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="is not there"):
        load_templates(tmp_path / "no")


def test_a_folder_that_replaces_nothing_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "Procfile.j2").write_text("in the wrong place")
    with pytest.raises(UsageError, match="replaces no template") as refusal:
        load_templates(tmp_path)
    (told,) = refusal.value.diagnostics
    assert told.code == "EB455" and "procfile/Procfile.j2" in told.hint


def test_a_template_is_text(tmp_path: Path) -> None:
    (tmp_path / "x.j2").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not UTF-8") as refusal:
        load_templates(tmp_path)
    assert refusal.value.diagnostics[0].code == "EB455"
