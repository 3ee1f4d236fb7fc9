"""``etcdboot certs status``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from etcdboot.cli.certs.expiry_option import within_option
from etcdboot.cli.options import output_options, pki_option, spec_option
from etcdboot.cli.output import Outcome
from etcdboot.cli.table import Grid

if TYPE_CHECKING:
    from datetime import datetime

    from etcdboot.pki.inspection.served_comparison import Sight
    from etcdboot.pki.inspection.status import Row
    from etcdboot.pki.revocation.issued_status import IssuedState
    from etcdboot.pki.revocation.lists import Standing
    from etcdboot.pki.store.expiry import Within
    from etcdboot.pki.store.issued_register import Issued
    from etcdboot.workflows.certs.status import Status

_EPILOG = """\b
Examples:
  etcdboot certs status
  etcdboot certs status --within 20% --live
  etcdboot certs status --all
\b
Exit codes: 0 nothing is due, 4 something is due, missing or does not fit, or a host serves another
certificate, 6 no host answers, 7 something is damaged or its CA is not sound.
"""
_HEAD = ("certificate", "state", "subject", "expires", "residual", "ca", "key", "names")
_LIST_HEAD = ("list", "state", "number", "expires", "residual", "ca", "revoked")
_ISSUED_HEAD = ("issued", "serial", "ca", "from", "expires", "state")
_LIVE_HEAD = ("url", "certificate", "serves", "expires")
Cells = tuple[str, ...]


@click.command(epilog=_EPILOG)
@within_option
@click.option("--live", is_flag=True, help="Also ask every member what it serves.")
@click.option("--all", "everything", is_flag=True, help="Also list every valid certificate that was issued.")
@spec_option
@pki_option
@output_options
def command(within: Within | None, live: bool, everything: bool, file: str, pki: str | None) -> Outcome:
    """Show how the certificates stand: which are there, how long they last, what is wrong with them.

    Writes nothing and needs no key. With --live the certificates are also read off the wire, from each
    member's client and peer URLs, and compared with pki/. With --all every certificate is listed that was
    issued and has not expired, also those that were renewed, revoked or removed from the spec.
    """
    from etcdboot.workflows.certs.status import status
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki)
    found = status(cluster.plan, cluster.pki, within, wire=live, everything=everything)
    return Outcome(
        found.exit_code,
        (*cluster.diagnostics, *found.diagnostics),
        found.as_json(),
        _text(found),
        lambda: _tables(found),
    )


def _text(found: Status) -> tuple[str, ...]:
    from etcdboot.cli.local_output import aligned

    parts = [line for head, rows in _parts(found) for line in (*aligned((head, *rows)), "")]
    return (*parts, _summary(found))


def _tables(found: Status) -> tuple[Grid | str, ...]:
    return (*(Grid(head, rows) for head, rows in _parts(found)), _summary(found))


def _parts(found: Status) -> Iterator[tuple[Cells, list[Cells]]]:
    """The tables: leaves, CAs, lists, the record, and what is served; none without rows."""
    leaves = [_cells(row) for row in found.rows if not row.request.is_ca]
    authorities = [_cells(row) for row in found.rows if row.request.is_ca]
    served = [_served(each) for each in found.live or ()]
    lists = [_list(each, found.now) for each in found.lists]
    issued = [_issued(*each) for each in found.issued or ()]
    for head, rows in (
        (_HEAD, leaves),
        (("authority", *_HEAD[1:]), authorities),
        (_LIST_HEAD, lists),
        (_ISSUED_HEAD, issued),
        (_LIVE_HEAD, served),
    ):
        if rows:
            yield head, rows


def _cells(row: Row) -> Cells:
    request, facts = row.request, row.entry.facts
    key = "present" if row.has_key else "absent"
    if facts is None or row.residual is None:
        return (request.name, str(row.state), "-", "-", "-", request.ca_name, key, "-")
    return (
        request.name,
        str(row.state),
        ", ".join(f"{kind}={value}" for kind, value in facts.subject) or "-",
        f"{facts.not_after:%Y-%m-%d %H:%M}",
        _left(row.residual),
        request.ca_name,
        key,
        _names(row),
    )


def _names(row: Row) -> str:
    if row.lacking:
        return f"lacks {', '.join(row.lacking)}"
    return "fit" if row.request.sans else "-"


def _list(each: Standing, now: datetime) -> Cells:
    from etcdboot.plan.revocation_lists import crl_paths

    facts, ca_name = each.listed.facts, each.listed.request.ca_name
    path, residual = str(crl_paths(ca_name).der), each.residual(now)
    if facts is None or residual is None:
        return (path, each.state, "-", "-", "-", ca_name, "-")
    expires = f"{facts.next_update:%Y-%m-%d %H:%M}"
    return (path, each.state, str(facts.number), expires, _left(residual), ca_name, str(len(facts.serials)))


def _issued(issued: Issued, state: IssuedState) -> Cells:
    dates = (f"{moment:%Y-%m-%d %H:%M}" for moment in (issued.not_before, issued.not_after))
    return (issued.name, f"{issued.serial:x}", issued.ca, *dates, str(state))


def _served(sight: Sight) -> Cells:
    expires = f"{sight.facts.not_after:%Y-%m-%d %H:%M}" if sight.facts else "-"
    return (str(sight.place.url), sight.place.request.name, str(sight.state), expires)


def _left(residual: int) -> str:
    from etcdboot.base.durations import brief

    return brief(residual) if residual > 0 else f"{brief(-residual)} ago"


def _summary(found: Status) -> str:
    """One line that a monitor can pass on."""
    if not found.rows:
        return "no certificates: TLS is off, or left to etcd"
    said = [f"{len(found.rows)} certificates: {_counted(str(row.state) for row in found.rows)}"]
    ending = [row for row in found.rows if row.residual is not None]
    if ending:
        first = min(ending, key=lambda row: row.residual or 0)
        ends = "ends in" if (first.residual or 0) > 0 else "ended"
        said.append(f"{first.request.name} {ends} {_left(first.residual or 0)}")
    if found.live:
        said.append(f"{len(found.live)} URLs: {_counted(str(each.state) for each in found.live)}")
    return "; ".join(said)


def _counted(states: Iterable[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in Counter(states).items())
