"""What a run of a rotation works with: the CAs that it is about, what stands for them, and the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath

from etcdboot.base.artifacts import Change, Standing
from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.progress import Reporter
from etcdboot.effects.files.pki_tree import PairTree
from etcdboot.effects.passphrase import Passphrases
from etcdboot.pki.rotation import transitions
from etcdboot.pki.rotation.readiness import Sighting
from etcdboot.pki.rotation.transitions import Line
from etcdboot.pki.store import inventory
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.rotation_state import STATE, Rotation, Rotations
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.pki.x509.pem import Unreadable, is_encrypted
from etcdboot.pki.x509.signing import Authority, Pair
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import CertificateSource
from etcdboot.workflows.certs.pki_state import look, placed


@dataclass(frozen=True, slots=True)
class Rotated:
    """How a rotation stands after a run: ``rotation`` None when none is under way.

    ``ca`` is empty where several CAs match and none is being replaced. ``inner``: it is an intermediate's;
    ``seen`` is what members showed; ``aborted``: it was called off.
    """

    ca: str
    rotation: Rotation | None
    inner: bool
    changes: tuple[Change, ...] = ()
    seen: tuple[Sighting, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    aborted: bool = False

    def as_json(self) -> dict[str, object]:
        """The keys that ``-w json`` prints."""
        state = self.rotation
        return {
            "ca": self.ca or None,
            "rotation": {"step": str(state.step), "old": state.old, "new": state.new} if state else None,
            "changes": [
                {"path": str(change.artifact.path), "kind": str(change.kind)} for change in self.changes
            ],
            "seen": [sighting.as_json() for sighting in self.seen],
        }


@dataclass(frozen=True, slots=True)
class Work:
    """What a run has before it: the line of CAs, what stands for each certificate, and the state."""

    plan: ClusterPlan
    tree: PairTree
    line: Line
    entries: Mapping[str, Entry]
    rotations: Rotations
    now: datetime
    passphrases: Passphrases
    reporter: Reporter

    @property
    def rotation(self) -> Rotation | None:
        """The line's rotation, if one is under way."""
        return self.rotations.of(self.line.name)


def work_on(
    plan: ClusterPlan,
    tree: PairTree,
    ca: str | None,
    now: datetime,
    passphrases: Passphrases,
    reporter: Reporter,
) -> Work:
    """All that a run about that CA (None: the only one) needs to know.

    Raises:
        UsageError: EB380, several CAs match, or there is none of that name.
        Refused: EB375, EB380, the state is damaged, or there is no CA at all.
    """
    rotations = rotations_of(tree)
    line = transitions.line_of(plan.certificates, chosen(plan, rotations, ca))
    entries = {entry.request.name: entry for entry in inventory.judge(look(tree, plan), now)}
    return Work(plan, tree, line, entries, rotations, now, passphrases, reporter)


def rotations_of(tree: PairTree) -> Rotations:
    """The rotations under way in ``pki/``.

    Raises:
        Refused: EB375, what tells of them is damaged.
    """
    found = tree.present([str(STATE)])[str(STATE)]
    try:
        return Rotations() if found is None else Rotations.parse(found.content)
    except ValueError as cause:
        place = str(tree.root / STATE)
        hint = "bring it back from a copy"
        raise Refused.because("EB375", f"{place} cannot be read: {cause}", hint, place) from None


def under_way(tree: PairTree) -> Iterator[Diagnostic]:
    """A note for each rotation that is not over; raises as :func:`rotations_of` does."""
    for name, rotation in rotations_of(tree).under_way.items():
        message = f"{name} is being replaced: step {rotation.step}"
        hint = "see how it stands, and go on with: etcdboot certs rotate-ca"
        yield Diagnostic(Severity.NOTE, "EB380", message, hint)


