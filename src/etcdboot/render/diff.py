"""What a change would do to a file, as unified diff text that shows no secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import unified_diff

from etcdboot.base.artifacts import Change, ChangeKind

Describe = Callable[[bytes], str]
_NOWHERE = "/dev/null"
# What holds certificates or a revocation list.
_DESCRIBED = (".pem", ".der")
# What a terminal would obey; a foreign file may hold anything.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def difference(change: Change, describe: Describe) -> str:
    """The diff from what stands there to what is planned; empty when nothing would change.

    A certificate or a revocation list is compared by what ``describe`` says of it. Of a secret only that it
    changes is told, on a line that diff readers skip; so is a file whose permissions alone are wrong.
    """
    if change.kind is ChangeKind.SAME:
        return ""
    path = change.artifact.path
    before = change.before
    after = None if change.kind is ChangeKind.STALE else change.artifact.content
    if before == after:
        return f"{path}: permissions will be {change.artifact.mode:04o}\n"
    if change.artifact.secret:
        what = "key" if path.suffix in _DESCRIBED else "secret"
        return f"{path}: {what} {_verb(before, after)}\n"
    texts = [_shown(each, describe if path.suffix in _DESCRIBED else _text) for each in (before, after)]
    if texts[0] == texts[1]:  # the same certificates, written otherwise
        return f"{path}: PEM text changed\n"
    return "".join(
        _lines(
            *texts,
            source=f"a/{path}" if before is not None else _NOWHERE,
            target=f"b/{path}" if after is not None else _NOWHERE,
        )
    )


def _verb(before: bytes | None, after: bytes | None) -> str:
    if before is None:
        return "added"
    return "removed" if after is None else "changed"


def _shown(content: bytes | None, describe: Describe) -> str:
    return "" if content is None else describe(content)


def _text(content: bytes) -> str:
    decoded = content.decode("utf-8", errors="backslashreplace")
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", decoded)


def _lines(before: str, after: str, *, source: str, target: str) -> Iterator[str]:
    for line in unified_diff(_split(before), _split(after), source, target):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """The lines as diff counts them: only a line feed ends one, unlike in ``str.splitlines``."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
