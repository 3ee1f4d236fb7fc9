"""Values in systemd unit files.

Sources: systemd.syntax(7) "Quoting" (quotes, C escapes, lines joined by a backslash), systemd.service(5)
"Command Lines" (``$``, ``;``, the executable), systemd.unit(5) "Specifiers" (``%``), systemd.exec(5).
Three kinds of places read a value differently, so each has its quoter: an argument of ``ExecStart=``, a word
of a list such as ``Environment=`` or ``ReadWritePaths=``, and a setting whose value is the rest of the line.
"""

from __future__ import annotations

import re

from etcdboot.formats.characters import CONTROLS, CONTROLS_BUT_TAB, NEVER, Unsayable, refuse

_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_SPECIAL = re.compile(r'["\\\x01-\x1f\x7f]')
_ESCAPES = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"}


def argument(word: str) -> str:
    """One argument of ``ExecStart=``: quoted, ``%`` and ``$`` doubled so that nothing is expanded."""
    return quote(word).replace("$", "$$")


def executable(path: str) -> str:
    """The first word of ``ExecStart=``: an absolute path. It is read with other rules than the rest.

    systemd expands no variable in it, so a ``$`` cannot be said there, and refuses quotes, backslashes and
    tabs (src/basic/string-util.c, string_is_safe: "contains special characters"): Unsayable.
    """
    if not path.startswith("/") or re.search(r"""[$"'\\\t]""", path):
        raise Unsayable(f"systemd starts only an absolute path without $, quotes, tabs and \\, not {path!r}")
    refuse(path, CONTROLS_BUT_TAB, "the path of an executable in a unit")
    return quote(path)


def quote(word: str) -> str:
    """One word of a list: bare if plainly safe, else in double quotes with C escapes; ``%`` doubled."""
    refuse(word, NEVER, "a systemd unit")
    if _PLAIN.fullmatch(word):
        return word
    return '"' + _SPECIAL.sub(_escape, word).replace("%", "%%") + '"'


def path(text: str, prefix: str = "") -> str:
    r"""One path of a list such as ``ReadWritePaths=``; ``prefix`` is what systemd reads before it (``-``).

    Unsayable for control characters: systemd reads no other escapes there than those of ``"`` and ``\``
    (src/basic/extract-word.c, EXTRACT_RETAIN_ESCAPE).
    """
    refuse(text, CONTROLS, "a path in a systemd unit")
    return quote(prefix + text)


def environment(name: str, value: str) -> str:
    """One assignment for ``Environment=``; Unsayable for control characters, which systemd drops there."""
    refuse(value, CONTROLS_BUT_TAB, "an Environment= line")
    return quote(f"{name}={value}")


def value(text: str) -> str:
    """The value of a setting that takes the whole line (``User=``, ``Description=``, ``EnvironmentFile=``).

    Nothing is unquoted there: Unsayable for line breaks, spaces at the ends and a backslash at the end.
    """
    refuse(text, CONTROLS_BUT_TAB, "a systemd unit")
    if text != text.strip() or text.endswith("\\"):
        raise Unsayable(
            f"a setting of a unit can neither begin or end with a space nor end with \\: {text!r}"
        )
    return text.replace("%", "%%")


def environment_file(path: str) -> str:
    r"""The path for ``EnvironmentFile=``, which is a pattern: Unsayable for ``*``, ``?``, ``[`` and ``\``."""
    if not path.startswith("/") or re.search(r"[*?\[\\]", path):
        raise Unsayable(f"EnvironmentFile= takes an absolute path without * ? [ and \\, not {path!r}")
    return value(path)


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0], f"\\x{ord(found[0]):02x}")
