"""Everything that stands below a folder, as it stands there: kind, permissions, owner, content."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from etcdboot.effects.files.filesystem import LARGEST, Disk
from etcdboot.effects.files.os_errors import failed
from etcdboot.pki.store.permissions import Kept, Kind


def survey(root: Path) -> tuple[Kept, ...]:
    """What stands below the root, sorted, the root itself first; nothing where there is no root.

    No symlink is followed. The content of what is no plain file, or too large to be ours, is empty.

    Raises:
        Missing: a folder or a file cannot be read (EB408).
    """
    try:
        top = root.stat()
    except FileNotFoundError:
        return ()
    except OSError as cause:
        raise failed("look at", root, cause) from cause
    with Disk(root) as disk:
        found = [_kept(disk, PurePosixPath(), top), *_below(disk, root, PurePosixPath())]
    return tuple(sorted(found, key=lambda each: each.path))


def own_user() -> int:
    """The number of the user who runs this."""
    return os.geteuid()


def mode_of(file: str) -> int | None:
    """The permission bits of a file that is named; None when it cannot be looked at."""
    try:
        return stat.S_IMODE(Path(file).stat().st_mode)
    except OSError:
        return None


def _below(disk: Disk, root: Path, folder: PurePosixPath) -> Iterator[Kept]:
    for name in disk.names(folder):
        path = folder / name
        try:
            found = (root / path).lstat()
        except FileNotFoundError:  # gone this very moment
            continue
        except OSError as cause:
            raise failed("look at", root / path, cause) from cause
        yield _kept(disk, path, found)
        if stat.S_ISDIR(found.st_mode):
            yield from _below(disk, root, path)


def _kept(disk: Disk, path: PurePosixPath, found: os.stat_result) -> Kept:
    kind = next((kind for kind, test in _KINDS if test(found.st_mode)), Kind.OTHER)
    content = b""
    if kind is Kind.FILE and found.st_size <= LARGEST:
        read = disk.read(path)
        content = read.content if read else b""
    return Kept(path, kind, stat.S_IMODE(found.st_mode), found.st_uid, content)


_KINDS = ((Kind.FILE, stat.S_ISREG), (Kind.FOLDER, stat.S_ISDIR), (Kind.LINK, stat.S_ISLNK))
