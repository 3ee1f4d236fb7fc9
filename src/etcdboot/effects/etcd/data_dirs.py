"""Look at members' data-dirs, and leave them as they are. Symlinks are followed, as etcd follows them."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from etcdboot.effects.files.owners import user_name
from etcdboot.etcd.wal import HEAD, WalIdentity, identity
from etcdboot.observations.host import MEMBER_FOLDER, DataDir, Held

_DATABASE = PurePosixPath(MEMBER_FOLDER, "snap", "db")  # bbolt holds a flock on it as long as etcd runs


def look_at(path: PurePosixPath, wal_dir: PurePosixPath | None = None) -> DataDir:
    """What is in that folder; ``wal_dir`` is where the log is, if not below it."""
    try:
        owner = user_name(Path(path).stat().st_uid)
        entries = tuple(sorted(os.listdir(path)))  # noqa: PTH208 - names are all that is wanted
        log = Path(wal_dir or path / MEMBER_FOLDER / "wal")
        segments = _segments(log)
        return DataDir(
            path,
            exists=True,
            owner=owner,
            entries=entries,
            segments=segments,
            identity=_identity(log, segments),
            in_use=_is_in_use(Path(path, _DATABASE)),
            held=tuple(_held(path, log)),
        )
    except FileNotFoundError:
        return DataDir(path)
    except OSError as cause:
        where = f"{cause.filename}: " if cause.filename and str(cause.filename) != str(path) else ""
        return DataDir(path, exists=True, trouble=f"{where}{(cause.strerror or str(cause)).lower()}")


def _held(path: PurePosixPath, log: Path) -> Iterator[Held]:
    """``member/``, the snapshots and the log, and what is directly in the last two."""
    member = Path(path, MEMBER_FOLDER)
    below = (file for folder in (member / "snap", log) for file in _files(folder))
    for place in (member, member / "snap", log, *below):
        with suppress(FileNotFoundError):
            found = place.stat()
            needed = stat.S_IRWXU if stat.S_ISDIR(found.st_mode) else stat.S_IRUSR | stat.S_IWUSR
            usable = found.st_mode & needed == needed
            yield Held(PurePosixPath(place), user_name(found.st_uid), usable)


def _files(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(sorted(folder.iterdir()))
    except FileNotFoundError:
        return ()


def _segments(log: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(name for name in os.listdir(log) if name.endswith(".wal")))  # noqa: PTH208
    except FileNotFoundError:
        return ()


def _identity(log: Path, segments: tuple[str, ...]) -> WalIdentity | None:
    """What the first segment says; each begins with the same metadata, and old ones are removed."""
    for name in segments[:1]:
        with Path(log, name).open("rb") as file:
            return identity(file.read(HEAD))
    return None


def _is_in_use(database: Path) -> bool:
    """Whether a process has it open. A lock of ours is gone before etcd, which tries again, could notice."""
    with suppress(OSError):
        fd = os.open(database, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
    return False
