"""Who owns a folder, who is at the other end of a socket, and which files a user cannot read."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from etcdboot.base.errors import EtcdbootError, Refused
from etcdboot.effects.files.os_errors import failed

_ROOT: Final = 0
_UCRED: Final = struct.Struct("3i")  # pid, uid, gid: struct ucred of unix(7)


def demand_own(folder: Path) -> None:
    """Refuse a folder that another user owns, or that is reached through another user's symlink.

    A folder that does not exist passes. Root trusts no folder of another user either.

    Raises:
        Refused: EB420.
        Missing: the folder cannot be examined (EB408).
    """
    for place in (*reversed(folder.parents), folder):
        found = _examined(place, follow=False)
        if found is None:
            return
        if stat.S_ISLNK(found.st_mode) and found.st_uid not in (_ROOT, os.geteuid()):
            raise _foreign(f"the symlink {place} belongs to {user_name(found.st_uid)}", place, found.st_uid)
    found = _examined(folder, follow=True)
    if found is not None:
        demand_own_uid(found.st_uid, folder)


def demand_own_uid(uid: int, folder: Path) -> None:
    """Refuse a folder whose owner is another user (EB420)."""
    if uid != os.geteuid():
        raise _foreign(f"{folder} belongs to {user_name(uid)}", folder, uid)


def demand_closed(folder: Path) -> None:
    """Refuse a folder that other users may write to (EB421)."""
    found = _examined(folder, follow=True)
    if found is not None and found.st_mode & 0o022:
        message = f"{folder} is writable by other users (mode {stat.S_IMODE(found.st_mode):04o})"
        from etcdboot.formats import shell  # not at start-up

        hint = f"check what is in it, then close it: chmod 700 {shell.shown(str(folder))}"
        raise Refused.because("EB421", message, hint, str(folder))


def demand_own_peer(connection: socket.socket, place: Path) -> None:
    """Refuse a process of another user at the other end (EB420)."""
    uid = peer_uid(connection)
    if uid != os.geteuid():
        raise _foreign(f"the process behind {place} runs as {user_name(uid)}", place, uid)


def peer_uid(connection: socket.socket) -> int:
    """The effective user id of the process at the other end, as it was at connect() or listen().

    Where the system does not report it (not Linux), the private folder around the socket is the only guard.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return os.geteuid()
    _, uid, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, option, _UCRED.size))
    return int(uid)


def user_name(uid: int) -> str:
    """The user's name; the number where no name is known."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _examined(place: Path, *, follow: bool) -> os.stat_result | None:
    try:
        return place.stat(follow_symlinks=follow)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as cause:
        raise failed("examine", place, cause) from cause


def _foreign(what: str, place: Path, uid: int) -> EtcdbootError:
    hint = f"choose a state folder of your own with --state, or run the command as {user_name(uid)}"
    return Refused.because("EB420", f"{what}; you are {user_name(os.geteuid())}", hint, str(place))


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
