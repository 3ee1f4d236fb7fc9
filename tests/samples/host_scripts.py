"""make-csr.sh on the machine of the tests, for a config-dir of a test; as root, with a private /run."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from lab.peers.fixtures import require_capability

_OWN_RUN = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh")


def make_keys(script: Path, *words: str, cwd: Path | None = None) -> None:
    """Run the script with those words; no lock file of it stays on the machine."""
    argv: tuple[str, ...] = ("sh", str(script), *words)
    if os.geteuid() == 0:
        require_capability("mount namespaces")
        argv = (*_OWN_RUN, *argv)
    subprocess.run(argv, cwd=cwd, check=True, capture_output=True)
    assert not lock_file(_config_dir(script)).exists()


def lock_file(config_dir: str) -> Path:
    """Where root's scripts lock that config-dir on a host."""
    return Path("/run/etcdboot", hashlib.sha256(config_dir.encode()).hexdigest()[:32] + ".lock")


def _config_dir(script: Path) -> str:
    asked = f'{_line(script, "config_dir=")}; printf %s "$config_dir"'
    return subprocess.run(["sh", "-c", asked], capture_output=True, text=True, check=True).stdout


def _line(script: Path, start: str) -> str:
    return next(line for line in script.read_text().splitlines() if line.startswith(start))
