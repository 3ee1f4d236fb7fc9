"""Which files are ours: the manifest, and what follows from comparing it with the plan and the disk (pure).

The manifest holds, for every file that we wrote below a root, the hash of what we wrote last. While a write
is under way it also holds the hashes of what is about to be written (``pending``), so that a run killed
between any two steps leaves nothing that the next run would take for someone else's file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import PurePosixPath

from etcdboot.ground.artifact import Artifact, Change, ChangeKind, Standing
from etcdboot.ground.report import Diagnostic, error

MANIFEST = PurePosixPath(".etcdboot.json")
VERSION = 1
# What writing leaves as it is: there is nothing to do, or it is not ours to do.
_UNWRITTEN = frozenset({ChangeKind.SAME, ChangeKind.STALE, ChangeKind.FOREIGN})


class ManifestProblem(ValueError):
    """The manifest cannot be read; ``newer`` when a later etcdboot wrote it."""

    def __init__(self, message: str, *, newer: bool = False) -> None:
        super().__init__(message)
        self.newer = newer


@dataclass(frozen=True, slots=True)
class Manifest:
    """What we wrote: path → sha256 (hex), the same for what is being written, and the release per member.

    ``secret`` names the paths whose content must never be shown, also once they are no longer planned.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    releases: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()

    def dump(self) -> bytes:
        """The file's bytes: sorted JSON, so equal manifests are equal files."""
        body = {
            "etcdboot-manifest": VERSION,
            "files": dict(self.files),
            "releases": dict(self.releases),
            "pending": dict(self.pending),
            "secret": sorted(self.secret),
        }
        return (json.dumps(body, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def parse(cls, text: bytes) -> Manifest:
        """The manifest in those bytes; ManifestProblem when they hold none that we understand."""
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as cause:
            raise ManifestProblem(f"not JSON ({cause})") from None
        version = body.get("etcdboot-manifest") if isinstance(body, dict) else None
        if not isinstance(version, int):
            raise ManifestProblem("not a manifest of etcdboot")
        if version > VERSION:
            raise ManifestProblem(f"version {version}, written by a newer etcdboot", newer=True)
        secret = body.get("secret", [])
        if not isinstance(secret, list) or not all(isinstance(each, str) for each in secret):
            raise ManifestProblem("secret is not a list of paths")
        parts = {key: _texts(body, key) for key in ("files", "releases", "pending")}
        for path in (*parts["files"], *parts["pending"]):
            _check_path(path)
        return cls(**parts, secret=frozenset(secret))

    def paths(self) -> tuple[str, ...]:
        """Every path that is ours, sorted."""
        return tuple(sorted({*self.files, *self.pending}))

    def without(self, paths: Collection[str]) -> Manifest:
        """The same without those paths."""
        return replace(
            self,
            files={path: sha for path, sha in self.files.items() if path not in paths},
            pending={path: sha for path, sha in self.pending.items() if path not in paths},
            secret=self.secret.difference(paths),
        )

    def wrote(self, path: str, content: bytes) -> bool:
        """Whether we wrote just these bytes there, or were about to."""
        return digest(content) in (self.files.get(path), self.pending.get(path))


def digest(content: bytes) -> str:
    """Sha256 of the bytes, in hex."""
    return sha256(content).hexdigest()


def compare(
    artifacts: Iterable[Artifact],
    manifest: Manifest,
    present: Mapping[str, Standing | None],
    within: Callable[[str], bool] = lambda path: True,
) -> tuple[Change, ...]:
    """What writing the artifacts would do, one change per path, sorted by path.

    ``present`` holds what stands at each planned path and at each path of the manifest. A path of the
    manifest that is not planned is stale only if ``within`` says it belongs to what was planned this time.
    ValueError for two artifacts with one path or a path that leaves the root: a bug of ours.
    """
    planned: dict[str, Artifact] = {}
    for artifact in artifacts:
        path = str(artifact.path)
        _check_path(path)
        if path in planned:
            raise ValueError(f"two artifacts for {path}")
        planned[path] = artifact
    changes = {path: _judged(artifact, manifest, present[path]) for path, artifact in planned.items()}
    for path in manifest.paths():
        standing = present[path]
        if path not in planned and standing is not None and within(path):
            changes[path] = _stale(path, manifest, standing)
    return tuple(changes[path] for path in sorted(changes))


def written(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Those whose content goes to the disk (with ``force`` where they were edited)."""
    return tuple(each for each in changes if each.kind not in _UNWRITTEN)


def refusals(
    changes: Iterable[Change], *, force: bool = False, prune: bool = False
) -> tuple[Diagnostic, ...]:
    """Why these changes must not be written; empty when they may be.

    A foreign file is never replaced. A file edited by hand is replaced, or removed as stale, only with
    ``force``. ``root`` is left to the caller: the paths in the diagnostics are those of the artifacts.
    """
    found = []
    for change in changes:
        path = str(change.artifact.path)
        if change.kind is ChangeKind.FOREIGN:
            found.append(
                error("EB402", f"{path} is there already and etcdboot did not write it", _FOREIGN, path)
            )
        elif change.kind is ChangeKind.EDITED and not force:
            found.append(error("EB401", f"{path} was changed by hand since etcdboot wrote it", _EDITED, path))
        elif change.edited and prune and not force:
            found.append(
                error("EB401", f"{path} is no longer planned, but was changed by hand", _STALE, path)
            )
    return tuple(found)


def removed(changes: Iterable[Change], *, prune: bool) -> tuple[Change, ...]:
    """The stale ones that go."""
    return tuple(each for each in changes if prune and each.kind is ChangeKind.STALE)


def intended(manifest: Manifest, changes: Iterable[Change]) -> Manifest:
    """The manifest to write first: what of ours stands there, and beside it what we are about to write.

    What stands there may come from a run that was killed, so its hash is taken from the file itself.
    """
    coming = {str(each.artifact.path): each for each in written(changes)}
    ours = {path: each.before for path, each in coming.items() if each.kind is ChangeKind.UPDATE}
    standing = {path: digest(before) for path, before in ours.items() if before is not None}
    return replace(
        manifest,
        files={**manifest.files, **standing},
        pending={
            **manifest.pending,
            **{path: digest(each.artifact.content) for path, each in coming.items()},
        },
        secret=manifest.secret | {path for path, each in coming.items() if each.artifact.secret},
    )


def after(
    manifest: Manifest,
    changes: Iterable[Change],
    releases: Mapping[str, str] | None = None,
    *,
    prune: bool = False,
) -> Manifest:
    """The manifest to write last: what stands there now and is ours. ``releases`` replaces the known ones.

    What was left alone (stale and not pruned, out of scope) stays as it was, its pending hash included.
    """
    changes = tuple(changes)
    ours = {
        str(each.artifact.path): each.artifact
        for each in changes
        if each.kind is ChangeKind.SAME or each.kind not in _UNWRITTEN
    }
    gone = {str(each.artifact.path) for each in removed(changes, prune=prune)}
    rest = manifest.without(ours.keys() | gone)
    return Manifest(
        files={**rest.files, **{path: digest(artifact.content) for path, artifact in ours.items()}},
        releases=dict(manifest.releases if releases is None else releases),
        pending=rest.pending,
        secret=rest.secret | {path for path, artifact in ours.items() if artifact.secret},
    )


def _judged(artifact: Artifact, manifest: Manifest, standing: Standing | None) -> Change:
    path = str(artifact.path)
    if standing is None:
        return Change(artifact, ChangeKind.NEW)
    loose = _is_loose(artifact.mode, standing.mode)
    if standing.content == artifact.content:
        kind = ChangeKind.UPDATE if loose else ChangeKind.SAME
    elif manifest.wrote(path, standing.content):
        kind = ChangeKind.UPDATE
    else:
        kind = ChangeKind.EDITED if path in manifest.paths() else ChangeKind.FOREIGN
    return Change(artifact, kind, standing.content, loose)


def _stale(path: str, manifest: Manifest, standing: Standing) -> Change:
    ghost = Artifact(PurePosixPath(path), b"", secret=path in manifest.secret)
    edited = not manifest.wrote(path, standing.content)
    return Change(ghost, ChangeKind.STALE, standing.content, edited=edited)


def _is_loose(wanted: int, found: int) -> bool:
    """Whether the permissions differ in a way that matters.

    A umask and git change the bits of group and others of an ordinary file, and that harms nothing: there
    only the owner's x bit counts. A private file must give nothing to anybody else.
    """
    if (wanted ^ found) & 0o100:
        return True
    return not wanted & 0o077 and bool(found & 0o077)


def _texts(body: dict[str, object], key: str) -> dict[str, str]:
    value = body.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ManifestProblem(f"{key} is not a table of texts")
    return value


def _check_path(path: str) -> None:
    """ManifestProblem (a ValueError) unless the path stays below the root and is spelled in normal form."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or str(pure) != path or "\0" in path:
        raise ManifestProblem(f"{path!r} is not a path below the root")


_FOREIGN = "move it away if it is in the way; etcdboot never replaces a file that it did not write"
_EDITED = "see what differs with --diff; keep the edit by saying it in the spec, or drop it with --force"
_STALE = "save what you need of it, then remove it with --prune --force"
