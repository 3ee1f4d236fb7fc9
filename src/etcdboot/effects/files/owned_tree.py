"""A tree of files that etcdboot writes and keeps account of: ``out/``, ``pki/``.

    with open_tree(root) as tree:
        changes = tree.compare(artifacts)
        tree.write(changes)

Writing keeps to one order, so that a kill, a full disk or a power cut at any step leaves every file whole and
the next run able to finish: the manifest with the intended hashes beside the known ones; every new content
beside its place; all of them renamed into place; the stale ones removed; the final manifest.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from etcdboot.base import file_changes
from etcdboot.base.artifacts import Artifact, Change, ChangeKind, Standing
from etcdboot.base.errors import EtcdbootError, Refused
from etcdboot.base.manifest import MANIFEST, Manifest, ManifestProblem
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.os_errors import failed
from etcdboot.effects.files.root_folder import HERE, Watcher, make_root, unwatched

PRIVATE_FOLDER = 0o700
FOLDER = 0o755
# Private: the hash of a file with a password in it would let others try passwords.
_MANIFEST_MODE = 0o600


class Tree:
    """The files below one root, and the manifest that says which are ours. Made by ``open_tree``.

    ``at_start`` holds our files as they were when the tree was opened, by path.
    """

    def __init__(self, root: Path, disk: Disk | None) -> None:
        self.root = root
        self._disk = disk
        self._read = self._load()
        standing = self.present(self._read.paths())
        self.at_start = {path: found for path, found in standing.items() if found is not None}
        self._vanished = frozenset(PurePosixPath(path) for path, found in standing.items() if found is None)
        there = self._read.without([str(path) for path in self._vanished])
        self.manifest = file_changes.settled(there, standing)

    @property
    def disk(self) -> Disk:
        """The disk below the root; only a tree opened for writing is sure to have one."""
        if self._disk is None:
            raise ValueError(f"{self.root} is not there: the tree was opened for reading only")
        return self._disk

    def present(self, paths: Iterable[str]) -> dict[str, Standing | None]:
        """What stands at each of the paths (None: nothing). Refused for a symlink in the way."""
        if self._disk is None:
            return dict.fromkeys(paths)
        return {path: self._disk.read(PurePosixPath(path)) for path in paths}

    def compare(
        self, artifacts: Iterable[Artifact], within: Callable[[str], bool] = lambda path: True
    ) -> tuple[Change, ...]:
        """What writing the artifacts would do; ``within`` narrows what may be called stale."""
        artifacts = tuple(artifacts)
        paths = sorted({*(str(each.path) for each in artifacts), *self.manifest.paths()})
        return file_changes.compare(artifacts, self.manifest, self.present(paths), within)

    def write(
        self,
        changes: Iterable[Change],
        *,
        releases: Mapping[str, str] | None = None,
        force: bool = False,
        prune: bool = False,
        adopted: Collection[str] = (),
    ) -> None:
        """Make the changes, all or (if one of them is refused) none.

        Refused for a foreign file, and for one edited by hand unless ``force``; stale ones go with ``prune``.
        ``releases`` is what the manifest is to say about them (default: as before); ``adopted`` are the paths
        of what others made.
        """
        changes = tuple(changes)
        reasons = file_changes.refusals(changes, force=force, prune=prune)
        if reasons:
            raise Refused(*reasons)
        self._sweep()
        coming = file_changes.written(changes)
        going = file_changes.removed(changes, prune=prune)
        if coming or going:
            self._account(file_changes.intended(self.manifest, changes, adopted, prune=prune))
        self._make_folders(changes)
        gone = sorted(each.artifact.path for each in going)
        self._place(coming, gone)
        if prune:
            for path in sorted({*gone, *self._vanished}):
                self.disk.remove_emptied(path)
        self._account(file_changes.after(self.manifest, changes, releases, prune=prune, adopted=adopted))

    def _load(self) -> Manifest:
        found = None if self._disk is None else self._disk.read(MANIFEST)
        if found is None:
            return Manifest()
        place = str(self.root / MANIFEST)
        try:
            return Manifest.parse(found.content)
        except ManifestProblem as cause:
            if cause.newer:
                raise Refused.because(
                    "EB407", f"{place}: {cause}", "use that etcdboot, or upgrade", place
                ) from None
            message = f"{place} cannot be read: {cause}"
            hint = "bring it back from a copy; without it, what is not just as planned counts as foreign"
            raise Refused.because("EB406", message, hint, place) from None

    def _account(self, manifest: Manifest) -> None:
        """Bring the manifest to the disk, if it says anything new."""
        if manifest != self._read:
            self.disk.write(MANIFEST, manifest.dump(), _MANIFEST_MODE)
        self._read = self.manifest = manifest

    def _sweep(self) -> None:
        """Drop what a run that was killed had staged."""
        for path in (str(MANIFEST), *self._read.pending):
            self.disk.drop(PurePosixPath(path))

    def _make_folders(self, changes: tuple[Change, ...]) -> None:
        """Make the folders; one that holds a secret is for its owner alone, new or not.

        Not so the root, unless it is empty: it is the user's, and whoever uses what else is in it must not be
        locked out.
        """
        planned = [each.artifact for each in changes if each.kind is not ChangeKind.STALE]
        private = {each.path.parent for each in planned if each.secret}
        if not all(name.startswith(".") for name in self.disk.names()):
            private -= {HERE}
        folders = {each.path.parent for each in planned}
        self.disk.make_folders({each: PRIVATE_FOLDER if each in private else FOLDER for each in folders})

    def _place(self, coming: tuple[Change, ...], going: Sequence[PurePosixPath]) -> None:
        """Stage all new contents, then rename all into place: a full disk is met before anything changes."""
        paths = [each.artifact.path for each in coming]
        try:
            for change in coming:
                self.disk.stage(change.artifact.path, change.artifact.content, change.artifact.mode)
            for path in paths:
                self.disk.commit(path)
        except BaseException:
            for path in paths:
                with suppress(EtcdbootError):  # the first error is the one to tell
                    self.disk.drop(path)
            raise
        for folder in sorted({path.parent for path in paths}):
            self.disk.sync(folder)
        # A removal that a power cut undoes costs nothing: the next run finds the file stale again.
        for path in going:
            self.disk.remove(path)


@contextmanager
def open_tree(root: Path, *, writing: bool = True, watcher: Watcher = unwatched) -> Iterator[Tree]:
    """The tree below a root, locked as long as it is open; Refused when another etcdboot writes there.

    For writing the root is made if it is missing (and goes again if nothing was written). For reading nothing
    is made, and others may read at the same time; a root that is missing is then an empty tree.
    """
    with open_disk(root, writing=writing, watcher=watcher) as disk:
        yield Tree(root, disk)


@contextmanager
def open_disk(root: Path, *, writing: bool = True, watcher: Watcher = unwatched) -> Iterator[Disk | None]:
    """The disk below a root, locked as ``open_tree`` says; None where there is nothing to read."""
    made = make_root(root) if writing else False
    if not writing and not root.exists():
        yield None
        return
    try:
        with Disk(root, watcher) as disk, lock(disk, shared=not writing):
            yield disk
    finally:
        if made:
            with suppress(OSError):  # not empty: something was written
                root.rmdir()


@contextmanager
def lock(disk: Disk, *, shared: bool = False) -> Iterator[None]:
    """Hold the root of a disk for one run; Refused at once when another run has it.

    A flock on the open folder itself: no lock file to leave behind, and a kill releases it.
    """
    try:
        fcntl.flock(disk.fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another etcdboot is at work in {disk.root}{holder(disk)}"
        hint = "wait until it is done, then run again"
        raise Refused.because("EB405", message, hint, str(disk.root)) from None
    except OSError as cause:
        raise failed("lock", disk.root, cause) from cause
    if not disk.is_in_place():  # the run before ours made it, wrote nothing and took it away again
        message = f"{disk.root} was taken away by another etcdboot at this very moment"
        raise Refused.because("EB405", message, "run again", str(disk.root))
    try:
        yield
    finally:
        fcntl.flock(disk.fd, fcntl.LOCK_UN)


def holder(disk: Disk) -> str:
    """Who holds the lock, as far as Linux tells (proc_locks(5)); "" if not."""
    inode = os.fstat(disk.fd).st_ino
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if fields[1] == "FLOCK" and int(fields[5].rpartition(":")[2]) == inode:
                pid = int(fields[4])
                return f": process {pid} ({Path(f'/proc/{pid}/comm').read_text().strip()})"
    return ""
