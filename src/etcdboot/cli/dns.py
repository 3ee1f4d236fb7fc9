"""``etcdboot dns``: the DNS records of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from etcdboot.base.errors import ExitCode
from etcdboot.base.text import counted
from etcdboot.cli.duration_type import TIMEOUT
from etcdboot.cli.options import output_options, spec_option
from etcdboot.cli.output import Outcome
from etcdboot.cli.table import Grid
from etcdboot.formats.bind import HIGHEST_TTL

if TYPE_CHECKING:
    from etcdboot.workflows.dns import CheckResult, ZoneResult

# Those of bootstrap.dns_zone_formats.FORMATS, which --help need not import.
FORMAT_NAMES = ("bind", "dnsmasq", "nsupdate", "table")
_HIGHEST_SERIAL = 2**32 - 1  # RFC 1035 section 3.3.13
_STYLES = {"ok": "green"}

domain_option = click.option(
    "--domain", metavar="NAME",
    help="For a spec of another mode: clients' records alone, in this domain.",
)  # fmt: skip


@click.group(
    epilog="\b\nExamples:\n  etcdboot dns zone --format dnsmasq > etcd.conf\n"
    "  etcdboot dns zone --format nsupdate | nsupdate -k update.key\n  etcdboot dns check"
)
def command() -> None:
    """Render and check the DNS records."""


@command.command(
    epilog="\b\nExamples:\n"
    "  etcdboot dns zone > etcd.records                  # then, in the zone: $INCLUDE etcd.records\n"
    "  etcdboot dns zone --full --ns ns1.example.com=192.168.202.53\n"
    "  etcdboot dns zone --format nsupdate --server 192.168.202.53 | nsupdate -k update.key"
)
@spec_option
@click.option(
    "--format", "format", type=click.Choice(FORMAT_NAMES), default="bind", show_default=True,
    help="Records for a zone file, configuration of dnsmasq, a dynamic update, or columns.",
)  # fmt: skip
@click.option(
    "--ttl", type=click.IntRange(1, HIGHEST_TTL), default=300, show_default=True, metavar="SECONDS",
    help="How long others may keep a record.",
)  # fmt: skip
@click.option("--zone", metavar="NAME", help="The zone they go into, when it is above the domain.")
@click.option("--full", is_flag=True, help="bind: a whole zone, with SOA and NS.")
@click.option(
    "--serial", type=click.IntRange(1, _HIGHEST_SERIAL), metavar="N",
    help="With --full: the zone's serial number; raise it at each change.  [1]",
)  # fmt: skip
@click.option(
    "--ns", "authorities", multiple=True, metavar="NAME[=ADDRESS]",
    help="With --full: a name server of the zone; may be repeated.  [localhost]",
)  # fmt: skip
@click.option("--server", metavar="IP[:PORT]", help="nsupdate: who takes the update.  [the SOA's]")
@domain_option
@output_options
def zone(**options: Any) -> Outcome:
    """Print the records that etcd and its clients look for.

    SRV records for the founders (_etcd-server) and for every member's client URL (_etcd-client), with -ssl
    where TLS is spoken, and the addresses of the names that lie in the zone. The same spec gives the same
    bytes.
    """
    from etcdboot.workflows.dns import ZoneRequest, zone

    result = zone(ZoneRequest(**options))
    return Outcome(
        diagnostics=result.diagnostics,
        body=result.as_json(),
        product=result.text,
        table=lambda: _zone_table(result),
    )


@command.command(
    epilog="\b\nExamples:\n  etcdboot dns check\n  etcdboot dns check --server 192.168.202.53 -w table\n"
    "\b\nExit codes: 0 all fits, 4 something does not, 6 no name server answers."
)
@spec_option
@click.option(
    "--server", metavar="IP[:PORT]", help="Ask this name server.  [those of /etc/resolv.conf, as etcd does]"
)
@click.option(
    "--timeout", type=TIMEOUT, default="2s", show_default=True, metavar="D",
    help="For one answer; each server is asked twice.",
)  # fmt: skip
@domain_option
@output_options
def check(file: str, **options: Any) -> Outcome:
    """Ask the name server, and compare what it says with the spec.

    All that etcd looks up: the SRV records of both schemes, and the addresses that their targets lead to.
    """
    from etcdboot.workflows.dns import check

    result = check(file, **options)
    return Outcome(
        result.report.exit_code,
        result.diagnostics,
        result.as_json(),
        _check_lines(result),
        lambda: _check_table(result),
    )


def _zone_table(result: ZoneResult) -> tuple[Grid]:
    rows = ((f"{each.name}.", str(each.ttl), each.type, " ".join(each.data)) for each in result.records)
    return (Grid(("name", "ttl", "type", "data"), rows),)


def _check_lines(result: CheckResult) -> tuple[str, ...]:
    """A line for each record, and one that counts."""
    lines = [
        f"{each.status:13} {each.name} {each.type} {each.told or each.because}"
        for each in result.report.lines
    ]
    wrong = sum(each.status != "ok" for each in result.report.lines)
    fits = "all fit" if result.report.exit_code is ExitCode.OK else "each fits, together they do not"
    if wrong:
        fits = f"{wrong} do{'es' if wrong == 1 else ''} not fit"
    asked = ", ".join(map(str, result.servers))
    return (*lines, f"{counted(len(lines), 'record')}, {fits}; asked {asked}")


def _check_table(result: CheckResult) -> tuple[Grid]:
    rows = (
        (
            each.name,
            each.type,
            each.expected or "",
            each.seen or each.because,
            (each.status, _STYLES.get(each.status, "red")),
        )
        for each in result.report.lines
    )
    return (Grid(("name", "type", "wanted", "seen", "state"), rows),)
