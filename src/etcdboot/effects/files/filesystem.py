"""The files below one root: every low-level step that reads or writes them goes through ``Disk``."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath

from etcdboot.base.artifacts import Standing
from etcdboot.base.errors import EtcdbootError
from etcdboot.effects.files.os_errors import blocked
from etcdboot.effects.files.root_folder import HERE, Root
from etcdboot.effects.files.staged_names import staged_name

LARGEST = 16 * 1024 * 1024  # bytes; nothing we write comes near, so a larger file is not ours to read
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # non-blocking: a FIFO must not hang us
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Disk(Root):
    """What can be done with the files below a root. No step follows a symlink."""

    # --- looking ---

    def read(self, path: PurePosixPath) -> Standing | None:
        """Content and permission bits of a plain file; None where there is nothing."""
        try:
            with self._folder(path.parent) as folder, self._step("read", path, folder):
                fd = os.open(path.name, _READ, dir_fd=folder)
                with os.fdopen(fd, "rb") as file:
                    found = os.fstat(fd)
                    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
                        raise blocked(self.root / path, found)
                    return Standing(file.read(LARGEST), stat.S_IMODE(found.st_mode))
        except FileNotFoundError:
            return None

    def exists(self, path: PurePosixPath) -> bool:
        """Whether anything at all stands there, a symlink included."""
        try:
            with self._folder(path.parent) as folder, self._step("look at", path, folder):
                os.stat(path.name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def names(self, path: PurePosixPath = HERE) -> tuple[str, ...]:
        """What a folder holds, sorted; nothing where there is no folder."""
        try:
            with self._folder(path) as folder, self._step("list", path):
                return tuple(sorted(os.listdir(folder)))  # noqa: PTH208 - Path takes no descriptor
        except FileNotFoundError:
            return ()

    def is_shared(self) -> bool:
        """Whether group or others may do anything with the root."""
        return bool(os.fstat(self.fd).st_mode & 0o077)

    # --- files ---

    def write(self, path: PurePosixPath, content: bytes, mode: int) -> None:
        """Put a file in place, whole and on the disk, or leave what was there."""
        with self._dropped_on_failure(path):
            self.stage(path, content, mode)
            self.commit(path)
        self.sync(path.parent)

    def stage(self, path: PurePosixPath, content: bytes, mode: int) -> None:
        """Write the new content beside the path and bring it to the disk; ``commit`` puts it in place.

        The permissions are there before the first byte, whatever the umask. On failure nothing stays.
        """
        self.drop(path)
        with self._needed(path.parent), self._dropped_on_failure(path), self._folder(path.parent) as folder:
            self._fill(staged_name(path), folder, content, mode)

    def create(self, path: PurePosixPath, content: bytes, mode: int) -> None:
        """Write a file where none is, whole and on the disk (``sync`` its folder afterwards)."""
        with self._needed(path.parent), self._folder(path.parent) as folder:
            self._fill(path, folder, content, mode)

    def commit(self, path: PurePosixPath) -> None:
        """Rename the staged content into place (``sync`` its folder afterwards)."""
        self.rename(staged_name(path), path)

    def drop(self, path: PurePosixPath) -> None:
        """Remove the staged content of a path, if there is any."""
        self.remove(staged_name(path))

    def rename(self, old: PurePosixPath, new: PurePosixPath) -> None:
        """Move a file or a folder; a file that stood there is replaced in one step."""
        with (
            self._needed(old),
            self._folder(old.parent) as source,
            self._folder(new.parent) as target,
            self._step("rename to", new, target),
        ):
            os.rename(old.name, new.name, src_dir_fd=source, dst_dir_fd=target)

    def remove(self, path: PurePosixPath) -> None:
        """Remove a file, if it is there; where nothing is, a disk that cannot be written does not matter."""
        if not self.exists(path):
            return
        with (
            suppress(FileNotFoundError),
            self._folder(path.parent) as folder,
            self._step("remove", path, folder),
        ):
            os.unlink(path.name, dir_fd=folder)

    # --- folders ---

    def make_folder(self, path: PurePosixPath, mode: int = 0o755) -> None:
        """Make a folder and those above it, on the disk; ``mode`` is the last one's, whatever the umask.

        One that is there stays, but a private mode (nothing for group and others) is enforced on it.
        """
        self.make_folders({path: mode})

    def make_folders(self, modes: Mapping[PurePosixPath, int]) -> None:
        """The same for many; what holds several of them is brought to the disk once."""
        seen, grown = {HERE}, set()
        for path in sorted(modes):
            with self._needed(path):
                for above in reversed((path, *path.parents)):
                    if above not in seen and self._make_one(above, modes.get(above, 0o755)):
                        grown.add(above.parent)
                    seen.add(above)
                if not modes[path] & 0o077:
                    self._make_private(path)
        for folder in sorted(grown):
            self.sync(folder)

    def remove_folder(self, path: PurePosixPath) -> bool:
        """Remove a folder if it is empty; whether it went."""
        if not self.exists(path):
            return False
        try:
            with self._folder(path.parent) as folder, self._step("remove the folder", path, folder):
                try:
                    os.rmdir(path.name, dir_fd=folder)
                except OSError as cause:
                    if cause.errno in (errno.ENOTEMPTY, errno.EEXIST):
                        return False
                    raise
        except FileNotFoundError:
            return False
        return True

    def remove_emptied(self, path: PurePosixPath) -> None:
        """Remove the folders above a file that is gone (now, or by a run that was killed), where empty."""
        for folder in path.parents[:-1]:
            if not self.remove_folder(folder) and self.exists(folder):
                break

    def sync(self, path: PurePosixPath = HERE) -> None:
        """Bring a folder's entries (what was renamed, made or removed in it) to the disk."""
        with self._needed(path), self._folder(path) as folder, self._step("sync the folder", path):
            os.fsync(folder)

    # --- inside ---

    @contextmanager
    def _dropped_on_failure(self, path: PurePosixPath) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with suppress(EtcdbootError):  # the first error is the one to tell
                self.drop(path)
            raise

    def _fill(self, path: PurePosixPath, folder: int, content: bytes, mode: int) -> None:
        with self._step("create", path, folder):
            fd = os.open(path.name, _CREATE, 0o600, dir_fd=folder)
        try:
            with self._step("set the permissions of", path):
                os.fchmod(fd, mode)
            with self._step("write", path):
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(fd, rest) :]
            with self._step("sync", path):
                os.fsync(fd)
        finally:
            os.close(fd)

    def _make_one(self, path: PurePosixPath, mode: int) -> bool:
        """Whether it was missing (``sync`` the one that holds it afterwards)."""
        with self._folder(path.parent) as parent, self._step("make the folder", path, parent):
            try:
                os.mkdir(path.name, mode, dir_fd=parent)
            except FileExistsError:
                return False
        with self._folder(path) as folder, self._step("set the permissions of", path):
            os.fchmod(folder, mode)
        return True

    def _make_private(self, path: PurePosixPath) -> None:
        with self._folder(path) as folder:
            found = stat.S_IMODE(os.fstat(folder).st_mode)
            if found & 0o077:
                with self._step("set the permissions of", path):
                    os.fchmod(folder, found & 0o700)
