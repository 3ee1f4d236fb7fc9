"""How the certificates stand: in ``pki/``, and on the wire. Writes nothing and needs no key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import ExitCode, first_of
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.tls.server_certificates import presented
from etcdboot.pki.inspection import served_comparison
from etcdboot.pki.inspection.served_comparison import Sight
from etcdboot.pki.inspection.status import Row, exit_code, rows
from etcdboot.pki.revocation.issued_status import IssuedState
from etcdboot.pki.revocation.lists import Standing
from etcdboot.pki.store import inventory
from etcdboot.pki.store.expiry import Within
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.issued_register import Issued
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.revocation_lists import crl_paths
from etcdboot.workflows.certs.issue import Certificate
from etcdboot.workflows.certs.issued import departed, look_at_record, recorded, recreated
from etcdboot.workflows.certs.pki_state import look, placed
from etcdboot.workflows.certs.revocation_lists import look_at_lists
from etcdboot.workflows.certs.rotation.context import under_way


@dataclass(frozen=True, slots=True)
class Status:
    """How all planned certificates stand; ``live`` what the hosts serve (None: they were not asked).

    ``lists`` are the revocation lists, ``remarks`` what else is worth knowing, ``now`` when all that was so;
    ``issued`` is every certificate that is recorded and has not expired (None: not asked for).
    """

    rows: tuple[Row, ...]
    live: tuple[Sight, ...] | None
    pki_dir: Path
    now: datetime
    lists: tuple[Standing, ...] = ()
    remarks: tuple[Diagnostic, ...] = ()
    issued: tuple[tuple[Issued, IssuedState], ...] | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Drift when something is due, missing or unfit, here or on the wire; refused for worse."""
        lists = [ExitCode.DRIFT for each in self.lists if each.problems]
        return first_of(
            [exit_code(self.rows), *lists, *([served_comparison.exit_code(self.live)] if self.live else [])]
        )

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that is wrong, each with its file."""
        problems = (*(row.problems for row in self.rows), *(each.problems for each in self.lists))
        here = (placed(each, self.pki_dir) for found in problems for each in found)
        return (*here, *(each.problem for each in self.live or () if each.problem), *self.remarks)

    def as_json(self) -> dict[str, object]:
        """The keys that ``-w json`` prints; ``lists`` where there are any, ``live`` where it was asked."""
        body: dict[str, object] = {"certificates": [row_json(row) for row in self.rows]}
        if self.lists:
            body["lists"] = [list_json(each, self.now) for each in self.lists]
        if self.issued is not None:
            body["issued"] = [issued.as_json() | {"state": str(state)} for issued, state in self.issued]
        return body if self.live is None else body | {"live": [each.as_json() for each in self.live]}


def status(
    plan: ClusterPlan,
    pki_dir: Path,
    within: Within | None = None,
    *,
    wire: bool = False,
    everything: bool = False,
    now: Callable[[], datetime] = clock.now,
) -> Status:
    """How every planned certificate stands; with ``wire`` also what the members serve.

    With ``everything`` also each certificate that was ever issued and has not expired.

    Raises:
        Missing: the disk said no.
        Refused: something is in the way, or another etcdboot is writing there.
    """
    moment = now()
    with open_pairs(pki_dir, writing=False) as tree:
        entries = _judged(tree, plan, moment)
        lists = look_at_lists(tree, plan.crls).standing(entries, moment)
        record = look_at_record(tree, entries)
        known = recorded(tree, plan, record, moment, entries)
        remarks = (
            *under_way(tree),
            *departed(tree, plan, record, moment),
            *(recreated(record, pki_dir) if everything else ()),
        )
    seen = _seen(plan, entries, moment) if wire else None
    return Status(
        rows(entries, moment, within),
        seen,
        pki_dir,
        moment,
        lists,
        remarks,
        known.states() if everything else None,
    )


def judged(plan: ClusterPlan, pki_dir: Path, now: datetime) -> tuple[Entry, ...]:
    """What stands for each planned certificate, judged by itself: whoever wrote it, and whether for good."""
    with open_pairs(pki_dir, writing=False) as tree:
        return _judged(tree, plan, now)


def _judged(tree: PairTree, plan: ClusterPlan, now: datetime) -> tuple[Entry, ...]:
    return inventory.judge((replace(each, foreign=()) for each in look(tree, plan)), now)


def row_json(row: Row) -> dict[str, object]:
    """The entry of ``certificates``, and its state; null where there is none."""
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
        "problems": [_problem_json(each) for each in row.problems],
    }


def list_json(each: Standing, now: datetime) -> dict[str, object]:
    """One revocation list, and how it stands; null where there is none."""
    facts, request = each.listed.facts, each.listed.request
    return {
        "ca": request.ca_name,
        "path": str(crl_paths(request.ca_name).der),
        "state": each.state,
        "number": facts.number if facts else None,
        "next_update": f"{facts.next_update:%Y-%m-%dT%H:%M:%SZ}" if facts else None,
        "residual": each.residual(now),
        "revoked": len(facts.serials) if facts else None,
        "problems": [_problem_json(problem) for problem in each.problems],
    }


def _problem_json(each: Diagnostic) -> dict[str, str]:
    return {"severity": str(each.severity), "code": each.code, "message": each.message, "hint": each.hint}


def _seen(plan: ClusterPlan, entries: tuple[Entry, ...], now: datetime) -> tuple[Sight, ...]:
    places = served_comparison.places(plan)
    found = presented(place.url for place in places)
    return tuple(
        served_comparison.compare(place, each.certificate, each.problem, entries, now)
        for place, each in zip(places, found, strict=True)
    )
