"""Fetch a peer: under its lock, in a work folder, proved by running it, and only then renamed into place."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from lab.peers.obtaining import CannotFetch, obtain
from lab.peers.store import Store, recipe
from lab.peers.table import OnThisMachine, Peer, Program

PROOF_SECONDS = 60


def fetch(peer: Peer, store: Store) -> bool:
    """Make the peer present; True if it had to be fetched.

    A fetch that was killed leaves only a work folder, which the next one removes under the same lock.

    Raises:
        CannotFetch: no package client gives it here, or what it gave is not what the table says.
    """
    if isinstance(peer.source, OnThisMachine):
        if not store.has(peer):
            raise CannotFetch(f"not on this machine: install {peer.source.hint}")
        for program in peer.programs:
            prove(peer, program, Path(str(store.program(peer, program))))
        return False
    with store.locked(peer.title):
        if store.has(peer):
            return False
        work = _emptied(store.work(peer.title))
        obtain(peer, work, store)
        for program in peer.programs:
            prove(peer, program, work / "bin" / program.name)
        (work / "recipe").write_text(recipe(peer))
        _swap(work, store.folder(peer), store.work(peer.title + ".old"))
        return True


def prove(peer: Peer, program: Program, path: Path) -> None:
    """Run the program and compare what it says of itself with the table.

    Raises:
        CannotFetch: it does not run, or is another release.
    """
    expected = program.says or peer.release
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ETCD")}
    clean["HOME"] = str(path.parent.parent)  # ansible makes folders there even to tell its version
    # etcdctl 3.4 speaks the v2 API unless it is told, and knows no `version` there.
    if program.name == "etcdctl" and peer.release.startswith("3.4."):
        clean["ETCDCTL_API"] = "3"
    try:
        done = subprocess.run(
            [path, *program.proof],
            env=clean,
            capture_output=True,
            text=True,
            timeout=PROOF_SECONDS,
            check=False,
        )
    except OSError as error:
        raise CannotFetch(f"{program.name} does not run: {error}") from error
    # The folder goes, since a complaint that names a path below it holds the release as well.
    said = (done.stdout + done.stderr).replace(str(path.parent.parent), "").strip()
    if expected.casefold() not in said.casefold():
        raise CannotFetch(
            f"{program.name} {' '.join(program.proof)} does not say {expected!r} but: {said[:500]}"
        )


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _swap(new: Path, final: Path, old: Path) -> None:
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)
