"""``python tests/pythons.py [PYTEST ARGUMENT…]``: the tests without peers on other versions of Python.

Each version has an environment in ``.venv/python-VERSION``, installed by hash from requirements/dev.txt. A
version that this machine lacks is named and skipped; with ``ETCDBOOT_REQUIRE_PEERS=1`` it is a failure.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "requirements" / "dev.txt"
VERSIONS = ("3.12", "3.13")
TESTS = ("tests/unit", "tests/property", "tests/cli", "-m", "not slow")


def main(arguments: list[str]) -> int:
    """Run the tests on each version; 0 if they pass on each one that is not skipped."""
    codes = [on(version, arguments or list(TESTS)) for version in VERSIONS]
    return max(codes)


def on(version: str, arguments: list[str]) -> int:
    """Run pytest on one version; its exit code."""
    python = next((path for path in candidates(version) if is_version(path, version)), None)
    if python is None:
        required = os.environ.get("ETCDBOOT_REQUIRE_PEERS") == "1"
        outcome = "FAILED: required, but not" if required else "skipped: not"
        print(f"Python {version}: {outcome} on this machine (install python{version} with venv)", flush=True)
        return 1 if required else 0
    print(f"Python {version}: {python}", flush=True)
    pytest = environment(version, python) / "bin" / "pytest"
    return subprocess.run(
        [pytest, "-n", os.environ.get("WORKERS", "auto"), "-q", *arguments], cwd=ROOT, check=False
    ).returncode


def candidates(version: str) -> Iterator[str]:
    """Where an interpreter may be: on the PATH, or below pyenv, the newest first."""
    if found := shutil.which(f"python{version}"):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = (pyenv / "versions").glob(f"{version}.[0-9]*")
    yield from (str(folder / "bin" / "python") for folder in sorted(installed, key=_patch, reverse=True))


def _patch(folder: Path) -> int:
    patch = folder.name.rpartition(".")[2]
    return int(patch) if patch.isdigit() else -1


def is_version(python: str, version: str) -> bool:
    """Whether it runs, is that version and can create environments; a shim of pyenv's may do none of it."""
    script = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == version


def environment(version: str, python: str) -> Path:
    """The environment of that version; created if the pins or the interpreter changed since."""
    folder = ROOT / ".venv" / f"python-{version}"
    mark = folder / "made-from"
    content = PINS.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + python.encode()
    wanted = hashlib.sha256(content).hexdigest()
    if not mark.is_file() or mark.read_text() != wanted:
        pip = [str(folder / "bin" / "pip"), "--quiet", "--disable-pip-version-check"]
        for command in (
            [python, "-m", "venv", "--clear", str(folder)],
            [*pip, "install", "--no-deps", "--require-hashes", "--requirement", str(PINS)],
            [*pip, "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
            [*pip, "check"],
        ):
            subprocess.run(command, check=True)
        mark.write_text(wanted)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
