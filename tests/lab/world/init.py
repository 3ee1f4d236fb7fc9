"""PID 1 of a world or of a host: make the mounts, say ``ready``, reap orphans, end when stdin ends.

A script of its own, run by path with the standard library alone. Its one argument is JSON:
``{"hostname": str | null, "tmpfs": [folder…], "overlays": [folder…], "mirrors": [folder…],
"absent": [pattern…], "sealed": bool}``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

SCRATCH = Path("/run/lab")
COPIED = 1 << 20  # bytes; larger files are not worth the memory


def main() -> None:
    wanted = json.loads(sys.argv[1])
    if wanted["hostname"] is not None:
        socket.sethostname(wanted["hostname"])
    for folder in wanted["tmpfs"]:
        mount("tmpfs", folder, "tmpfs", f"mode={Path(folder).stat().st_mode & 0o7777:o}")
    SCRATCH.mkdir(mode=0o700, exist_ok=True)
    for folder in wanted["overlays"]:
        overlay(Path(folder))
    for folder in wanted["mirrors"]:
        mirror(Path(folder), wanted["absent"])
    if wanted["sealed"]:
        seal("/")
    # Ignoring it makes the kernel reap the orphans that become our children.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()  # the end of the test is the end of this pipe, however the test ends


def mount(what: str, where: str | Path, kind: str, options: str) -> None:
    """Mount through mount(8), which knows the option syntax of every kind."""
    subprocess.run(["mount", "-t", kind, "-o", options, what, str(where)], check=True)


def seal(place: str | Path) -> None:
    """Let nobody in this mount namespace write to what is shared there with the machine."""
    subprocess.run(["mount", "-o", "remount,bind,ro", str(place)], check=True)


def overlay(folder: Path) -> None:
    """Make what is written below the folder private to this host; what was there stays to be read."""
    if not folder.is_dir():
        return
    layers = {
        name: SCRATCH / folder.as_posix().strip("/").replace("/", "-") / name for name in ("upper", "work")
    }
    for layer in layers.values():
        layer.mkdir(parents=True)
    shutil.copystat(folder, layers["upper"])  # /tmp stays 1777, /root 0700
    mount(
        "overlay", folder, "overlay", f"lowerdir={folder},upperdir={layers['upper']},workdir={layers['work']}"
    )


def mirror(folder: Path, absent: list[str]) -> None:
    """The overlay of the poor, where files of an unmapped root would make a real one read-only.

    The folder becomes a tmpfs: links and small files are copied into it, the rest is bound. So new names in
    the folder itself can be made and its files changed, for this host alone. An entry that matches one of the
    absent patterns is left out.
    """
    if not folder.is_dir():
        return
    copy = SCRATCH / folder.as_posix().strip("/").replace("/", "-")
    copy.mkdir()
    mount("tmpfs", copy, "tmpfs", f"mode={folder.stat().st_mode & 0o7777:o}")
    for entry in sorted(folder.iterdir()):
        if any(entry.match(f"/{pattern}") for pattern in absent):
            continue
        adopt(entry, copy / entry.name)
    subprocess.run(["mount", "--move", str(copy), str(folder)], check=True)


def adopt(entry: Path, place: Path) -> None:
    """Put one entry of a mirrored folder into its mirror; what we may not read is left out."""
    try:
        if entry.is_symlink():
            place.symlink_to(entry.readlink())
        elif entry.is_dir():
            place.mkdir()
            subprocess.run(["mount", "--rbind", str(entry), str(place)], check=True)
            seal(place)
        elif entry.is_file() and entry.stat().st_size <= COPIED:
            shutil.copy(entry, place)
        elif entry.is_file():
            place.touch()
            subprocess.run(["mount", "--bind", str(entry), str(place)], check=True)
            seal(place)
    except PermissionError:
        place.unlink(missing_ok=True)


if __name__ == "__main__":
    os.umask(0o022)
    main()
