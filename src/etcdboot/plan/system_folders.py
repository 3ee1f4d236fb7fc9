"""Folders that belong to the operating system or to another program: never a member's own.

Sources: the Filesystem Hierarchy Standard 3.0, file-hierarchy(7). The rules and install.sh share this table.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

# Every first-level folder is one as well, listed here or not.
_BELOW: Final = {
    "/dev": ("shm",),
    "/etc": ("X11", "alternatives", "apt", "ca-certificates", "cni", "containerd", "cron.d", "dbus-1",
             "default", "docker", "init.d", "kubernetes", "kubernetes/manifests", "kubernetes/pki",
             "ld.so.conf.d", "logrotate.d", "modprobe.d", "network", "NetworkManager", "opt", "pam.d",
             "pki", "pki/tls", "profile.d", "rc.d", "rpm", "security", "selinux", "skel", "ssh", "ssl",
             "ssl/certs", "ssl/private", "sudoers.d", "sysconfig", "sysctl.d", "systemd", "systemd/system",
             "tmpfiles.d", "udev", "yum.repos.d"),
    "/run": ("lock", "systemd", "user"),
    "/usr": ("bin", "include", "lib", "lib/systemd", "lib/systemd/system", "lib32", "lib64", "libexec",
             "local", "sbin", "share", "src"),
    "/usr/local": ("bin", "etc", "lib", "sbin", "share"),
    "/var": ("backups", "cache", "db", "empty", "lib", "local", "lock", "log", "mail", "opt", "run", "spool",
             "tmp"),
    "/var/lib": ("apt", "cni", "containerd", "containers", "dbus", "docker", "dpkg", "kubelet", "mysql",
                 "postgresql", "private", "rancher", "rpm", "systemd"),
}  # fmt: skip
# All that is below these belongs to the kernel or the boot loader, or is gone after a restart of the host.
SYSTEM_TREES: Final = ("/boot", "/dev", "/proc", "/run", "/sys", "/var/run")
# Every user can create files in these, systemd-tmpfiles removes old ones, and PrivateTmp= replaces them.
TEMPORARY_TREES: Final = ("/tmp", "/var/tmp")  # noqa: S108 - nothing is written there
HOMES: Final = "/home"  # a folder directly below it is a user's home
SYSTEM_FOLDERS: Final = tuple(f"{parent}/{name}" for parent, names in _BELOW.items() for name in names)


def is_system_folder(path: PurePosixPath) -> bool:
    """Whether an absolute path is the root, a first-level or a home folder, in the table or below a tree."""
    place = PurePosixPath("/", str(path).lstrip("/"))  # a PurePosixPath keeps two slashes at its beginning
    if len(place.parts) <= 2 or str(place) in SYSTEM_FOLDERS or str(place.parent) == HOMES:
        return True
    return any(place.is_relative_to(tree) for tree in SYSTEM_TREES)


def is_temporary(path: PurePosixPath) -> bool:
    """Whether an absolute path is below one of the temporary trees."""
    place = PurePosixPath("/", str(path).lstrip("/"))
    return any(place.is_relative_to(tree) and str(place) != tree for tree in TEMPORARY_TREES)
