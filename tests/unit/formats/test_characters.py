from __future__ import annotations

import re

import pytest

from etcdboot.formats.characters import CONTROLS_AND_LINE_ENDS, CONTROLS_BUT_TAB, NEVER, Unsayable, refuse


@pytest.mark.parametrize("char", ["\0", "\ud800", "\ufdd0", "\ufffe", "\U0010ffff"])
@pytest.mark.parametrize("unwanted", [NEVER, CONTROLS_BUT_TAB, CONTROLS_AND_LINE_ENDS])
def test_what_is_no_character_is_refused_everywhere(char: str, unwanted: re.Pattern[str]) -> None:
    with pytest.raises(Unsayable, match=rf"a test cannot hold the character U\+{ord(char):04X}"):
        refuse(f"a{char}b", unwanted, "a test")


def test_a_tab_passes_where_only_other_controls_are_refused() -> None:
    refuse("a\tb", CONTROLS_BUT_TAB, "a test")
    with pytest.raises(Unsayable):
        refuse("a\x7fb", CONTROLS_BUT_TAB, "a test")


def test_every_line_end_that_python_knows_is_refused_in_one_line_syntaxes() -> None:
    ends = [chr(code) for code in range(0x3000) if len(f"a{chr(code)}b".splitlines()) > 1]
    assert len(ends) > 8
    for each in ends:
        with pytest.raises(Unsayable):
            refuse(each, CONTROLS_AND_LINE_ENDS, "a test")
