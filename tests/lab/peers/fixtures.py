"""What a test asks for: a peer by name and release, or a capability of the machine.

Absent means that the test is skipped and says by what; with ``ETCDBOOT_REQUIRE_PEERS=1`` it fails instead.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

import pytest

from lab.peers.store import candidates, find
from lab.peers.table import ETCD_RELEASES
from lab.world.namespaces import new_world

__all__ = ["CAPABILITIES", "ETCD_RELEASES", "absent", "has_capability", "require_capability", "require_peer"]


def require_peer(name: str, release: str | None = None) -> Path:
    """The absolute path of a program of the peers table: of that release, or of the newest one there."""
    path = find(name, release)
    if path is None:
        title = candidates(name, release)[0][0].title
        absent(f"{name}{f' {release}' if release else ''} (python -m lab.peers fetch {title})")
    return path


def require_capability(name: str) -> None:
    """Go on only where the machine can do that: one of ``CAPABILITIES``."""
    if not has_capability(name):
        absent(f"{name} on this machine")


@cache
def has_capability(name: str) -> bool:
    """Whether the machine can do it; tried once a run."""
    return CAPABILITIES[name]()


def absent(what: str) -> NoReturn:
    """Skip the test and name what it lacks; fail where the lack is not to be borne."""
    if os.environ.get("ETCDBOOT_REQUIRE_PEERS") == "1":
        pytest.fail(f"needs {what}; ETCDBOOT_REQUIRE_PEERS=1 forbids to skip", pytrace=False)
    pytest.skip(f"needs {what}")


def _works(*argv: str) -> bool:
    try:
        return subprocess.run(argv, capture_output=True, timeout=30, check=False).returncode == 0
    except OSError:
        return False


def _is_root() -> bool:
    return os.geteuid() == 0


def _overlays() -> bool:
    script = (
        "mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w && "
        "mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc && : > /etc/hostname"
    )
    return _works(*new_world("sh", "-c", script))


def _writable_cgroups() -> bool:
    return _is_root() and any(
        os.access(each, os.W_OK) and (each / "cgroup.procs").exists()
        for each in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"))
    )


CAPABILITIES: Final[dict[str, Callable[[], bool]]] = {
    "root": _is_root,
    "mount namespaces": lambda: _works("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"),
    "user namespaces": lambda: _works("unshare", "-r", "true"),
    "network namespaces": lambda: _works(*new_world("ip", "link", "add", "sw0", "type", "bridge")),
    "overlay mounts": _overlays,
    "cgroups": _writable_cgroups,
    "go": lambda: _works("go", "version"),
}
