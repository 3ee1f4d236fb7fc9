"""Show what is in files, whoever made them; needs no spec and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from etcdboot.base.diagnostics import Diagnostic, error, has_errors
from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects import clock
from etcdboot.effects.files.user_files import read_given, shown_name
from etcdboot.pki.inspection.description import Portrait
from etcdboot.pki.inspection.file_inspection import portraits
from etcdboot.pki.inspection.file_verification import Given, remarks
from etcdboot.pki.x509.chain import Judged, order_of
from etcdboot.pki.x509.pem import Unreadable


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file and what is in it; ``judged`` is how its certificates stand to one another, if it has any."""

    file: str
    portraits: tuple[Portrait, ...]
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What was read, and what is to be said of it."""

    files: tuple[ShownFile, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Refused when a file is no use."""
        return ExitCode.REFUSED if has_errors(self.diagnostics) else ExitCode.OK

    def as_json(self) -> dict[str, object]:
        """The keys that ``-w json`` prints."""
        return {
            "files": [
                {
                    "file": each.file,
                    "order": str(each.judged.order) if each.judged else None,
                    "objects": [found.as_json() for found in each.portraits],
                }
                for each in self.files
            ]
        }


def show(names: Iterable[str], *, now: Callable[[], datetime] = clock.now) -> Shown:
    """What is in each of the files; ``-`` is standard input.

    Raises:
        Missing: EB003, a file is not there or cannot be read.
    """
    moment = now()
    contents = [(name, read_given(name)) for name in names]
    read = [_file(shown_name(name), content, moment) for name, content in contents]
    return Shown(
        tuple(file for file, _ in read if file.portraits), tuple(each for _, said in read for each in said)
    )


def _file(name: str, content: bytes, now: datetime) -> tuple[ShownFile, tuple[Diagnostic, ...]]:
    try:
        found = portraits(content, now)
    except Unreadable as cause:
        return ShownFile(name, ()), (unreadable(name, str(cause)),)
    if not found:
        return ShownFile(name, ()), (unreadable(name, "there is neither PEM nor DER in it"),)
    certificates = [each.certificate for each in found if each.certificate is not None]
    shown = ShownFile(name, found, order_of(certificates) if certificates else None)
    return shown, tuple(replace(each, file=name, path=name) for each in remarks(Given(name, found)))


def unreadable(name: str, why: str) -> Diagnostic:
    """The error for a file that holds nothing of the kind."""
    hint = "name a file with certificates, requests, revocation lists or keys"
    return replace(error("EB343", f"{name} cannot be read: {why}", hint, name), file=name)
