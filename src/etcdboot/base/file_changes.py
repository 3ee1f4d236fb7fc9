"""Which files are ours, and what follows from comparing the manifest with the plan and the disk (pure)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import PurePosixPath

from etcdboot.base.artifacts import Artifact, Change, ChangeKind, Standing
from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import replace
from etcdboot.base.manifest import Manifest, check_path, digest

# What writing leaves as it is: there is nothing to do, or it is not ours to do.
_UNWRITTEN = frozenset({ChangeKind.SAME, ChangeKind.STALE, ChangeKind.FOREIGN})


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
        check_path(path)
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


def intended(
    manifest: Manifest, changes: Iterable[Change], adopted: Collection[str] = (), *, prune: bool = False
) -> Manifest:
    """The manifest to write first: what of ours stands there, and beside it what we are about to do.

    What stands there may come from a run that was killed, so its hash is taken from the file itself. What is
    to be removed is pending too: once it is gone, nothing remembers it. ``adopted`` are the paths of what
    others made.
    """
    changes = tuple(changes)
    coming = {str(each.artifact.path): each for each in written(changes)}
    ours = {path: each.before for path, each in coming.items() if each.kind is ChangeKind.UPDATE}
    standing = {path: digest(before) for path, before in ours.items() if before is not None}
    going = {str(each.artifact.path): digest(each.before or b"") for each in removed(changes, prune=prune)}
    files = {**manifest.files, **standing}
    return replace(
        manifest,
        files={path: sha for path, sha in files.items() if path not in going},
        pending={
            **manifest.pending,
            **going,
            **{path: digest(each.artifact.content) for path, each in coming.items()},
        },
        secret=manifest.secret | {path for path, each in coming.items() if each.artifact.secret},
        adopted={**manifest.adopted, **_hashes(changes, adopted)},
    )


def settled(manifest: Manifest, present: Mapping[str, Standing | None]) -> Manifest:
    """The manifest when nothing is under way: what was pending stands there now, or never will.

    One that stands there with neither hash was changed by hand, and stays as it is told of.
    """
    found = {path: present.get(path) for path in manifest.pending}
    hashes = {path: digest(standing.content) for path, standing in found.items() if standing is not None}
    done = {path: sha for path, sha in hashes.items() if sha == manifest.pending[path]}
    return replace(
        manifest,
        files={**manifest.files, **done},
        pending={
            path: manifest.pending[path]
            for path, sha in hashes.items()
            if path not in done and sha != manifest.files.get(path)
        },
    )


def after(
    manifest: Manifest,
    changes: Iterable[Change],
    releases: Mapping[str, str] | None = None,
    *,
    prune: bool = False,
    adopted: Collection[str] = (),
) -> Manifest:
    """The manifest to write last: what stands there now and is ours. ``releases`` replaces the known ones.

    ``adopted`` are the paths of what others made; those of before stay where they still stand.

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
    files = {**rest.files, **{path: digest(artifact.content) for path, artifact in ours.items()}}
    by_others = {**manifest.adopted, **_hashes(changes, adopted)}
    return Manifest(
        files=files,
        releases=dict(manifest.releases if releases is None else releases),
        pending=rest.pending,
        secret=rest.secret | {path for path, artifact in ours.items() if artifact.secret},
        adopted={path: sha for path, sha in by_others.items() if files.get(path) == sha},
    )


def _hashes(changes: Iterable[Change], paths: Collection[str]) -> dict[str, str]:
    return {
        str(each.artifact.path): digest(each.artifact.content)
        for each in changes
        if str(each.artifact.path) in paths
    }


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


_FOREIGN = "move it away if it is in the way; etcdboot never replaces a file that it did not write"
_EDITED = "see what differs with --diff; keep the edit by saying it in the spec, or drop it with --force"
_STALE = "save what you need of it, then remove it with --prune --force"
