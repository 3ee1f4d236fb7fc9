"""Certificates judged before they are handed on, whoever made them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, Severity, has_errors
from etcdboot.base.errors import Drift, Refused
from etcdboot.base.fast_dataclasses import replace
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.pki.store import inventory, selection
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issued import departed, look_at_record
from etcdboot.workflows.certs.pki_state import look, placed
from etcdboot.workflows.certs.revocation_lists import look_at_lists

_HALF = "EB310"  # a pair without one of its files
_REVOKED = "EB377"


def vouch(
    plan: ClusterPlan, pki_dir: Path, *, now: Callable[[], datetime] = clock.now
) -> tuple[Diagnostic, ...]:
    """Judge the certificates of the plan's members and clients before they are handed on, whoever made them.

    Gives what is worth saying of those that may go; a key that is not there is not missed.

    Raises:
        Refused: one is damaged, its key is another's, or its CA is not sound.
        Drift: one does not fit the plan any more.
    """
    with open_pairs(pki_dir, writing=False) as tree:
        found = tuple(replace(each, foreign=(), edited=(), lost=False) for each in look(tree, plan))
        lists = look_at_lists(tree, plan.crls)
        moment = now()
        judged = inventory.judge(found, moment)
        outside = tuple(departed(tree, plan, look_at_record(tree, judged), moment))
    names = frozenset(request.name for member in plan.members for request in member.certificates) | frozenset(
        client.certificate.name for client in plan.clients if client.certificate
    )
    entries = selection.concerned(judged, names)
    refusals = tuple(placed(each, pki_dir) for entry in entries for each in entry.refusals)
    if refusals:
        raise Refused(*refusals)
    findings = tuple(
        placed(_borne(each), pki_dir) for entry in entries for each in entry.findings if each.code != _HALF
    )
    findings += tuple(placed(each, pki_dir) for each in lists.flaws(entries, moment))
    if has_errors(findings):
        raise Drift(*findings)
    return (*findings, *outside)


def _borne(finding: Diagnostic) -> Diagnostic:
    """A client that is revoked must not hold up the list that says so."""
    is_client = finding.code == _REVOKED and finding.path.startswith("client/")
    return replace(finding, severity=Severity.WARNING) if is_client else finding
