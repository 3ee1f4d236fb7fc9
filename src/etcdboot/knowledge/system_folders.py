"""Folders that belong to the operating system or to another program: never a member's own.

Sources: the Filesystem Hierarchy Standard 3.0, file-hierarchy(7). The rules and install.sh share this table.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

# Every first-level folder is one as well, listed here or not.
_BELOW: Final = {
    "/dev": ("shm",),
    "/etc": ("default", "kubernetes", "pki", "ssl", "sysconfig", "systemd", "systemd/system"),
    "/run": ("lock", "systemd", "user"),
    "/usr": ("bin", "include", "lib", "lib/systemd", "lib/systemd/system", "lib32", "lib64", "libexec",
             "local", "sbin", "share", "src"),
    "/usr/local": ("bin", "etc", "lib", "sbin", "share"),
    "/var": ("backups", "cache", "db", "empty", "lib", "local", "lock", "log", "mail", "opt", "run", "spool",
             "tmp"),
    "/var/lib": ("containerd", "docker", "dpkg", "kubelet", "rpm", "systemd"),
}  # fmt: skip
SYSTEM_FOLDERS: Final = tuple(f"{parent}/{name}" for parent, names in _BELOW.items() for name in names)


def is_system_folder(path: PurePosixPath) -> bool:
    """Whether an absolute path is the root folder, a first-level folder, or a folder of the table."""
    return len(path.parts) <= 2 or str(path) in SYSTEM_FOLDERS
