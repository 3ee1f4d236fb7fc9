"""Words for the user: what others wrote, safe to show, and numbers with their nouns."""

from __future__ import annotations

from datetime import datetime
from typing import Final

_LONGEST: Final = 80  # characters of a foreign text that a message has room for


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor, for who wrote it chose its words."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)


def printable_lines(text: str) -> str:
    """The same of each line; the line breaks stay."""
    return "\n".join(map(printable, text.split("\n")))


def gist(text: str, most: int = _LONGEST) -> str:
    """The beginning of a foreign text, on one line; ``nothing`` where there is none."""
    line = printable(" ".join(text[: 4 * most].split()))
    return f"{line[:most]}…" if len(line) > most else line or "nothing"


def instant(moment: datetime) -> str:
    """A time as RFC 3339 writes it; ``moment`` is in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def counted(number: int, noun: str) -> str:
    """``1 founder``, ``3 founders``; the noun takes an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
