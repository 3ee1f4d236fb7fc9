from __future__ import annotations

import re

import pytest

from etcdboot.base.diagnostic_codes import CODES
from meta.source import PACKAGE, files

TABLE = PACKAGE / "base" / "diagnostic_codes.py"
USED = {
    code
    for path in files()
    if path != TABLE
    for code in re.findall(r"EB\d{3}\b", path.read_text(encoding="utf-8"))
}


def test_every_code_in_use_is_explained() -> None:
    assert sorted(USED - set(CODES)) == []


def test_every_explained_code_is_in_use() -> None:
    assert sorted(set(CODES) - USED) == []


def test_the_table_is_sorted_and_has_each_code_once() -> None:
    rows = re.findall(r'^    "(EB\d{3})": \(', TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == sorted(set(rows)) == list(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_short_title_and_a_reason_in_sentences(code: str) -> None:
    title, reason = CODES[code]
    assert 0 < len(title) <= 60
    assert not title.endswith(".")
    assert reason.endswith(".")
    assert "  " not in title + reason
