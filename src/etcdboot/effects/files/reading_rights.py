"""Which files a user of this machine cannot read."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def unreadable_by(user: str, paths: Iterable[Path], group: str = "") -> tuple[Path, ...]:
    """Those of the paths that exist and that the user cannot read; none if this machine has no such user.

    ``group`` is one more group of the user's. What cannot be looked at, and what an access control list
    decides, is left out.
    """
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        return ()
    groups = set(os.getgrouplist(user, account.pw_gid))
    with suppress(KeyError):
        groups |= {grp.getgrnam(group).gr_gid}
    return tuple(path for path in paths if not _may_read(account.pw_uid, groups, path))


def _may_read(uid: int, groups: set[int], path: Path) -> bool:
    try:
        steps = [(path, 4), *((folder, 1) for folder in path.resolve().parents)]
        return uid == 0 or all(_may(uid, groups, *step) for step in steps)
    except OSError:
        return True


def _may(uid: int, groups: set[int], path: Path, right: int) -> bool:
    """By the mode bits; ``right`` is 4 to read and 1 to search."""
    found = path.stat()
    shift = 6 if found.st_uid == uid else 3 if found.st_gid in groups else 0
    return bool(found.st_mode >> shift & right) or "system.posix_acl_access" in os.listxattr(path)
