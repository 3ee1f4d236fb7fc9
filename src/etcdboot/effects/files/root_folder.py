"""A root folder that is held open, and the way to what is below it.

No step follows a symlink below the root: each folder on the way is opened relative to the one before (openat
with O_NOFOLLOW), so nothing can be swapped in between. Each step is announced first, to a watcher that a test
uses to stop the world, or to let the disk fail, right there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Self

from etcdboot.effects.files.os_errors import absent, dangling, failed

Watcher = Callable[[str, PurePosixPath], None]
HERE = PurePosixPath()
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def unwatched(step: str, path: PurePosixPath) -> None:
    """Watch nothing."""


class Root:
    """A root folder, open; paths are relative to it.

    Errors of the system become ``Missing`` (exit 8) with path and cause; a symlink or something that is not
    what it should be becomes ``Refused`` (exit 7).
    """

    def __init__(self, root: Path, watcher: Watcher = unwatched) -> None:
        self.root = root
        self._watcher = watcher
        try:
            # The root itself is the user's word: it may be reached through a symlink.
            self.fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError as cause:
            raise (dangling(root) if root.is_symlink() else absent(root)) from cause
        except OSError as cause:
            raise failed("open the folder", root, cause, _at(None, root)) from cause

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self.fd)

    def is_in_place(self) -> bool:
        """Whether the root's path still leads to the folder that is held open."""
        with suppress(OSError):
            return os.path.samestat(self.root.stat(), os.fstat(self.fd))
        return False

    @contextmanager
    def _step(self, step: str, path: PurePosixPath, folder: int | None = None) -> Iterator[None]:
        """One low-level step: announced, and its failure told in the user's words."""
        with self._told(step, path, folder):
            self._watcher(step, path)
            yield

    @contextmanager
    def _told(self, step: str, path: PurePosixPath, folder: int | None) -> Iterator[None]:
        """One that no watcher hears of. FileNotFoundError passes: whether that is bad, the caller knows."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as cause:
            found = None if folder is None else _at(folder, path.name)
            raise failed(step, self.root / path, cause, found) from cause

    @contextmanager
    def _needed(self, path: PurePosixPath) -> Iterator[None]:
        """Where it is an error that something is not there."""
        try:
            yield
        except FileNotFoundError as cause:
            raise absent(self.root / path) from cause

    @contextmanager
    def _folder(self, path: PurePosixPath) -> Iterator[int]:
        """The folder, open, reached without following a symlink."""
        fd, way = os.dup(self.fd), HERE
        try:
            for part in path.parts:
                way /= part
                with self._told("open the folder", way, fd):
                    deeper = os.open(part, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = deeper
            yield fd
        finally:
            os.close(fd)


def make_root(root: Path) -> bool:
    """Make a root folder and those above it, as ``mkdir -p`` does; whether it was missing."""
    try:
        root.mkdir(parents=True)
    except FileExistsError:
        return False
    except OSError as cause:
        raise failed("make the folder", root, cause) from cause
    return True


def _at(folder: int | None, name: str | Path) -> os.stat_result | None:
    """What stands in a folder under a name, not followed."""
    with suppress(OSError):
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    return None
