"""Words for the user: what others wrote, safe to show, and numbers with their nouns."""

from __future__ import annotations

from datetime import datetime
from typing import Final

LONGEST: Final = 200  # characters of one text from outside that is kept
LONGEST_LINE: Final = 20 * LONGEST  # characters of one line that is shown
COMMAND: Final = "\n       "  # before each command of a step that is shown below its sentence
_GIST: Final = 80  # characters of a foreign text that a message has room for
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """The text on one line, with escapes for all that a terminal would not show as a character.

    That is what ``str.isprintable`` refuses: C0 and C1 controls, DEL, line and paragraph separators, and
    Unicode's format characters (bidirectional overrides, zero-width joiners and spaces, soft hyphens).
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def printable_lines(text: str) -> str:
    """The same of each line; the line breaks stay. Only for text whose line breaks are etcdboot's own."""
    return "\n".join(map(printable, text.split("\n")))


def shortened(text: str, most: int = LONGEST) -> str:
    """The beginning of a long text, and how much is missing; the characters stay as they are."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most} more characters)"


def one_line(text: str) -> str:
    """A line as it is shown: printable and not longer than ``LONGEST_LINE``."""
    return printable(shortened(text, LONGEST_LINE))


def gist(text: str, most: int = _GIST) -> str:
    """The beginning of a foreign text, on one line; ``nothing`` where there is none."""
    line = printable(" ".join(text[: 4 * most].split()))
    return f"{line[:most]}…" if len(line) > most else line or "nothing"


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    width = 2 if code < 0x100 else 4 if code < 0x10000 else 8
    return _NAMED.get(character) or f"\\{'xuU'[(2, 4, 8).index(width)]}{code:0{width}x}"


def instant(moment: datetime) -> str:
    """A time as RFC 3339 writes it; ``moment`` is in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def counted(number: int, noun: str) -> str:
    """``1 founder``, ``3 founders``; the noun takes an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
