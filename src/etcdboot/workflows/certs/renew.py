"""Certificates made anew: those that are named, or those that are due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import Refused
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.progress import Reporter, silent
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.pki.rotation.rollout import Step, rollout
from etcdboot.pki.store import inventory, renewal, selection
from etcdboot.pki.store.expiry import Within
from etcdboot.pki.store.inventory import Entry
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs import external_signer
from etcdboot.workflows.certs.external_signer import Key
from etcdboot.workflows.certs.issue import CertsResult, Clock, carry_out, shown
from etcdboot.workflows.certs.pki_state import look, placed


@dataclass(frozen=True, slots=True)
class Renewal(CertsResult):
    """What was made anew (``names``), or with ``dry_run`` would be, and who needs the new files."""

    names: tuple[str, ...] = ()
    rollout: tuple[Step, ...] = ()
    dry_run: bool = False


def renew(
    plan: ClusterPlan,
    pki_dir: Path,
    names: Collection[str] = (),
    *,
    everything: bool = False,
    due: bool = False,
    within: Within | None = None,
    same_key: bool = False,
    dry_run: bool = False,
    reporter: Reporter = silent,
    now: Clock = clock.now,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> Renewal:
    """Make the named certificates anew: those of ``names``, or all but the CAs, or what of these is ``due``.

    The result tells of these alone. With ``same_key`` each keeps its key; with ``dry_run`` all is judged and
    nothing written.

    Raises:
        UsageError: no name, or one that the plan does not know.
        Refused: as for ``issue``; also a CA, a pair changed by hand, a key that cannot be kept (EB341).
        Missing: the disk said no.
    """
    named = frozenset[str]() if due else selection.chosen(plan.certificates, names, everything=everything)
    with open_pairs(pki_dir, writing=not dry_run, watcher=watcher) as tree:
        moment = now()
        judged = inventory.judge(look(tree, plan), moment)
        chosen = renewal.due_names(judged, moment, within) if due else named
        entries = selection.concerned(judged, chosen)
        wanted = selection.renewed(entries, chosen)
        held, refusals = renewal.held_keys(wanted) if same_key else ({}, ())
        keeps = {**held, **renewal.keys_elsewhere(wanted)}
        if dry_run:
            refusals = (*_unsigned(plan, entries, wanted, keeps), *refusals)
        if refusals:
            raise Refused(*(placed(each, tree.root) for each in refusals))
        done = (
            CertsResult((), shown(entries), ())
            if dry_run
            else carry_out(tree, plan, entries, wanted, moment, reporter, keeps, passphrases)
        )
    left = renewal.left_over(judged, chosen, moment, within) if due else ()
    made = tuple(entry.request.name for entry in wanted)
    told = (*done.diagnostics, *(placed(each, pki_dir) for each in left))
    return Renewal(done.changes, done.certificates, told, made, rollout(plan, made), dry_run)


def _unsigned(
    plan: ClusterPlan, entries: tuple[Entry, ...], wanted: tuple[Entry, ...], keeps: Mapping[str, Key]
) -> tuple[Diagnostic, ...]:
    """Why these could not be signed."""
    if plan.signer:
        return external_signer.refusals(entries, wanted, keeps, {})
    return selection.signers(entries, wanted)[1]
