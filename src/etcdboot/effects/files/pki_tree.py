"""The tree below ``pki/``: pairs of a certificate and its key, put in place together or not at all.

All that a run writes is first laid into ``.staged/``, beside marks for what is to go, brought to the disk,
and marked ready; only then is it renamed into place and the rest removed. A run that was killed before the
mark has changed nothing; one killed after it is finished by the next, so that a key never stays beside
another key's certificate. Why one stage for the run, not one for each pair: docs/design/0006.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from etcdboot.base.artifacts import Change, Standing
from etcdboot.base.errors import EtcdbootError, Refused
from etcdboot.base.fast_dataclasses import replace
from etcdboot.base.manifest import MANIFEST, Manifest
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.owned_tree import PRIVATE_FOLDER, Tree, open_disk
from etcdboot.effects.files.root_folder import HERE, Watcher, unwatched
from etcdboot.pki.store.permissions import stands_in_pki
from etcdboot.plan.certificate_request import PairPaths

STAGED = PurePosixPath(".staged")
READY = STAGED / "ready"
# The stage is flat, so that one sync brings all its entries to the disk. No name of ours has this character,
_SLASH = "@"
_GOING = "@"  # and none begins with it: this file has no content to come, what stands in its place is to go


class PairTree(Tree):
    """A tree whose writes are staged as a whole. Made by ``open_pairs``."""

    def __init__(self, root: Path, disk: Disk | None) -> None:
        coming, going = _waiting(disk) if disk else ((), ())
        self._waiting, self._leaving = frozenset(map(str, coming)), frozenset(map(str, going))
        super().__init__(root, disk)

    def present(self, paths: Iterable[str]) -> dict[str, Standing | None]:
        """What stands at each path; a reader sees a stage that is ready as if it were in place."""
        paths = tuple(paths)
        found = super().present(paths)
        for path in self._waiting.intersection(paths):
            found[path] = self.disk.read(_staged(PurePosixPath(path)))
        return found | dict.fromkeys(self._leaving.intersection(paths))

    def is_lost(self, path: PurePosixPath) -> bool:
        """Whether we wrote the file once and it is gone."""
        return path in self._vanished and str(path) in self._read.files

    def is_keyless(self, pair: PairPaths) -> bool:
        """Whether the certificate is ours and its key was never here: it is where it was made."""
        ours = self.manifest.paths()
        known = {*ours, *self._read.files, *self._waiting}
        return str(pair.certificate) in ours and str(pair.key) not in known

    def _account(self, manifest: Manifest) -> None:
        """Remember also what vanished: a CA key that was taken away is still ours when it comes back."""
        gone = {str(path) for path in self._vanished}.difference(manifest.paths())
        kept = {path: sha for path, sha in self._read.files.items() if path in gone}
        secret = manifest.secret | self._read.secret.intersection(kept)
        adopted = {path: sha for path, sha in self._read.adopted.items() if path in kept}
        files = {**kept, **manifest.files}
        super()._account(
            replace(manifest, files=files, secret=secret, adopted={**adopted, **manifest.adopted})
        )

    def _make_folders(self, changes: tuple[Change, ...]) -> None:
        """As any tree does; the root is for its owner alone, even while no key stands right in it."""
        super()._make_folders(changes)
        if changes:
            self.disk.make_folder(HERE, PRIVATE_FOLDER)

    def _place(self, coming: tuple[Change, ...], going: Sequence[PurePosixPath]) -> None:
        if not (coming or going):
            return
        try:
            self.disk.make_folder(STAGED, PRIVATE_FOLDER)
            for change in coming:
                artifact = change.artifact
                self.disk.create(_staged(artifact.path), artifact.content, artifact.mode)
            for path in going:
                self.disk.create(_leaving(path), b"", 0o600)
            self.disk.sync(STAGED)
            self.disk.create(READY, b"", 0o600)
            self.disk.sync(STAGED)
        except BaseException:
            with suppress(EtcdbootError):  # the first error is the one to tell
                _drop(self.disk)
            raise
        settle(self.disk)


@contextmanager
def open_pairs(root: Path, *, writing: bool = True, watcher: Watcher = unwatched) -> Iterator[PairTree]:
    """The pairs below a root, locked as a tree is; opening it for writing settles what a killed run left.

    Raises:
        Refused: EB409, the root is a folder that others use, and it would become its owner's alone.
    """
    with open_disk(root, writing=writing, watcher=watcher) as disk:
        if writing and disk is not None:
            _demand_own_folder(disk)
            settle(disk)
        yield PairTree(root, disk)


def _demand_own_folder(disk: Disk) -> None:
    """Refused for a folder that others may enter, that we know nothing of, and that holds other things."""
    others = [name for name in disk.names() if not stands_in_pki(name)]
    if others and disk.is_shared() and not disk.exists(MANIFEST):
        some = ", ".join(others[:3]) + (" …" if others[3:] else "")
        message = f"{disk.root} is no folder for keys: others may enter it, and it holds {some}"
        hint = "name a folder for the PKI alone with --pki; it becomes its owner's alone (0700)"
        raise Refused.because("EB409", message, hint, str(disk.root))


def settle(disk: Disk) -> None:
    """Carry out a stage that is ready, and drop one that is not."""
    coming, going = _waiting(disk)
    disk.make_folders({path.parent: PRIVATE_FOLDER for path in coming})
    for path in coming:
        disk.rename(_staged(path), path)
    standing = [path for path in going if disk.exists(path)]
    for path in standing:
        disk.remove(path)
    for folder in sorted({path.parent for path in (*coming, *standing)}):
        disk.sync(folder)
    for path in going:
        disk.remove_emptied(path)
    _drop(disk)


def _waiting(disk: Disk) -> tuple[Sequence[PurePosixPath], Sequence[PurePosixPath]]:
    """Where the files of a stage that is ready belong, and what is to go; nothing without such a stage."""
    names = disk.names(STAGED)
    if READY.name not in names:
        return (), ()
    coming = [_placed(name) for name in names if not name.startswith(_GOING) and name != READY.name]
    return coming, [_placed(name.removeprefix(_GOING)) for name in names if name.startswith(_GOING)]


def _drop(disk: Disk) -> None:
    """Remove the stage, the mark first: without it the rest means nothing."""
    names = disk.names(STAGED)
    if READY.name in names:
        disk.remove(READY)
        disk.sync(STAGED)
    for name in names:
        disk.remove(STAGED / name)
    if disk.remove_folder(STAGED):
        disk.sync(HERE)


def _staged(path: PurePosixPath) -> PurePosixPath:
    return STAGED / str(path).replace("/", _SLASH)


def _leaving(path: PurePosixPath) -> PurePosixPath:
    return STAGED / (_GOING + _staged(path).name)


def _placed(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace(_SLASH, "/"))
