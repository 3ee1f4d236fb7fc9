"""The record of issued certificates (``pki/issued.json``): read, completed, and written with the pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from etcdboot.base.artifacts import Artifact, Change, ChangeKind
from etcdboot.base.diagnostics import Diagnostic, error, warning
from etcdboot.base.errors import Refused
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects.files.pki_tree import PairTree
from etcdboot.pki.revocation import issued_status
from etcdboot.pki.revocation.issued_status import Recorded
from etcdboot.pki.store import unrecorded
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.issued_register import (
    ISSUED,
    IssuedProblem,
    IssuedRegister,
    certificate_name,
    is_authority,
)
from etcdboot.pki.store.rotation_state import RETIRED, ROTATION
from etcdboot.pki.store.unrecorded import Named
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.pki_state import register as revocations


@dataclass(frozen=True, slots=True)
class Record:
    """The record with all that is in ``pki/`` or comes now; ``before`` is the file's content.

    ``known`` is what the file has; ``lost``: it was written once and is gone.
    """

    register: IssuedRegister
    known: IssuedRegister
    before: bytes | None
    lost: bool

    def artifacts(self, now: datetime) -> tuple[Artifact, ...]:
        """The file to write: as it is when there is nothing new, else without what expired long ago."""
        is_new = self.register != self.known
        content = self.register.kept(now).dump() if is_new else self.before
        return () if content is None else (Artifact(ISSUED, content, 0o600),)


def look_at_record(tree: PairTree, entries: Iterable[Entry], coming: Iterable[Artifact] = ()) -> Record:
    """The record, completed by what is in ``pki/``: ``entries`` as they will be, and the files that come.

    Raises:
        Refused: EB411, the file cannot be read.
    """
    entries = tuple(entries)
    found = tree.present([str(ISSUED)])[str(ISSUED)]
    content = None if found is None else found.content
    known = _parsed(tree, content)
    register = known.with_(unrecorded.of_entries(entries))
    judged = {entry.found.certificate for entry in entries if entry.facts}
    files = [*_standing(tree), *((str(artifact.path), artifact.content) for artifact in coming)]
    others = _named((path, content) for path, content in files if content not in judged)
    register = register.with_(
        unrecorded.unrecorded(others, _authorities(entries, files), register.fingerprints)
    )
    return Record(register, known, content, lost=content is None and tree.is_lost(ISSUED))


def compare(
    tree: PairTree,
    artifacts: Iterable[Artifact],
    record: Record,
    now: datetime,
    within: Callable[[str], bool] = lambda path: False,
) -> tuple[Change, ...]:
    """What writing the artifacts and the record would do.

    An edit of the record is in what was read of it, so that writing loses nothing.
    """
    changes = tree.compare((*artifacts, *record.artifacts(now)), within=within)
    return tuple(
        replace(change, kind=ChangeKind.UPDATE)
        if change.artifact.path == ISSUED and change.kind is ChangeKind.EDITED
        else change
        for change in changes
    )


def recreated(record: Record, root: Path) -> Iterator[Diagnostic]:
    """EB412: the record is gone, and what replaces it knows less."""
    if record.lost:
        place = str(root / ISSUED)
        message = (
            f"{place} is gone; it is recreated from the certificates in {root}, "
            "and does not have those that were renewed or removed before"
        )
        hint = f"restore {place} from a backup; to revoke a certificate that it lacks, name its file"
        yield from _at_the_record([warning("EB412", message, hint, str(ISSUED))], root)


def departed(tree: PairTree, plan: ClusterPlan, record: Record, now: datetime) -> Iterator[Diagnostic]:
    """EB410: who is no longer in the spec and still has a certificate that the cluster trusts."""
    return _at_the_record(recorded(tree, plan, record, now).departed(), tree.root)


def recorded(
    tree: PairTree,
    plan: ClusterPlan,
    record: Record,
    now: datetime,
    entries: Iterable[Entry] = (),
) -> Recorded:
    """All that is recorded, against the plan and ``pki/`` as it is now; ``entries`` have what is in place."""
    requests = [request for request in plan.certificates if request.is_ca]
    there = tree.present(str(pair_paths(request.name).certificate) for request in requests)
    authorities = [
        (request, standing.content)
        for request, standing in zip(requests, there.values(), strict=True)
        if standing is not None
    ]
    return Recorded(
        record.register,
        plan,
        issued_status.trust(authorities, (pem for _, pem in former(tree))),
        frozenset(revocations(tree).serials),
        now,
        issued_status.in_place(entries),
    )


def former(tree: PairTree) -> Iterator[tuple[str, bytes]]:
    """The CAs in ``rotation/`` and ``retired/``, each with the name that it has, had or will have."""
    for path, content in _standing(tree):
        name = certificate_name(path)
        if name and PurePosixPath(path).parts[0] in (str(ROTATION), str(RETIRED)):
            yield name, content


def _at_the_record(found: Iterable[Diagnostic], root: Path) -> Iterator[Diagnostic]:
    return (replace(diagnostic, file=str(root / ISSUED)) for diagnostic in found)


def _authorities(entries: Iterable[Entry], files: Iterable[tuple[str, bytes]]) -> Iterator[Named]:
    """Every CA that is, was or will be, in whatever place."""
    for entry in entries:
        if entry.request.is_ca and entry.facts and entry.found.certificate:
            yield entry.request.name, entry.found.certificate
    yield from ((name, pem) for name, pem in _named(files) if is_authority(name))


def _named(files: Iterable[tuple[str, bytes]]) -> Iterator[Named]:
    """The certificates among the files, each with its name."""
    return ((name, content) for path, content in files if (name := certificate_name(path)))


def _standing(tree: PairTree) -> Iterator[tuple[str, bytes]]:
    return ((path, standing.content) for path, standing in tree.at_start.items())


def _parsed(tree: PairTree, content: bytes | None) -> IssuedRegister:
    try:
        return IssuedRegister() if content is None else IssuedRegister.parse(content)
    except IssuedProblem as cause:
        place = str(tree.root / ISSUED)
        hint = "restore it from a backup, or use the etcdboot that wrote it; only it lists removed clients"
        found = error("EB411", f"{place} cannot be read: {cause}", hint, str(ISSUED))
        mark = cause.mark
        raise Refused(replace(found, file=place, line=mark.line, column=mark.column)) from None
