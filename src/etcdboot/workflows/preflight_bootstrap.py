"""Whether founders will find one another: the discovery token and the DNS records, before they look."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.bootstrap.discovery_checks import objections, standing
from etcdboot.bootstrap.dns_records import Side, WantedRecords, wanted_records
from etcdboot.bootstrap.preflight_report import Part, of_error
from etcdboot.observations.dns_answers import NameServer
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.discovery.registry import read_registry

_NO_DNSPYTHON, _NO_PASSWORD = "EB574", "EB008"
_LEFT_OUT = {_NO_DNSPYTHON: "the DNS records were", _NO_PASSWORD: "the discovery token was"}
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
        installed = fresh is not None  # the password too, where etcd reads it
        return Rendezvous((installed and _left_out(cause, _NO_PASSWORD)) or of_error(cause))
    seen = standing(registry, plan.founders)
    if fresh is None:
        wrong = tuple(each for each in seen.diagnostics if each.code != _NOT_YET)
    else:
        wrong = objections(registry, plan.founders, fresh, begun)
    return Rendezvous(Part(ExitCode.REFUSED, wrong), seen.as_json())


def by_dns(plan: ClusterPlan, servers: tuple[NameServer, ...]) -> Rendezvous:
    """Whether those name servers know the records that founders ask for."""
    from etcdboot.workflows.dns import CheckResult, look_up  # brings what only this mode needs

    try:
        report = look_up(plan, _for_members(wanted_records(plan)), servers)
    except EtcdbootError as cause:
        return Rendezvous(_left_out(cause, _NO_DNSPYTHON) or of_error(cause))
    checked = CheckResult(report, servers, report.diagnostics)
    return Rendezvous(Part(report.exit_code, checked.diagnostics), checked.as_json())


def _for_members(wanted: WantedRecords) -> WantedRecords:
    """The records that members ask for; those for clients keep nobody from starting."""
    pairs = tuple(each for each in wanted.pairs if each.side is Side.SERVER)
    names = [name for pair in pairs for name in pair.both]
    services = tuple(each for each in wanted.services if each.name in names)
    led_to = {each.service.target for each in services}
    targets = tuple(each for each in wanted.targets if each.name in led_to)
    return replace(wanted, pairs=pairs, services=services, targets=targets)


def _left_out(cause: EtcdbootError, code: str) -> Part | None:
    """Members can do without what we lack, so that it is missing (``code``) is only worth a note."""
    (lacking,) = cause.diagnostics[:1]
    if lacking.code != code:
        return None
    message = f"{_LEFT_OUT[code]} not looked up: {lacking.message}"
    return Part(ExitCode.OK, (Diagnostic(Severity.NOTE, "EB549", message, lacking.hint),))
