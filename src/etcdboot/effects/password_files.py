"""Secrets of the operator's, read from files; never from the command line, never shown."""

from __future__ import annotations

import os
from pathlib import Path

from etcdboot.base.errors import Missing, Refused
from etcdboot.effects.exposed_secrets import note

_LONGEST = 4096  # bytes; more is another file than the one that was meant


def read_password(path: Path) -> str:
    """The one line in that file, without its end.

    Raises:
        Missing: EB008, it is not there or cannot be read.
        Refused: EB009, it is empty, or no single line of text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
            note(path, os.fstat(file.fileno()), "a password")
    except OSError as cause:
        hint = "write the password into it, as one line, and let nobody else read it: chmod 600"
        message = f"cannot read the password in {path}: {cause.strerror}"
        raise Missing.because("EB008", message, hint, str(path)) from cause
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if not text or not text.isprintable() or len(content) > _LONGEST:
        hint = "the file holds the password alone, as one line of text"
        raise Refused.because("EB009", f"there is no password in {path}", hint, str(path))
    return text
