"""Passphrases of CA keys, and password files; never from the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from etcdboot.base.errors import Missing, Refused
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.exposed_secrets import note

VARIABLE: Final = "ETCDBOOT_CA_PASSPHRASE"
_LONGEST: Final = 4096  # bytes of a password file; more is another file than the one that was meant
SHORTEST: Final = 8  # characters, of a new one (NIST SP 800-63B section 5.1.1.2)


@dataclass(frozen=True, slots=True)
class Passphrases:
    """Where passphrases come from: ``file``, else the variable, else (``asks``) whoever sits at the terminal.

    Nothing is read before it is needed, and a file and the variable hold one passphrase for all keys.
    ``encrypts`` tells that the CAs' keys are to be written under one.
    """

    file: Path | None = None
    asks: bool = False
    encrypts: bool = False

    def opens(self, key: str) -> bytes:
        """The passphrase that opens a key, which is named by its path below ``pki/``.

        Raises:
            Refused: EB334, there is none to be had; EB009, the file holds none.
            Missing: EB008, the file cannot be read.
        """
        return (self._given() or self._asked(f"Passphrase of {key}: ", key)).encode()

    def seals(self, key: str) -> bytes:
        """The passphrase for a new key; a human types it twice.

        Raises:
            Refused: EB334, EB336, there is none, it is too short, or the two are not the same.
            Missing, Refused: EB008, EB009, as :meth:`opens` does.
        """
        given = self._given()
        chosen = given or self._asked(f"New passphrase for {key}: ", key)
        if len(chosen) < SHORTEST:
            message = f"the passphrase for {key} has {len(chosen)} characters, and {SHORTEST} are the least"
            raise Refused.because("EB336", message, "take a longer one; nothing was written")
        if given is None and chosen != self._asked("The same once more: ", key):
            raise Refused.because("EB336", "the two passphrases are not the same", "nothing was written")
        return chosen.encode()

    def _given(self) -> str | None:
        return read_password(self.file) if self.file else os.environ.get(VARIABLE) or None

    def _asked(self, prompt: str, key: str) -> str:
        typed = ""
        if self.asks and sys.stdin is not None and sys.stdin.isatty():
            import getpass  # not for commands that only read a password file

            try:
                typed = getpass.getpass(prompt, stream=sys.stderr)
            except EOFError:
                typed = ""
        if not typed:
            hint = f"give it with --ca-passphrase-file FILE or in the variable {VARIABLE}"
            raise Refused.because("EB334", f"there is no passphrase for {key}", hint)
        return typed


def take_over(descriptor: int) -> None:
    """Read the passphrase that another etcdboot handed over by a pipe, as the value of the variable.

    ``/proc/PID/environ`` shows the environment that a process was started with, so it is never there.
    """
    with os.fdopen(descriptor, "rb") as pipe:
        os.environ[VARIABLE] = os.fsdecode(pipe.read())


def forget() -> None:
    """Take the variable out of this process's environment: nothing more will be signed."""
    os.environ.pop(VARIABLE, None)


# For who has nobody to ask.
FROM_THE_VARIABLE: Final = Passphrases()


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
