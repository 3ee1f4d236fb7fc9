"""Put a new text in the place of a file that the user laid out."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from etcdboot.base.errors import Refused
from etcdboot.effects.files.os_errors import failed
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.files.staged_names import staged_name
from etcdboot.effects.files.user_files import STDIN

_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # writable, or it is not ours to replace


def demand_rewritable(file: str, before: str) -> None:
    """Raise what :func:`rewrite` would: for those who first do what cannot be undone."""
    with _standing(Path(file), unwatched) as fd:
        _demand_unchanged(fd, Path(file), before.encode())


def rewrite(file: str, before: str, after: str, watcher: Watcher = unwatched) -> None:
    """Write ``after`` into the file that holds ``before``, whole or not at all; mode and owner stay.

    ``watcher`` hears of each step on the disk, as that of :class:`.root_folder.Root` does.

    Raises:
        Refused: EB121, standard input, a symlink or no plain file; EB122, it holds something else by now, or
            another etcdboot is writing it.
        Missing: EB408, the disk said no.
    """
    path = Path(file)
    staged = path.with_name(staged_name(PurePosixPath(path.name)).name)
    with _standing(path, watcher) as fd:
        with _gone_on_failure(staged):
            _stage(staged, after.encode(), os.fstat(fd), watcher)
            _demand_unchanged(fd, path, before.encode())
            with _told("write", path, watcher):
                staged.replace(path)
        with _told("sync the folder of", path, watcher):
            _sync_folder(path.parent)


@contextmanager
def _standing(path: Path, watcher: Watcher) -> Iterator[int]:
    """The file, open, once it is one that may be replaced."""
    if str(path) == STDIN:
        raise Refused.because("EB121", "standard input cannot be written to", "name the file with -f")
    if path.is_symlink():
        hint = f"name the file that it leads to: -f {path.resolve()}"
        raise Refused.because("EB121", f"{path} is a symlink, which is not written through", hint, str(path))
    with _told("write", path, watcher):
        fd = os.open(path, _OPEN)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Refused.because("EB121", f"{path} is no plain file", "name a file with -f", str(path))
        _lock(fd, path)
        yield fd
    finally:
        os.close(fd)


def _lock(fd: int, path: Path) -> None:
    """Keep a second run from taking our staged file for its own; closing ``fd`` releases it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another etcdboot is writing {path}"
        raise Refused.because("EB122", message, "run again when it has ended", str(path)) from None


def _stage(staged: Path, content: bytes, found: os.stat_result, watcher: Watcher) -> None:
    with suppress(FileNotFoundError):
        staged.unlink()  # of a run that was killed
    with _told("write", staged, watcher), staged.open("xb") as stream:
        number = stream.fileno()
        os.fchmod(number, 0o600)
        if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(number, found.st_uid, found.st_gid)
        os.fchmod(number, stat.S_IMODE(found.st_mode))
        stream.write(content)
        stream.flush()
        os.fsync(number)


def _demand_unchanged(fd: int, path: Path, before: bytes) -> None:
    """Refused when what was read is not what stands there now, or stands in another file."""
    with suppress(OSError):
        there = os.path.samestat(os.fstat(fd), path.lstat())
        if there and os.pread(fd, len(before) + 1, 0) == before:
            return
    hint = "look at what is in it now, and run again"
    raise Refused.because("EB122", f"{path} has changed since it was read", hint, str(path))


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _told(step: str, path: Path, watcher: Watcher) -> Iterator[None]:
    try:
        watcher(step, PurePosixPath(path))
        yield
    except OSError as cause:
        raise failed(step, path, cause) from cause


@contextmanager
def _gone_on_failure(staged: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            staged.unlink()
        raise
