"""Put a new CA in place of an old one, a step at a time; each waits until the last is in force everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, warning
from etcdboot.base.errors import Refused
from etcdboot.base.fast_dataclasses import replace
from etcdboot.base.progress import Reporter, silent
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.pki.rotation.readiness import Question, Sighting, objections
from etcdboot.pki.store.rotation_state import Rotation, Step
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import Clock
from etcdboot.workflows.certs.rotation.context import (
    Rotated,
    Work,
    chosen,
    demand_any,
    demand_rotation,
    demand_sound,
    is_idle,
    kept,
    rotations_of,
    work_on,
)
from etcdboot.workflows.certs.rotation.readiness import look_over, serves
from etcdboot.workflows.certs.rotation.steps import bundle, go_back, go_on, replace_inner, swap


def begin(
    plan: ClusterPlan,
    pki_dir: Path,
    ca: str | None = None,
    *,
    now: Clock = clock.now,
    reporter: Reporter = silent,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> Rotated:
    """Make a new CA beside the old one, and trust both; an intermediate is replaced at once.

    Raises:
        UsageError: EB380, several CAs match, or there is none of that name.
        Refused: a rotation is under way (EB380), or a CA is not there, not ours, not sound.
        Missing: the disk said no.
    """
    with open_pairs(pki_dir, watcher=watcher) as tree:
        work = work_on(plan, tree, ca, now(), passphrases, reporter)
        if work.rotation is not None:
            message = f"{work.line.name} is being replaced already: step {work.rotation.step}"
            raise Refused.because("EB380", message, "go on with --next, or go back with --abort")
        demand_sound(work)
        return replace_inner(work) if work.line.inner else bundle(work)


def advance(
    plan: ClusterPlan,
    pki_dir: Path,
    ca: str | None = None,
    *,
    offline: bool = False,
    now: Clock = clock.now,
    reporter: Reporter = silent,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> Rotated:
    """Go on to the next step, once every member shows that the last one is in force; ``offline``: unseen.

    Raises:
        UsageError: EB380, as :func:`begin` does.
        Refused: EB381 to EB383, a member is not as far, or cannot be seen; no rotation is under way (EB380);
            a CA's key is not there.
        Missing: the disk said no.
    """
    with open_pairs(pki_dir, watcher=watcher) as tree:
        demand_any(plan, tree, ca)
        work = work_on(plan, tree, ca, now(), passphrases, reporter)
        rotation = demand_rotation(work)
        seen = () if offline else look_over(work, rotation)
        waiting = tuple(objections(seen))
        if waiting:
            raise Refused(*waiting)
        done = go_on(work, rotation)
    return replace(done, seen=seen, diagnostics=(*done.diagnostics, *(_unseen() if offline else ())))


def abort(
    plan: ClusterPlan,
    pki_dir: Path,
    ca: str | None = None,
    *,
    offline: bool = False,
    before_joining: Callable[[], tuple[Diagnostic, ...]] = tuple,
    now: Clock = clock.now,
    reporter: Reporter = silent,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> Rotated:
    """Go one step back, as long as both CAs are trusted; ``before_joining`` runs before a split is undone.

    Raises:
        UsageError: EB380, as :func:`begin` does.
        Refused: EB380, there is nothing to go back from or no way back; EB382, a member serves what the new
            CA has signed (``offline``: nobody looks); the old CA's key is not there.
        Missing: the disk said no.
    """
    with open_pairs(pki_dir, watcher=watcher) as tree:
        demand_any(plan, tree, ca)
        work = work_on(plan, tree, ca, now(), passphrases, reporter)
        rotation = demand_rotation(work)
        if rotation.step is Step.BUNDLE:
            ahead = () if offline else tuple(objections(_ahead(work, rotation)))
            if ahead:
                raise Refused(*ahead)
            told = before_joining() if rotation.splits else ()
            done = go_back(work, rotation)
            return replace(done, aborted=True, diagnostics=(*told, *done.diagnostics))
        if rotation.step is Step.REISSUE and not work.line.inner:
            return replace(swap(work, rotation, Step.BUNDLE), aborted=True)
        message = f"there is no way back from step {rotation.step} of {work.line.name}"
        raise Refused.because("EB380", message, "finish with --next, then put another CA in its place")


def is_under_way(plan: ClusterPlan, pki_dir: Path, ca: str | None = None) -> bool:
    """Whether a rotation of that CA is; raises as :func:`begin` does."""
    with open_pairs(pki_dir, writing=False) as tree:
        return rotations_of(tree).of(chosen(plan, rotations_of(tree), ca)) is not None


def standing(
    plan: ClusterPlan,
    pki_dir: Path,
    ca: str | None = None,
    *,
    offline: bool = False,
    now: Clock = clock.now,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> Rotated:
    """How the rotation stands, and what members show of its step; nothing is written.

    Where several CAs match and none is being replaced, the result names none.

    Raises:
        UsageError, Refused, Missing: as :func:`begin` does.
    """
    with open_pairs(pki_dir, writing=False) as tree:
        if is_idle(plan, rotations_of(tree), ca):
            return Rotated("", None, inner=False)
        work = work_on(plan, tree, ca, now(), passphrases, silent)
        rotation = work.rotation
        seen = look_over(work, rotation) if rotation is not None and not offline else ()
    return Rotated(work.line.name, rotation, work.line.inner, seen=seen)


def _ahead(work: Work, rotation: Rotation) -> Iterator[Sighting]:
    """The members that serve what the CA that is given up has signed; one that cannot be seen is none."""
    certificate = kept(work, rotation)[work.line.signer].certificate
    for sighting in serves(work.plan, work.line, certificate):
        if sighting.answer:
            yield replace(sighting, question=Question.SERVES_OLD, answer=False)


def _unseen() -> Iterator[Diagnostic]:
    message = "nobody looked whether the members are as far; one that is not may be cut off"
    yield warning("EB384", message, "see how they stand with: etcdboot certs rotate-ca status")
