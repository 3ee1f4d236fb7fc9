"""Procfiles that honcho, goreman, ruby foreman and npm foreman (``nf``) all read alike.

Four programs, four readers (compared by running them): honcho and both foremans take lines of the form
``[A-Za-z0-9_-]+: command``, ``nf`` rejects a file with any other line, goreman takes every line with a colon.
ruby foreman replaces ``$NAME`` as text, also inside quotes. All hand the command to ``sh -c``. So: plain
names, one line each, no ``$``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from etcdboot.formats import shell
from etcdboot.formats.characters import CONTROLS_AND_LINE_ENDS, Unsayable, refuse

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def process_name(member_name: str) -> str:
    """The name of a member's process: its own, with ``_`` for what a Procfile does not allow."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", member_name)


def line(name: str, words: tuple[str, ...]) -> str:
    """One process; its command replaces the shell (``exec``), else signals would end the shell alone.

    Unsayable for what any of the four would misread: a bad name, a relative program, ``$``, a line break.
    """
    if not _NAME.fullmatch(name):
        raise Unsayable(f"{name!r} is not a process name of a Procfile: letters, digits, _ and - only")
    if not words or not words[0].startswith("/"):
        raise Unsayable("a Procfile needs the absolute path of the program")
    for word in words:
        refuse(word, CONTROLS_AND_LINE_ENDS, "a Procfile")
        if "$" in word:
            raise Unsayable(
                f"a Procfile cannot hold a $, which ruby foreman replaces even inside quotes: {word!r}"
            )
    return f"{name}: exec {shell.join(words)}"


def dump(processes: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """The lines of all processes; Unsayable when two share a name."""
    lines: dict[str, str] = {}
    for name, words in processes:
        if name in lines:
            raise Unsayable(f"two processes would be called {name}")
        lines[name] = line(name, words)
    return "".join(f"{each}\n" for each in lines.values())
