"""What the disk said, in words: which file, why, and what to do."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.effects.files.staged_names import final_name

_REMEDIES = {
    errno.ENOSPC: "free some space and run again; nothing was left half-written",
    errno.EDQUOT: "the quota of this user is used up: free some space and run again",
    errno.ENOENT: "make the folder that it is to be in first",
    errno.EROFS: "the file system is mounted read-only: choose another folder, or mount it writable",
    errno.EACCES: "run as the user that owns the folder, or choose another folder",
    errno.EPERM: "run as the user that owns the folder, or choose another folder",
    errno.EXDEV: "the folder must be on one file system: no mount may lie inside it",
    errno.ENAMETOOLONG: "choose a shorter name or a folder closer to the root",
    errno.EIO: "the device has a fault: see the kernel's log",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
}
_KINDS = (
    (stat.S_ISLNK, "a symlink"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISREG, "a file"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
)
# Errors that come from what stands there rather than from the disk.
_WRONG_KIND = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENXIO})


def failed(step: str, place: Path, cause: OSError, found: os.stat_result | None = None) -> EtcdbootError:
    """The error for a step that the system refused; ``found`` is what stands at the place, if known."""
    if found is not None and cause.errno in _WRONG_KIND:
        return blocked(place, found)
    why = os.strerror(cause.errno) if cause.errno else str(cause)
    meant = final_name(place)
    message = f"cannot {step} {meant}: {why}"
    return Missing.because("EB408", message, _REMEDIES.get(cause.errno or 0, ""), str(meant))


def absent(place: Path) -> EtcdbootError:
    """The error for a file or a folder that should be there."""
    return Missing.because("EB408", f"{place} is not there (any more)", "run again", str(place))


def dangling(place: Path) -> EtcdbootError:
    """The error for a root that is a symlink to nowhere."""
    message = f"{place} is a symlink, and what it leads to is not there"
    return Missing.because("EB408", message, "make the folder it leads to, or remove the symlink", str(place))


def blocked(place: Path, found: os.stat_result) -> EtcdbootError:
    """The error for something that stands where our file or folder belongs."""
    if stat.S_ISLNK(found.st_mode):
        message = f"{place} is a symlink, and etcdboot does not follow symlinks below the folder it writes to"
        return Refused.because(
            "EB403", message, "replace it by a real file or folder, or move it away", str(place)
        )
    if stat.S_ISREG(found.st_mode) and found.st_size:
        message = f"{place} is a file of {found.st_size} bytes that etcdboot did not write"
    else:
        kind = next((name for test, name in _KINDS if test(found.st_mode)), "a device")
        message = f"{place} is {kind}, and something of etcdboot's belongs there"
    return Refused.because("EB404", message, "move it away", str(place))
