"""Where fetched peers lie and how they are found: ``<root>/<title>/bin/<program>``, with a lock per title."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.peers.table import PEERS, GoModule, Npm, OnThisMachine, Peer, Program, PythonEnvironment

# A change of how peers are unpacked makes what older code fetched stale.
_UNPACKING = "1"


def default_root() -> Path:
    """``$ETCDBOOT_PEERS``, or ``etcdboot-peers`` in the user's cache."""
    if chosen := os.environ.get("ETCDBOOT_PEERS"):
        return Path(chosen).absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "etcdboot-peers"


@dataclass(frozen=True, slots=True)
class Store:
    """The cache folder; made on the first fetch."""

    root: Path

    def folder(self, peer: Peer) -> Path:
        """Where the peer lies once it is whole."""
        return self.root / peer.title

    def work(self, name: str) -> Path:
        """Where something is prepared under the lock of that name; whatever is there may be removed."""
        return self.root / ".work" / name

    def has(self, peer: Peer) -> bool:
        """Whether all of the peer's programs are there, made by the recipe as it is written now."""
        if isinstance(peer.source, OnThisMachine):
            return all(self.program(peer, each) is not None for each in peer.programs)
        mark = self.folder(peer) / "recipe"
        return mark.is_file() and mark.read_text() == recipe(peer)

    def program(self, peer: Peer, program: Program) -> Path | None:
        """The program's absolute path, or None while it is not to be had."""
        if isinstance(peer.source, OnThisMachine):
            return _on_this_machine(program.at)
        return self.folder(peer) / "bin" / program.name if self.has(peer) else None

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Held by one process at a time; the kernel releases it when the holder dies."""
        locks = self.root / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        with (locks / name).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def pins(source: GoModule | Npm | PythonEnvironment) -> Path:
    """The folder in the tree that pins what is to be built or installed."""
    return Path(__file__).parent / source.folder


def recipe(peer: Peer) -> str:
    """What the peer was made from, so that another pin or another source makes a fetched one stale."""
    programs = [(each.name, each.at, each.through) for each in peer.programs]
    digest = hashlib.sha256(f"{_UNPACKING}\n{peer.source}\n{programs}\n".encode())
    if isinstance(peer.source, GoModule | Npm | PythonEnvironment):
        for file in sorted(each for each in pins(peer.source).iterdir() if each.is_file()):
            digest.update(file.read_bytes())
    return digest.hexdigest() + "\n"


def candidates(program: str, release: str | None = None) -> list[tuple[Peer, Program]]:
    """The rows of the table that hold such a program, newest release first."""
    return [
        (peer, each)
        for peer in reversed(PEERS)
        if release in (None, peer.release)
        for each in peer.programs
        if each.name == program
    ]


def find(program: str, release: str | None = None, root: Path | None = None) -> Path | None:
    """A program's path: of that release, or of the newest one that is there; None where it is absent.

    Raises:
        KeyError: the table has no such program or release.
    """
    rows = candidates(program, release)
    if not rows:
        raise KeyError(f"no peer {program!r} of release {release!r} in tests/lab/peers/table.py")
    store = Store(root or default_root())
    return next((found for peer, each in rows if (found := store.program(peer, each)) is not None), None)


def _on_this_machine(name: str) -> Path | None:
    beside_python = Path(sys.executable).parent
    path = os.pathsep.join([str(beside_python), os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=path)
    return Path(found) if found else None
