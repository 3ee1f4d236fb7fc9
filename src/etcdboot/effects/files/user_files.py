"""Read what the user hands over, and write a single file that did not exist."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

from etcdboot.base.errors import Missing, Refused, SpecError
from etcdboot.effects.exposed_secrets import read_noted
from etcdboot.effects.files.os_errors import failed

STDIN = "-"
_TOO_LARGE = 1 << 24
_REMEDY = "name a file that is there and that you may read with -f"


def read_text(file: str) -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        Missing: it is not there or cannot be read (EB003).
        SpecError: it is not UTF-8 text (EB004).
    """
    try:
        raw = _read_stdin() if file == STDIN else _read(Path(file))
    except FileNotFoundError:
        hint = "make one with `etcdboot init`, or name it with -f" if file == "cluster.yaml" else _REMEDY
        raise Missing.because("EB003", f"{file} is not there", hint, file) from None
    except OSError as cause:
        why = os.strerror(cause.errno) if cause.errno else str(cause)
        raise Missing.because("EB003", f"cannot read {file}: {why}", _REMEDY, file) from None
    try:
        # What was cut off in the middle of a character is too large, not spoilt.
        return codecs.getincrementaldecoder("utf-8")().decode(raw, final=len(raw) < _TOO_LARGE)
    except UnicodeDecodeError as cause:
        message = f"{file} is not UTF-8 text (byte {cause.start})"
        raise SpecError.because("EB004", message, "a cluster spec is a YAML text file", file) from None


def read_bytes(path: Path, role: str) -> bytes:
    """The content of a file that the spec names; ``role`` is the key that names it.

    Raises:
        Missing: it is not there or cannot be read (EB003).
    """
    try:
        return _read(path)
    except OSError as cause:
        message = f"cannot read {path}: {cause.strerror}"
        hint = f"{role} names a file of this machine; a relative one stands beside the spec"
        raise Missing.because("EB003", message, hint, str(path)) from cause


def read_given(file: str) -> bytes:
    """The content of a file that is named on the command line, or of standard input for ``-``.

    Raises:
        Missing: it is not there or cannot be read (EB003).
    """
    try:
        return _read_stdin() if file == STDIN else _read(Path(file))
    except OSError as cause:
        why = os.strerror(cause.errno) if cause.errno else str(cause)
        hint = "name a file that is there and that you may read"
        raise Missing.because("EB003", f"cannot read {file}: {why}", hint, file) from None


def names_in(folder: Path) -> tuple[str, ...]:
    """What a folder holds, sorted.

    Raises:
        Missing: it is not there or cannot be read (EB003).
    """
    try:
        return tuple(sorted(each.name for each in folder.iterdir()))
    except OSError as cause:
        hint = "name a folder that is there and that you may read"
        why = os.strerror(cause.errno) if cause.errno else str(cause)
        raise Missing.because("EB003", f"cannot read {folder}: {why}", hint, str(folder)) from None


def shown_name(file: str) -> str:
    """What a file that is named on the command line is called in messages."""
    return "<stdin>" if file == STDIN else file


def contents_of(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """The plain files right in a folder, by name, with what they hold; no pipe is opened.

    Raises:
        Missing: the folder or a file is not there or cannot be read (EB003).
    """
    paths = (folder / name for name in names_in(folder))
    return tuple((str(path), read_given(str(path))) for path in paths if path.is_file())


def read_if_there(path: Path) -> bytes | None:
    """The content of a file that need not be there, or need not be for us to read."""
    try:
        return _read(path)
    except OSError:
        return None


def folder_of(file: str) -> Path:
    """The folder that pki/, out/ and .etcdboot/ stand in: the spec's, or the working one for ``-``."""
    return Path.cwd() if file == STDIN else Path(file).absolute().parent


def _read_stdin() -> bytes:
    if sys.stdin is None:  # closed by the caller: `<&-`
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdin.buffer.read(_TOO_LARGE)


def _read(path: Path) -> bytes:
    return read_noted(path, _TOO_LARGE)


def demand_absent(path: Path, remedy: str) -> None:
    """Refused (EB005, with the remedy as its hint) when something stands there, be it a dangling symlink."""
    if os.path.lexists(path):
        raise Refused.because("EB005", f"{path} exists", remedy, str(path))


def write_new(
    path: Path, content: bytes, *, replace: bool = False, remedy: str = "overwrite it with --force"
) -> None:
    """Write one file whole or not at all; an existing one only with ``replace``.

    Raises:
        Refused: it exists (EB005); ``remedy`` is what the user is told to do.
        Missing: the disk said no (EB408).
    """
    if not replace:
        demand_absent(path, remedy)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as cause:
        with suppress(OSError):
            temporary.unlink()
        raise failed("write", path, cause) from cause
