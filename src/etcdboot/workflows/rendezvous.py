"""Whether founders will find one another: the discovery token and the DNS records, before they look."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from etcdboot.ground.errors import EtcdbootError, ExitCode
from etcdboot.ground.report import Diagnostic, Severity
from etcdboot.ground.values import dataclass, replace
from etcdboot.model.plan import ClusterPlan
from etcdboot.model.resolution import NameServer
from etcdboot.products.bootstrap.preflight import Part, of_error
from etcdboot.products.bootstrap.registry import objections, standing
from etcdboot.products.bootstrap.zone import Side, WantedRecords, wanted_records
from etcdboot.workflows.discovery.hosts import read_registry

_NO_DNSPYTHON = "EB574"
_NOT_YET = "EB569"  # not all have registered: before a start that goes without saying


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """What is wrong with it, and what was found, as ``discovery status`` or ``dns check`` print it."""

    part: Part
    found: dict[str, Any] | None = None


def by_token(
    plan: ClusterPlan, folder: Path, fresh: Collection[str] | None, begun: Collection[str]
) -> Rendezvous:
    """Whether the founders in ``fresh`` can register; None: nothing is known of any member's data.

    ``begun`` are those that have data; relative files of the spec are seen from ``folder``.
    """
    try:
        registry = read_registry(plan.bootstrap, folder)
    except EtcdbootError as cause:
        return Rendezvous(of_error(cause))
    seen = standing(registry, plan.founders)
    if fresh is None:
        wrong = tuple(each for each in seen.diagnostics if each.code != _NOT_YET)
    else:
        wrong = objections(registry, plan.founders, fresh, begun)
    return Rendezvous(Part(ExitCode.REFUSED, wrong), seen.as_json())


def by_dns(plan: ClusterPlan, servers: tuple[NameServer, ...]) -> Rendezvous:
    """Whether those name servers know the records that founders ask for."""
    from etcdboot.workflows.dns import look_up  # brings what only this mode needs

    try:
        report = look_up(plan, _for_members(wanted_records(plan)), servers)
    except EtcdbootError as cause:
        return Rendezvous(_without_dnspython(cause) or of_error(cause))
    records = [each.as_json() for each in report.lines]
    found = {"servers": [str(each) for each in servers], "records": records}
    return Rendezvous(Part(report.exit_code, report.diagnostics), found)


def _for_members(wanted: WantedRecords) -> WantedRecords:
    """The records that members ask for; those for clients keep nobody from starting."""
    pairs = tuple(each for each in wanted.pairs if each.side is Side.SERVER)
    names = [name for pair in pairs for name in pair.both]
    services = tuple(each for each in wanted.services if each.name in names)
    led_to = {each.service.target for each in services}
    targets = tuple(each for each in wanted.targets if each.name in led_to)
    return replace(wanted, pairs=pairs, services=services, targets=targets)


def _without_dnspython(cause: EtcdbootError) -> Part | None:
    """Members ask DNS without it, so that we cannot is only worth a note."""
    (lacking,) = cause.diagnostics[:1]
    if lacking.code != _NO_DNSPYTHON:
        return None
    message = f"the DNS records were not looked up: {lacking.message}"
    return Part(ExitCode.OK, (Diagnostic(Severity.NOTE, "EB549", message, lacking.hint),))
