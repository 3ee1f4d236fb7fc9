"""Parsers of what ``etcdboot.formats`` writes: they take exactly that form, and refuse everything else."""

from __future__ import annotations

import re

from etcdboot.formats import bind, dnsmasq, systemd
from etcdboot.formats.characters import Unsayable

_PIECE = re.compile(
    r"(?P<gap>[ \t]+)|'(?P<single>[^']*)'|\\(?P<escaped>[^\n])|(?P<plain>[A-Za-z0-9_@%+=:,./-]+)"
)
_ASSIGNMENT = re.compile(r'(?P<name>[A-Za-z_][A-Za-z0-9_]*)="(?P<value>(?:[^"\\`$]|\\["\\`$])*)"')
_UNESCAPES = {text: char for char, text in systemd._ESCAPES.items()}
_WORD = re.compile(r'[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"\'\\]+))(?=[ \t]|$)')
_ESCAPE = re.compile(r"\\(?:x(?P<hex>[0-9a-fA-F]{2})|.)")
_RECORD = re.compile(r"(?P<name>\S+\.) (?P<ttl>[0-9]{1,10}) IN (?P<type>[A-Z]+) (?P<data>\S+(?: \S+)*)")


def split_shell(line: str) -> tuple[str, ...]:
    """The words of a line that ``join`` made; Unsayable for anything beyond its quoting."""
    words: list[str] = []
    place, open_word = 0, False
    while place < len(line):
        piece = _PIECE.match(line, place)
        if piece is None:
            raise Unsayable(f"not plain words: {line[place : place + 20]!r}")
        place = piece.end()
        if piece["gap"] is not None:
            open_word = False
            continue
        text = next(part for part in piece.group("single", "escaped", "plain") if part is not None)
        if open_word:
            words[-1] += text
        else:
            words.append(text)
        open_word = True
    return tuple(words)


def parse_environment_file(text: str) -> dict[str, str]:
    """The assignments of a file that ``dump`` made; Unsayable for a line beyond its form."""
    found = {}
    for number, each in enumerate(text.split("\n"), 1):
        if not each or each.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(each)
        if match is None:
            raise Unsayable(f'line {number} is not KEY="value"')
        found[match["name"]] = re.sub(r"\\(.)", r"\1", match["value"])
    return found


def parse_unit(text: str) -> tuple[tuple[str, str, str], ...]:
    """Section, key and raw value of each setting, in order; lines that end with a backslash are joined."""
    settings = []
    section = ""
    for line in re.sub(r"\\\n", " ", text).split("\n"):
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        key, equals, raw = line.partition("=")
        if not equals:
            raise Unsayable(f"not a setting: {line!r}")
        settings.append((section, key.strip(), raw.strip()))
    return tuple(settings)


def split_unit_words(text: str) -> tuple[str, ...]:
    """The words of a list setting that ``quote`` made."""
    words, place = [], 0
    text = text.strip()
    while place < len(text):
        found = _WORD.match(text, place)
        if found is None:
            raise Unsayable(f"not words of a unit: {text[place : place + 20]!r}")
        place = found.end()
        raw = found["bare"] if found["quoted"] is None else _ESCAPE.sub(_unescape, found["quoted"])
        words.append(_undouble("%", raw))
    return tuple(words)


def split_command(text: str) -> tuple[str, ...]:
    """The words of an ``ExecStart=`` line that ``executable`` and ``argument`` made."""
    return tuple(_undouble("$", word) for word in split_unit_words(text))


def _unescape(found: re.Match[str]) -> str:
    if found["hex"]:
        return chr(int(found["hex"], 16))
    if found[0] not in _UNESCAPES:
        raise Unsayable(f"an escape that we do not write: {found[0]}")
    return _UNESCAPES[found[0]]


def _undouble(sign: str, text: str) -> str:
    if sign in text.replace(sign * 2, ""):
        raise Unsayable(f"a single {sign} would be expanded: {text!r}")
    return text.replace(sign * 2, sign)


def parse_procfile(text: str) -> dict[str, tuple[str, ...]]:
    """Name and words of each process of a file that ``dump`` made, comments left out."""
    found = {}
    for name, command in parse_as_goreman(text):
        words = split_shell(command)
        if words[:1] != ("exec",):
            raise Unsayable(f"{name} does not exec its program")
        found[name] = words[1:]
    return found


def parse_as_goreman(text: str) -> tuple[tuple[str, str], ...]:
    """Name and command of each process as goreman reads them.

    It takes each line with a colon that does not begin with ``#``, splits it at the first one and trims both
    halves (goreman main.go, readProcfile). A line that begins with a colon makes it panic: ValueError.
    """
    found = []
    for each in text.split("\n"):
        name, colon, command = each.partition(":")
        if not colon or name.startswith("#"):
            continue
        if not name:
            raise ValueError("goreman panics at a line that begins with a colon")
        found.append((name.strip(), command.strip()))
    return tuple(found)


def parse_dnsmasq(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Option and fields of each line that ``line`` made, in order; Unsayable for anything beyond its form."""
    found = []
    for number, each in enumerate(text.split("\n"), 1):
        if not each or each.startswith("#"):
            continue
        option, equals, rest = each.partition("=")
        if not equals or not dnsmasq._OPTION.fullmatch(option):
            raise Unsayable(f"line {number} is not OPTION=FIELD,…")
        found.append((option, tuple(map(dnsmasq._checked, rest.split(",")))))
    return tuple(found)


def parse_zone(text: str) -> tuple[bind.Record, ...]:
    """The records of lines that ``line`` made; Unsayable for anything beyond their form."""
    found = []
    for number, each in enumerate(text.split("\n"), 1):
        if not each or each.startswith(";"):
            continue
        match = _RECORD.fullmatch(each)
        if match is None:
            raise Unsayable(f"line {number} is not NAME. TTL IN TYPE DATA")
        data = tuple(map(bind._word, match["data"].split(" ")))
        found.append(bind.Record(bind.bare(match["name"][:-1]), int(match["ttl"]), match["type"], data))
    return tuple(found)
