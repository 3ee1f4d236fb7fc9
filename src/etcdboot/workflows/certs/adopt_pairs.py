"""Certificates that others made, taken into ``pki/``: all of them or none, each pair whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, Severity, warning
from etcdboot.base.errors import Refused
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.pki.adoption import adoption
from etcdboot.pki.adoption.adoption import Offer
from etcdboot.pki.store import inventory, selection
from etcdboot.pki.store.inventory import Entry, Found
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import CertsResult, Clock, answered, artifacts, shown
from etcdboot.workflows.certs.issued import compare, look_at_record, recreated
from etcdboot.workflows.certs.pki_state import look, placed


def adopt_files(
    plan: ClusterPlan,
    pki_dir: Path,
    offers: Iterable[Offer],
    *,
    replacing: bool = False,
    lenient: bool = False,
    now: Clock = clock.now,
    watcher: Watcher = unwatched,
) -> CertsResult:
    """Take the offers, judged against the plan and the CAs that stand there or come with them.

    The result tells of these alone; what does not fit the plan is told and taken all the same, what is no use
    to etcd is refused. ``replacing`` lets an offer take the place of another pair of ours (never of an edited
    one); ``lenient`` leaves out a leaf that is no use, and says so, instead of refusing them all.

    Raises:
        Refused: an offer is no use (EB301, EB302, EB312, EB314, EB317), its CA is not sound, or something
            stands in its place (EB398, EB402); nothing was written.
        Missing: the disk said no.
    """
    with open_pairs(pki_dir, watcher=watcher) as tree:
        judge = _Judge(tuple(look(tree, plan)), now(), replacing=replacing)
        wanted = tuple(offers)
        taken = judge.useful(wanted) if lenient else wanted
        entries = judge.entries(taken)
        refusals = [each for entry in entries for each in judge.obstacles(entry, taken)]
        if refusals:
            raise Refused(*(placed(each, tree.root) for each in refusals))
        names = {offer.name for offer in taken}
        adopted = tuple(entry for entry in entries if entry.request.name in names)
        record = look_at_record(tree, entries)
        changes = compare(tree, artifacts(adopted, {}), record, judge.moment)
        tree.write(changes, adopted={str(entry.found.paths.certificate) for entry in adopted})
        answered(tree, names)
        told = (placed(each, tree.root) for entry in adopted for each in entry.findings)
        return CertsResult(
            changes, shown(adopted), (*judge.left_out(wanted, taken), *told, *recreated(record, tree.root))
        )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Offers against what stands there, at one moment."""

    standing: tuple[Found, ...]
    moment: datetime
    replacing: bool

    def entries(self, offers: tuple[Offer, ...]) -> tuple[Entry, ...]:
        """The offered ones, as they would stand, and the CAs behind them."""
        names = {offer.name for offer in offers}
        found = adoption.as_offered(self.standing, offers)
        return selection.concerned(inventory.judge(found, self.moment), names)

    def obstacles(self, entry: Entry, offers: tuple[Offer, ...]) -> tuple[Diagnostic, ...]:
        """What forbids to take it; of a CA that is not offered, what forbids to rest upon it."""
        if not any(offer.name == entry.request.name for offer in offers):
            return entry.refusals
        before = next(each for each in self.standing if each.request.name == entry.request.name)
        found = (
            *adoption.objections(entry),
            *adoption.in_the_way(before, entry.found, replacing=self.replacing),
        )
        return tuple(replace(each, severity=Severity.ERROR) for each in found)

    def useful(self, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
        """Without the leaves that must not be taken; a CA stays, for all rests upon it."""
        refused = {
            entry.request.name
            for entry in self.entries(offers)
            if not entry.request.is_ca and self.obstacles(entry, offers)
        }
        return tuple(offer for offer in offers if offer.name not in refused)

    def left_out(self, offers: tuple[Offer, ...], taken: tuple[Offer, ...]) -> Iterator[Diagnostic]:
        """Why offers were not taken."""
        sources = {offer.name: offer.source for offer in offers if offer not in taken}
        for entry in self.entries(offers):
            name = entry.request.name
            if name not in sources:
                continue
            for each in self.obstacles(entry, offers):
                message = f"not adopted as {name}: {each.message.removeprefix(f'{name} ')}"
                yield replace(warning("EB397", message, each.hint), path=sources[name], file=sources[name])
