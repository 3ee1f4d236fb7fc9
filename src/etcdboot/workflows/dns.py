"""The DNS records of a cluster: as text for a name server, and as name servers tell them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.errors import Down, UsageError
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.bootstrap.dns_checks import ZoneReport, first_questions, further_questions, judge_zone
from etcdboot.bootstrap.dns_records import DEFAULT_TTL, WantedRecords, wanted_records
from etcdboot.bootstrap.dns_zone_formats import (
    FORMATS,
    LOCALHOST,
    Publication,
    all_records,
    parse_authority,
    publish,
)
from etcdboot.effects.network.dns_client import DEFAULT_TIMEOUT, ask, own_servers
from etcdboot.formats.bind import Record
from etcdboot.observations.dns_answers import Answer, NameServer, parse_server
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.discovery_urls import parse_domain
from etcdboot.workflows.cluster import open_cluster

T = TypeVar("T")

DEFAULT_FORMAT = "bind"
DEFAULT_SERIAL = 1


@dataclass(frozen=True, slots=True)
class ZoneRequest:
    """What ``dns zone`` is asked for, as written; None and empty: not written."""

    file: str
    domain: str | None = None
    zone: str | None = None
    format: str = DEFAULT_FORMAT
    ttl: int = DEFAULT_TTL
    full: bool = False
    serial: int | None = None
    authorities: tuple[str, ...] = ()
    server: str | None = None


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """The records of a cluster, and as text in the form that was asked for."""

    text: str
    zone: str
    records: tuple[Record, ...]
    diagnostics: tuple[Diagnostic, ...]

    def as_json(self) -> dict[str, Any]:
        """The keys of ``-w json`` beyond those of every command; names and data as zone files have them."""
        records = [
            {"name": f"{each.name}.", "ttl": each.ttl, "type": str(each.type), "data": " ".join(each.data)}
            for each in self.records
        ]
        return {"zone": self.zone, "records": records}


def zone(request: ZoneRequest) -> ZoneResult:
    """The records that the spec wants.

    Raises:
        SpecError, Missing: as reading the spec does.
        Refused: EB570, the spec has no domain; EB571, its members have no names.
        UsageError: EB573, the options do not go together, or a value is none.
    """
    _demand_fitting_options(request)
    domain = _value("domain", parse_domain, request.domain) if request.domain else None
    parent = _value("zone", parse_domain, request.zone) if request.zone else None
    server = _value("server", parse_server, request.server) if request.server else None
    authorities = tuple(_value("ns", parse_authority, each) for each in request.authorities)
    cluster = open_cluster(request.file)
    wanted = wanted_records(cluster.plan, domain, parent)
    publication = Publication(
        wanted,
        request.ttl,
        request.full,
        request.serial or DEFAULT_SERIAL,
        authorities or (LOCALHOST,),
        server,
    )
    text = publish(request.format, publication)
    return ZoneResult(text, wanted.zone, all_records(publication), (*cluster.diagnostics, *wanted.remarks))


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How DNS fits the spec, and who was asked."""

    report: ZoneReport
    servers: tuple[NameServer, ...]
    diagnostics: tuple[Diagnostic, ...]

    def as_json(self) -> dict[str, Any]:
        """The keys of ``-w json`` beyond those of every command."""
        return {
            "servers": [str(each) for each in self.servers],
            "records": [each.as_json() for each in self.report.lines],
        }


def check(
    file: str,
    *,
    server: str | None = None,
    domain: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
) -> CheckResult:
    """Ask ``server``, or whom etcd on this machine would ask, and compare; ``timeout`` seconds an answer.

    Raises:
        SpecError, Missing, Refused, UsageError: as :func:`zone` does.
        Missing: EB574, dnspython is not there.
        Down: EB575, no name server answers.
    """
    servers = (_value("server", parse_server, server),) if server else own_servers()
    name = _value("domain", parse_domain, domain) if domain else None
    cluster = open_cluster(file)
    wanted = wanted_records(cluster.plan, name)
    report = look_up(cluster.plan, wanted, servers, timeout)
    return CheckResult(report, servers, (*cluster.diagnostics, *report.diagnostics))


def look_up(
    plan: ClusterPlan,
    wanted: WantedRecords,
    servers: tuple[NameServer, ...],
    timeout: float = DEFAULT_TIMEOUT,
) -> ZoneReport:
    """How what those servers say fits the records wanted.

    Raises:
        Missing: EB574, dnspython is not there.
        Down: EB575, no name server answers.
    """
    first = ask(first_questions(wanted), servers, timeout)
    _demand_an_answer(first, servers)
    further = ask(further_questions(wanted, first), servers, timeout)
    return judge_zone(plan, wanted, (*first, *further))


def _demand_an_answer(answers: tuple[Answer, ...], servers: tuple[NameServer, ...]) -> None:
    if all(each.ending.is_silence for each in answers):
        asked = " and ".join(map(str, servers))
        message = f"no name server answers (asked {asked}): {answers[0].reason}"
        hint = "start it, name another one with --server IP:PORT, or correct /etc/resolv.conf"
        raise Down.because("EB575", message, hint)


# Field of the request that only some formats take → its option.
_OPTIONS = {"full": "--full", "serial": "--serial", "authorities": "--ns", "server": "--server"}


def _demand_fitting_options(request: ZoneRequest) -> None:
    taken = FORMATS[request.format].options
    for field, option in _OPTIONS.items():
        if getattr(request, field) and field not in taken:
            others = [name for name, each in FORMATS.items() if field in each.options]
            message = f"{option} means nothing in the format {request.format}"
            raise UsageError.because("EB573", message, f"it goes with --format {' or '.join(others)}")
    if not request.full and (request.serial or request.authorities):
        option = "--serial" if request.serial else "--ns"
        raise UsageError.because("EB573", f"{option} goes with --full", "records alone have no SOA and no NS")


def _value(option: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as cause:
        raise UsageError(error("EB573", f"--{option}: {cause}")) from cause
