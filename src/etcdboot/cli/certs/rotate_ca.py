"""``etcdboot certs rotate-ca``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etcdboot.cli.certs.showing import passphrases, pki_folder
from etcdboot.cli.options import (
    output_options,
    passphrase_option,
    pki_option,
    rendered_option,
    spec_option,
    to_paste,
)
from etcdboot.cli.output import Grid, Outcome, Output
from etcdboot.ground.errors import ExitCode

if TYPE_CHECKING:
    from etcdboot.model.sighting import Sighting
    from etcdboot.workflows.certs.line import Rotated
    from etcdboot.workflows.cluster import Cluster

_EPILOG = """\b
Examples:
  etcdboot certs rotate-ca            # begin: a new CA, trusted beside the old one
  etcdboot certs rotate-ca status     # which members are as far
  etcdboot certs rotate-ca --next     # go on, once all of them are
\b
Exit codes: 0 done, or (status) every member is as far; 4 (status) one is not; 7 refused, as while one is
not.
"""


@click.command(epilog=_EPILOG)
@click.argument("what", required=False, type=click.Choice(["status"]), metavar="[status]")
@click.option("--next", "go_on", is_flag=True, help="Go on to the next step.")
@click.option("--abort", "go_back", is_flag=True, help="Go a step back, as long as both CAs are trusted.")
@click.option("--ca", default=None, metavar="NAME", help="Which CA, where there are several.")
@click.option("--offline", is_flag=True, help="Do not look at the members.")
@spec_option
@pki_option
@rendered_option
@passphrase_option
@output_options
@click.pass_obj
def command(
    output: Output,
    what: str | None,
    go_on: bool,
    go_back: bool,
    ca: str | None,
    offline: bool,
    file: str,
    pki: str | None,
    out: str | None,
    passphrase_file: str | None,
) -> Outcome:
    """Put a new CA in place of the old one, without a moment of downtime.

    Three steps: both CAs are trusted; the new one signs everything; the new one alone is trusted. After the
    first and the last, members are restarted one after the other. Each step waits until every member shows
    that the last one is in force there. Without options: begin, or tell how it stands.
    """
    if sum((what is not None, go_on, go_back)) > 1:
        raise click.UsageError("say one of status, --next and --abort")
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.certs import rotating
    from etcdboot.workflows.cluster import open_cluster

    cluster = open_cluster(file)
    folder, secrets = pki_folder(cluster, pki), passphrases(passphrase_file)
    with reporter(output) as report:
        if go_on:
            done = rotating.advance(
                cluster.plan, folder, ca, offline=offline, reporter=report, passphrases=secrets
            )
        elif go_back:
            done = rotating.abort(
                cluster.plan, folder, ca, offline=offline, reporter=report, passphrases=secrets
            )
        elif what or rotating.is_under_way(cluster.plan, folder, ca):
            done = rotating.standing(cluster.plan, folder, ca, offline=offline, passphrases=secrets)
        else:
            done = rotating.begin(cluster.plan, folder, ca, reporter=report, passphrases=secrets)
    return _outcome(cluster, done, folder, file, out or str(Path(file).parent / "out"), offline=offline)


def _outcome(cluster: Cluster, done: Rotated, pki: Path, file: str, out: str, *, offline: bool) -> Outcome:
    from etcdboot.model.sighting import objections
    from etcdboot.products.render.rolling import order
    from etcdboot.workflows.certs.sighting import leader_of

    waiting = () if done.changes else tuple(objections(done.seen))
    leader = None if offline or done.rotation is None else leader_of(cluster.plan, pki)
    return Outcome(
        exit_code=ExitCode.DRIFT if waiting else ExitCode.OK,
        diagnostics=(*cluster.diagnostics, *done.diagnostics, *waiting),
        body=done.as_json() | {"order": [each.name for each in order(cluster.plan, leader)]},
        lines=tuple(_lines(done)),
        table=(lambda: _table(done.seen)) if done.seen else None,
        next_lines=tuple(_next(cluster, done, file, out, leader)),
    )


_SAID = {
    "bundle": "step 1 of 3, bundle: the old CA signs, and the new one is to be trusted beside it",
    "reissue": "step 2 of 3, reissue: the new CA has signed everything, and both are trusted",
    "drop": "step 3 of 3, drop: the new CA alone is to be trusted",
}
_OVER = {
    (False, False): "no rotation is under way",
    (True, False): "the rotation is over",
    (True, True): "the rotation is called off: the old CA alone is to be trusted",
}
_INNER = "reissue: the new intermediate has signed everything; the root that is trusted stays"
_QUESTIONS = {
    "trusts-new": "trusts the new CA",
    "serves-new": "serves what the new CA signed",
    "forgot-old": "refuses the old CA",
}


def _lines(done: Rotated) -> Iterator[str]:
    if done.rotation is None:
        yield f"{done.ca}: {_OVER[bool(done.changes), done.aborted]}"
        return
    yield f"{done.ca}: {_INNER if done.inner else _SAID[done.rotation.step]}"
    yield f"  old {done.rotation.old[:16]}…  new {done.rotation.new[:16]}… (sha256)"
    if not done.changes:
        yield from (
            f"  {_answer(each)}  {each.member}  {each.url}  {_QUESTIONS[each.question]}" for each in done.seen
        )


def _answer(seen: Sighting) -> str:
    return {True: "yes", False: "no ", None: "?  "}[seen.answer]


def _table(seen: tuple[Sighting, ...]) -> tuple[Grid]:
    rows = (
        (each.member, each.url, _QUESTIONS[each.question], _answer(each).strip(), each.detail)
        for each in seen
    )
    return (Grid(("member", "url", "question", "answer", "detail"), rows),)


def _next(cluster: Cluster, done: Rotated, file: str, out: str, leader: str | None) -> Iterator[str]:
    """What a human does until the step is in force everywhere, and how to go on then."""
    from etcdboot.products.render.rolling import handing_out, rolling_restart

    if done.rotation is None and not done.aborted:
        return
    if not done.changes and done.seen and all(each.answer for each in done.seen):
        yield f"go on: {to_paste('certs rotate-ca', file)} --next"
        return
    yield f"write the members' and clients' files again: {to_paste('render', file)}"
    step, clients = _situation(done), _concerns_clients(cluster, done.ca)
    if clients and step in _CLIENTS_FIRST:
        yield _CLIENTS_FIRST[step]
    if step in ("bundle", "drop", "abort"):
        yield rolling_restart(cluster.plan, out, file, leader)
    else:
        yield handing_out(cluster.plan, out)
    if clients and step in _CLIENTS_THEN:
        yield _CLIENTS_THEN[step]
    if done.rotation is None:
        return
    which = f" --ca {done.ca}" if sum(each.is_ca for each in cluster.plan.certificates) > 1 else ""
    yield f"then go on: {to_paste('certs rotate-ca', file)}{which} {'--abort' if done.aborted else '--next'}"


def _concerns_clients(cluster: Cluster, ca: str) -> bool:
    """Whether clients trust that CA, or show what it signed; a CA of peers alone is the members' matter."""
    from etcdboot.model.certificates import CertKind

    return any(
        ca in (each.ca_name, *each.above)
        for each in cluster.plan.certificates
        if each.kind in (CertKind.SERVER, CertKind.CLIENT)
    )


def _situation(done: Rotated) -> str:
    if done.aborted:
        return "back" if done.rotation else "abort"
    return "inner" if done.inner or done.rotation is None else str(done.rotation.step)


# Nobody can see from here whom clients trust and what they show.
_CLIENTS_FIRST = {
    "bundle": "give every client its new ca.pem, which holds both CAs, before the next step: who trusts the "
    "old one alone will not get in then",
}
_CLIENTS_THEN = {
    "reissue": "give every client its new certificate before the next step: who shows an old one will not "
    "get in then",
    "drop": "give every client its new ca.pem, which holds the new CA alone",
    "inner": "give every client its new certificate, with the new intermediate in its file",
    "back": "give every client its new certificate, which the old CA has signed",
    "abort": "give every client its former ca.pem",
}
