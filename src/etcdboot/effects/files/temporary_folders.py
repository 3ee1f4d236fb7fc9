"""Private folders that end with the run: keys, data and logs of a throw-away cluster.

Each is locked while it is in use, so a folder that nobody has locked is what a killed run left behind, and
the next run removes it.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from etcdboot.base.errors import EtcdbootError, Refused
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.os_errors import failed
from etcdboot.effects.files.owned_tree import lock
from etcdboot.effects.signals import undisturbed

PREFIX = "etcdboot-up-"
_MARK = PurePosixPath(".etcdboot-throw-away")
_ATTEMPTS = 5


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder of mode 0700 in the system's temporary folder, gone at the end whatever happens."""
    remove_leftovers()
    with ExitStack() as held:
        folder = _locked(held)
        try:
            yield folder
        finally:
            with undisturbed():  # the third Ctrl-C of somebody in a hurry
                shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers() -> tuple[Path, ...]:
    """Remove the private folders of killed runs of this user; which they were."""
    return tuple(folder for folder in _found() if _removed(folder))


def private_folders() -> tuple[Path, ...]:
    """The private folders that some run of this user keeps now."""
    return tuple(folder for folder in _found() if _in_use(folder))


def _locked(held: ExitStack) -> Path:
    """A new folder, locked until ``held`` is closed, and marked."""
    for _ in range(_ATTEMPTS):
        try:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        except OSError as cause:
            raise failed("make a folder in", Path(tempfile.gettempdir()), cause) from cause
        # Another run may take the folder for a leftover before we have locked it: then once more.
        with suppress(EtcdbootError):
            disk = held.enter_context(Disk(folder))
            held.enter_context(lock(disk))
            disk.write(_MARK, b"", 0o600)
            return folder
    raise Refused.because("EB522", f"no private folder can be made in {tempfile.gettempdir()}", "run again")


def _found() -> Iterator[Path]:
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        with suppress(OSError):
            found = folder.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
            if ours and stat.S_IMODE(found.st_mode) == 0o700:
                yield folder


def _removed(folder: Path) -> bool:
    """Whether it was a leftover: marked or empty, and locked by nobody."""
    with suppress(EtcdbootError, OSError), Disk(folder) as disk, lock(disk):
        names = disk.names()
        if not names or str(_MARK) in names:
            shutil.rmtree(folder)
            return True
    return False


def _in_use(folder: Path) -> bool:
    with suppress(EtcdbootError), Disk(folder) as disk:
        try:
            with lock(disk, shared=True):
                return False
        except Refused:
            return (folder / _MARK).exists()
    return False
