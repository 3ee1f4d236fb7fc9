"""Words of the POSIX shell (XCU 2.2 Quoting, 2.3 Token Recognition, 2.4 Reserved Words)."""

from __future__ import annotations

import re

from etcdboot.formats.characters import NEVER, Unsayable, refuse

# No shell gives these a meaning anywhere in a word. "=" does have one in ``name=``, as the first word.
_PLAIN = re.compile(r"(?![A-Za-z_][A-Za-z0-9_]*=)[A-Za-z0-9_@%+=:,./-]+")
_RESERVED = frozenset(
    ("case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while")
    + ("function", "select", "time")  # bash and ksh have these too
)


def quote(word: str) -> str:
    """The word as sh reads it back, whatever is in it: bare if plainly safe, else in single quotes."""
    refuse(word, NEVER, "a shell word")
    if _PLAIN.fullmatch(word) and word not in _RESERVED:
        return word
    return "'" + word.replace("'", r"'\''") + "'"


def shown(word: str) -> str:
    """The word for a command in a hint: quoted, or as it is where no quoting can say it."""
    try:
        return quote(word)
    except Unsayable:
        return word


def join(words: tuple[str, ...]) -> str:
    """A command line of those words."""
    return " ".join(map(quote, words))