def chosen(plan: ClusterPlan, rotations: Rotations, ca: str | None) -> str:
    """The CA that is meant: as named, else the only one under way, else the only one that is trusted."""
    names = [request.name for request in plan.certificates if request.is_ca]
    if not names:
        raise Refused.because("EB380", "this cluster has no CA: TLS is off, or left to etcd", "")
    if ca is None:
        likely = _likely(plan, rotations)
        if len(likely) == 1:
            return likely[0]
        raise UsageError.because(
            "EB380", "several CAs match", f"choose one with --ca {' or --ca '.join(likely)}"
        )
    if ca.lower() not in names:
        raise UsageError.because("EB380", f"there is no CA called {ca}", f"there are {', '.join(names)}")
    return ca.lower()


def is_idle(plan: ClusterPlan, rotations: Rotations, ca: str | None) -> bool:
    """Whether no CA is named, several match, and none of them is being replaced."""
    return ca is None and len(_likely(plan, rotations)) > 1 and not rotations.under_way


def _likely(plan: ClusterPlan, rotations: Rotations) -> list[str]:
    authorities = [request for request in plan.certificates if request.is_ca]
    roots = [request.name for request in authorities if request.is_root]
    return [request.name for request in authorities if rotations.of(request.name)] or roots


def demand_any(plan: ClusterPlan, tree: PairTree, ca: str | None) -> None:
    """Refused (EB380) when no CA is named, several match, and none of them is being replaced."""
    if is_idle(plan, rotations_of(tree), ca):
        hint = "choose a CA and begin with: etcdboot certs rotate-ca --ca NAME"
        raise Refused.because("EB380", "no rotation is under way", hint)


def demand_rotation(work: Work) -> Rotation:
    """The rotation that is under way; Refused (EB380) when none is."""
    if work.rotation is None:
        message = f"{work.line.name} is not being replaced"
        raise Refused.because("EB380", message, "begin with: etcdboot certs rotate-ca")
    return work.rotation


def demand_sound(work: Work) -> None:
    """Refused unless the line's CAs are ours, there and sound."""
    for request in work.line.authorities:
        entry = work.entries[request.name]
        if request.source is CertificateSource.PROVIDED:
            message = f"{request.name} is not etcdboot's: whoever signs for this cluster has it"
            raise Refused.because("EB380", message, "put the new CA beside the old one in the bundles there")
        if entry.refusals:
            raise Refused(*(placed(refusal, work.tree.root) for refusal in entry.refusals))
        if entry.facts is None:
            message = f"{request.name} is not there yet, so there is nothing to replace"
            raise Refused.because("EB380", message, "make it with: etcdboot certs")


def kept(work: Work, rotation: Rotation) -> dict[str, Pair]:
    """The pairs of the other CAs, by the name of the one in their place; a key may be kept elsewhere."""
    found = {}
    for name, paths in transitions.kept_paths(work.line, rotation).items():
        standing = work.tree.present(map(str, paths))
        certificate, key = standing[str(paths.certificate)], standing[str(paths.key)]
        if certificate is None:
            message = f"{paths.certificate} is gone, and the rotation cannot go on without it"
            raise Refused.because("EB304", message, "bring it back from a copy", str(paths.certificate))
        there = key is not None and (str(paths.key) in rotation.files or _belong(certificate, key))
        found[name] = Pair(certificate.content, key.content if key and there else b"")
    return found


def _belong(certificate: Standing, key: Standing) -> bool:
    """Whether a key that the state does not tell of is the certificate's: one that was brought back."""
    try:
        return public_key_of(key.content) == read(certificate.content, None).public_key
    except Unreadable:
        return False


def opened(pair: Pair, path: PurePosixPath, passphrases: Passphrases) -> Authority:
    """The CA of a pair, ready to sign; ``path`` is its key's. Refused (EB301) when it cannot be read."""
    try:
        passphrase = passphrases.opens(str(path)) if is_encrypted(pair.key) else None
        return Authority.load(pair, passphrase)
    except Unreadable as cause:
        hint = "bring it back from a copy, or give the passphrase that it was encrypted with"
        raise Refused.because("EB301", f"{path} cannot be read: {cause}", hint, str(path)) from None
