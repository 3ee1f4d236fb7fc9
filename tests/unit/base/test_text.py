from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.text import counted, gist, instant, printable, printable_lines


def test_what_moves_a_cursor_is_spelt_out() -> None:
    assert printable("a\nb\x1bcü") == "a\\nb\\x1bcü"
    assert printable("\x9b31m\u202e") == "\\x9b31m\\u202e"


def test_line_breaks_stay_where_they_are_meant() -> None:
    assert printable_lines("a\n\x1bb\r\n") == "a\n\\x1bb\\r\n"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("", "nothing"),
        (" \n ", "nothing"),
        ("a\r\n  b", "a b"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 80 + "…"),
        ("\x1b[2J", "\\x1b[2J"),
    ],
)
def test_a_foreign_text_is_cut_down_to_a_line(text: str, short: str) -> None:
    assert gist(text) == short


@given(st.text(), st.integers(1, 100))
def test_a_gist_is_short_and_does_nothing_to_a_terminal(text: str, most: int) -> None:
    short = gist(text, most)
    assert short.isprintable()
    assert len(short) <= max(most + 1, len("nothing"))


def test_an_instant_is_written_in_utc() -> None:
    assert instant(datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC)) == "2026-01-02T03:04:05Z"


def test_a_noun_goes_with_its_number() -> None:
    assert [counted(each, "founder") for each in (0, 1, 2)] == ["0 founders", "1 founder", "2 founders"]
