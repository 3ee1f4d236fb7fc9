"""The glossary: one line for each word, in alphabetical order."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from meta.source import ROOT

ENTRY = re.compile(r"- \*\*([^*]+)\*\*: \S.*\.")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def words(text: str) -> list[str]:
    """The words that a glossary explains.

    Raises:
        ValueError: a line of the list is no entry.
    """
    entries = [line for line in text.splitlines()[1:] if line.startswith(("-", " "))]
    found = [ENTRY.fullmatch(line) for line in entries]
    if None in found:
        raise ValueError(f"no entry: {entries[found.index(None)]}")
    return [entry[1] for entry in found if entry]


def out_of_order(listed: list[str]) -> list[str]:
    return [later for word, later in pairwise(listed) if later.lower() <= word.lower()]


def test_every_word_has_one_line() -> None:
    assert len(words(GLOSSARY)) > 100


def test_the_words_are_in_alphabetical_order_and_unique() -> None:
    assert out_of_order(words(GLOSSARY)) == []


@pytest.mark.parametrize("line", ["- **CA**: an authority", "- CA: an authority.", "  more about it."])
def test_a_line_that_is_no_entry_is_seen(line: str) -> None:
    with pytest.raises(ValueError, match="no entry"):
        words(f"# Glossary\n\n{line}\n")


@pytest.mark.parametrize("listed", [["b", "a"], ["CA", "ca"]])
def test_a_wrong_order_is_seen(listed: list[str]) -> None:
    assert out_of_order(listed) == listed[1:]
