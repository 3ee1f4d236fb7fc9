"""How the certificates stand: in ``pki/``, and on the wire. Writes nothing and needs no key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from etcdboot.effects import clock
from etcdboot.effects.pairs import open_pairs
from etcdboot.effects.serving import presented
from etcdboot.ground.errors import ExitCode, first_of
from etcdboot.ground.report import Diagnostic
from etcdboot.ground.values import dataclass, replace
from etcdboot.model.due import Within
from etcdboot.model.plan import ClusterPlan
from etcdboot.products.pki import inventory, live
from etcdboot.products.pki.inventory import Entry
from etcdboot.products.pki.live import Sight
from etcdboot.products.pki.status import Row, exit_code, rows
from etcdboot.workflows.certs.issuing import Certificate
from etcdboot.workflows.certs.standing import look, placed


@dataclass(frozen=True, slots=True)
class Status:
    """How all planned certificates stand; ``live`` what the hosts serve (None: they were not asked)."""

    rows: tuple[Row, ...]
    live: tuple[Sight, ...] | None
    pki_dir: Path

    @property
    def exit_code(self) -> ExitCode:
        """Drift when something is due, missing or unfit, here or on the wire; refused for worse."""
        return first_of([exit_code(self.rows), *([live.exit_code(self.live)] if self.live else [])])

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that is wrong, each with its file."""
        here = (placed(each, self.pki_dir) for row in self.rows for each in row.problems)
        return (*here, *(each.problem for each in self.live or () if each.problem))

    def as_json(self) -> dict[str, object]:
        """The keys that ``-w json`` prints."""
        body: dict[str, object] = {"certificates": [row_json(row) for row in self.rows]}
        return body if self.live is None else body | {"live": [each.as_json() for each in self.live]}


def status(
    plan: ClusterPlan,
    pki_dir: Path,
    within: Within | None = None,
    *,
    wire: bool = False,
    now: Callable[[], datetime] = clock.now,
) -> Status:
    """How every planned certificate stands; with ``wire`` also what the members serve.

    Raises:
        Missing: the disk said no.
        Refused: something is in the way, or another etcdboot is writing there.
    """
    moment = now()
    entries = judged(plan, pki_dir, moment)
    return Status(rows(entries, moment, within), _seen(plan, entries, moment) if wire else None, pki_dir)


def judged(plan: ClusterPlan, pki_dir: Path, now: datetime) -> tuple[Entry, ...]:
    """What stands for each planned certificate, judged by itself: whoever wrote it, and whether for good."""
    with open_pairs(pki_dir, writing=False) as tree:
        return inventory.judge((replace(each, foreign=()) for each in look(tree, plan)), now)


def row_json(row: Row) -> dict[str, object]:
    """The entry of ``certificates`` (design section 5), and how it stands; null where there is none."""
    found, facts = row.entry.found, row.entry.facts
    path = found.paths.certificate
    shown: dict[str, object] = {"name": row.request.name, "path": str(path), "ca": row.request.ca_name}
    if facts is None:
        shown |= dict.fromkeys(("subject", "sans", "usages", "not_before", "not_after", "key", "sha256"))
    else:
        shown |= Certificate(row.request.name, path, row.request.ca_name, facts).as_json()
    return shown | {
        "state": str(row.state),
        "residual": row.residual,
        "due": row.due,
        "has_key": row.has_key,
        "problems": [
            {"severity": str(each.severity), "code": each.code, "message": each.message, "hint": each.hint}
            for each in row.problems
        ],
    }


def _seen(plan: ClusterPlan, entries: tuple[Entry, ...], now: datetime) -> tuple[Sight, ...]:
    places = live.places(plan)
    found = presented(place.url for place in places)
    return tuple(
        live.compare(place, each.certificate, each.problem, entries, now)
        for place, each in zip(places, found, strict=True)
    )
