"""The private folder in which one ``up`` keeps its members: locked as long as it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from etcdboot.base.errors import Refused
from etcdboot.base.text import one_line
from etcdboot.effects.clock import now
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.owned_tree import PRIVATE_FOLDER, holder, lock
from etcdboot.effects.files.owners import demand_own, demand_own_uid
from etcdboot.effects.files.root_folder import make_root

LOGS = PurePosixPath("logs")
_IGNORE = PurePosixPath(".gitignore")


@contextmanager
def open_state(folder: Path) -> Iterator[Disk]:
    """The state folder, made if it is missing, private, and ours alone until the end.

    Raises:
        Refused: another ``up`` runs in it (EB513), another user owns it (EB420), or it is not a folder.
    """
    demand_own(folder)
    make_root(folder.parent)
    with Disk(folder.parent) as above:
        above.make_folder(PurePosixPath(folder.name), PRIVATE_FOLDER)
    with Disk(folder) as disk, ExitStack() as held:
        demand_own_uid(
            os.fstat(disk.fd).st_uid, folder
        )  # of the folder that is open, whatever the path says now
        try:
            held.enter_context(lock(disk))
        except Refused:
            message = f"a cluster runs in {folder} already{holder(disk)}"
            hint = "`etcdboot ps` shows it, `etcdboot down` stops it"
            raise Refused.because("EB513", message, hint, str(folder)) from None
        disk.write(_IGNORE, b"*\n", 0o600)  # keys and data must not get into anybody's repository
        disk.make_folder(LOGS, PRIVATE_FOLDER)
        yield disk


def is_free(folder: Path) -> bool:
    """Whether no ``up`` runs in that folder.

    Raises:
        Refused: another user owns it (EB420).
    """
    demand_own(folder)
    if not folder.is_dir():
        return True
    with Disk(folder) as disk:
        try:
            with lock(disk, shared=True):
                return True
        except Refused:
            return False


def fresh_log(disk: Disk, member: str) -> Path:
    """Where the member's log goes; that of the run before is kept as ``.old``."""
    path = LOGS / f"{member}.log"
    if disk.exists(path):
        disk.rename(path, path.with_suffix(".log.old"))
    return disk.root / path


def is_bootstrapped(disk: Disk, data_dir: PurePosixPath) -> bool:
    """Whether a member has begun its life there: a log file exists (docs/etcd/bootstrap.md#a-log-decides)."""
    return any(name.endswith(".wal") for name in disk.names(data_dir / "member" / "wal"))


def note(state: str, line: str) -> None:
    """Add a line to the log of the ``up`` in the background; a full disk must not stop it."""
    with suppress(OSError), Path(state, LOGS, "up.log").open("a") as log:
        log.write(f"{now().isoformat(timespec='seconds')} {one_line(line)}\n")
