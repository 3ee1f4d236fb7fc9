"""How revocation lists are shown, by both commands that make some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from etcdboot.cli.options import to_paste
from etcdboot.cli.output import Outcome
from etcdboot.cli.table import Grid

if TYPE_CHECKING:
    from etcdboot.pki.revocation.lists import Listed
    from etcdboot.pki.store.revocation_register import Roll
    from etcdboot.workflows.certs.revoke import ListsResult
    from etcdboot.workflows.cluster import Cluster

_HEAD = ("list", "of", "number", "until", "certificate", "serial", "revoked", "reason")
Cells = tuple[str, ...]


def outcome(cluster: Cluster, done: ListsResult, file: str, said: Iterable[str]) -> Outcome:
    """What was done, then the lists as they stand; and what a human does with them."""
    return Outcome(
        diagnostics=(*cluster.diagnostics, *done.diagnostics),
        body=done.as_json(),
        lines=(*said, *(line for each in done.lists for line in _lines(*each))),
        table=lambda: _table(done),
        next_lines=tuple(_next(file)) if cluster.plan.crls and done.changes else (),
    )


def _next(file: str) -> Iterator[str]:
    yield f"write the members' files again: {to_paste('render', file)}"
    yield "copy each member's files to its host: no restart, etcd reads the list at every connection"
    yield (
        "connections that are open stay open; to end them, and where members have run since before the spec "
        "said crl, restart one after the other, each when the one before is healthy: "
        f"{to_paste('verify', file)} --wait 60s"
    )


def _lines(listed: Listed, roll: Roll) -> Iterator[str]:
    facts = listed.facts
    if facts is None:
        return
    count = len(roll.revoked)
    yield (
        f"{_path(listed)}  of {listed.request.ca_name}, number {facts.number}, "
        f"until {facts.next_update:%Y-%m-%d}, {count} revoked"
    )
    for each in roll.revoked:
        yield f"  {each.name}  {each.serial:x}  {each.when:%Y-%m-%d}  {each.reason}"


def _table(done: ListsResult) -> tuple[Grid]:
    return (Grid(_HEAD, (row for listed, roll in done.lists for row in _rows(listed, roll))),)


def _rows(listed: Listed, roll: Roll) -> Iterator[Cells]:
    if listed.facts is None:
        return
    own = (
        _path(listed),
        listed.request.ca_name,
        str(listed.facts.number),
        f"{listed.facts.next_update:%Y-%m-%d}",
    )
    if not roll.revoked:
        yield (*own, "-", "-", "-", "-")
    for each in roll.revoked:
        yield (*own, each.name, f"{each.serial:x}", f"{each.when:%Y-%m-%d}", str(each.reason))


def _path(listed: Listed) -> str:
    from etcdboot.plan.revocation_lists import crl_paths

    return str(crl_paths(listed.request.ca_name).der)
