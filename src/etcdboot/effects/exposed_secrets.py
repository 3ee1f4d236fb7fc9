"""Files with a secret that other users can read: noted when they are read, reported when the command ends."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, warning

_noted: dict[str, Diagnostic] = {}


def read_noted(path: Path, most: int = -1) -> bytes:
    """The file's content; noted when it holds a private key that is not encrypted and others can read it.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(most)
        if b"PRIVATE KEY-----" in content and b"ENCRYPTED" not in content:
            note(path, os.fstat(file.fileno()), "a private key")
    return content


def note(path: Path, found: os.stat_result, what: str) -> None:
    """Note a file that holds a secret if others can read it (EB424); a pipe is the caller's own.

    A group that root has given a file to is root's choice: so `install.sh` lays keys, root:etcd 0640.
    """
    unwanted = stat.S_IROTH if found.st_uid == 0 else stat.S_IROTH | stat.S_IRGRP
    if not stat.S_ISREG(found.st_mode) or not found.st_mode & unwanted:
        return
    from etcdboot.formats import shell  # not at start-up: most runs have nothing to note

    message = f"{path} holds {what}, and other users can read it (mode {stat.S_IMODE(found.st_mode):04o})"
    _noted[str(path)] = warning("EB424", message, f"chmod 600 {shell.shown(str(path))}", str(path))


def note_named(path: Path, what: str) -> None:
    """Note a file that an option names, whether this run needs it or not."""
    with suppress(OSError):  # whoever needs it reports that it cannot be read
        note(path, path.stat(), what)


def drained() -> tuple[Diagnostic, ...]:
    """A warning for each file noted since the last call."""
    found = tuple(_noted.values())
    _noted.clear()
    return found
