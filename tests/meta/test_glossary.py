"""The glossary: one line for each word, in alphabetical order."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from meta.source import ROOT, files

ENTRY = re.compile(r"- \*\*([^*]+)\*\*: \S.*\.")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

# Words of programs, formats and plain English that need no explanation.
ORDINARY = frozenset(
    """
    access adaptation adopt assignment auth authority background base binary bind block cert cfssl
    change changed character cli clock comparison console container context control converter copy
    credential dataclass death description detach dial diff dir dns dnsmasq document down duration
    editor encryption entry env environment error etcd etcdboot etcdctl explain exposed extension
    external fast field filename filesystem folder format grpc http identification identity import in
    inference init input inspection issued json known layout line list listen live loader local location
    main matching name network new next observer option os output owned owner parent path permission
    place plaintext planner policy port position precheck prepare process progress ps random reader
    relay rendered renderer renew replace reply response revoke rotate sandbox scalar scan schema script
    secret selection served server session shell show sign signal signed signing socket source split
    staged start starter state status step stop store stub system systemd temporary text transition type
    unrecorded untrusted up user validation validity value verification writer x509 yaml
    """.split()  # noqa: SIM905 - easier to read and to add to
)


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


def singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "os", "is")) else word


def unexplained(name: str) -> list[str]:
    """The words of a module's name that neither the glossary nor the list of ordinary words has."""
    known = {
        part.lower() for word in words(GLOSSARY) for part in re.findall(r"[A-Za-z0-9]+", word)
    } | ORDINARY
    parts = [part for part in name.strip("_").split("_") if part]
    return [part for part in parts if not {part, singular(part), f"{part}s"} & known]


def test_the_names_of_modules_and_folders_are_words_that_people_know() -> None:
    names = {path.stem for path in files()} | {path.parent.name for path in files()}
    assert {name: lacking for name in sorted(names) if (lacking := unexplained(name))} == {}


def test_every_ordinary_word_is_used() -> None:
    names = {path.stem for path in files()} | {path.parent.name for path in files()}
    used = {form for name in names for part in name.split("_") for form in (part, singular(part))}
    assert ORDINARY - used == set()


@pytest.mark.parametrize("name", ["vouching", "open_doors", "culprits"])
def test_a_name_that_nobody_knows_is_seen(name: str) -> None:
    assert unexplained(name)
