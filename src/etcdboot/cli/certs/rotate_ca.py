"""``etcdboot certs rotate-ca``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import replace
from etcdboot.cli.certs.output import passphrases
from etcdboot.cli.options import (
    output_options,
    passphrase_option,
    pki_option,
    rendered_option,
    spec_option,
    to_paste,
)
from etcdboot.cli.output import Outcome, Output
from etcdboot.cli.table import Grid
from etcdboot.spec.spec import CaLayout

if TYPE_CHECKING:
    from etcdboot.pki.rotation.readiness import Sighting
    from etcdboot.workflows.certs.rotation.context import Rotated
    from etcdboot.workflows.cluster import Cluster

_EPILOG = """\b
Examples:
  etcdboot certs rotate-ca            # begin: a new CA, trusted beside the old one
  etcdboot certs rotate-ca status     # which members are as far
  etcdboot certs rotate-ca --next     # go on, once all of them are
  etcdboot certs rotate-ca --split    # begin: a separate CA for peers
\b
Exit codes: 0 done, or (status) every member is as far; 4 (status) one is not; 7 refused, as while one is
not.
"""


@click.command(epilog=_EPILOG)
@click.argument("what", required=False, type=click.Choice(["status"]), metavar="[status]")
@click.option("--next", "go_on", is_flag=True, help="Go on to the next step.")
@click.option("--abort", "go_back", is_flag=True, help="Go a step back, as long as both CAs are trusted.")
@click.option("--split", is_flag=True, help="Give peers a separate CA, where one CA signs for all.")
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
    split: bool,
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

    With --split the new CA is for peers only, and clients and servers keep the one they have. The later steps
    are the same. The spec is edited: certificates.ca becomes split.
    """
    if sum((what is not None, go_on, go_back, split)) > 1:
        raise click.UsageError("use one of status, --next, --abort and --split")
    if split and ca:
        raise click.UsageError("--split is about the CA of the peers: leave --ca out")
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki, contradicts=split)
    with reporter(output) as report:
        more = {"reporter": report, "passphrases": passphrases(passphrase_file)}
        if split:
            cluster, done = _split(cluster, file, offline=offline, **more)
        elif go_on:
            done = _go_on(cluster, file, ca, offline=offline, **more)
        elif go_back:
            done = _go_back(cluster, file, ca, offline=offline, **more)
        else:
            done = _begin(cluster, ca, asked=what is not None, offline=offline, **more)
    return _outcome(cluster, done, file, out or str(Path(file).parent / "out"), offline=offline)


def _begin(cluster: Cluster, ca: str | None, *, asked: bool, offline: bool, **more: Any) -> Rotated:
    """The first step; where a rotation is under way, or the status was ``asked`` for, how it stands."""
    from etcdboot.workflows.certs.rotation import rotate

    if asked or rotate.is_under_way(cluster.plan, cluster.pki, ca):
        return rotate.standing(
            cluster.plan, cluster.pki, ca, offline=offline, passphrases=more["passphrases"]
        )
    return rotate.begin(cluster.plan, cluster.pki, ca, **more)


def _split(cluster: Cluster, file: str, *, offline: bool, **more: Any) -> tuple[Cluster, Rotated]:
    """The first step of a split, or how it stands; and the cluster as it is then."""
    from etcdboot.workflows.certs.rotation import split

    cluster, done = split.begin(cluster, file, **more)
    if done.changes:
        return cluster, done
    standing = _begin(cluster, done.ca, asked=True, offline=offline, **more)
    return cluster, replace(standing, diagnostics=done.diagnostics)


def _go_on(cluster: Cluster, file: str, ca: str | None, *, offline: bool, **more: Any) -> Rotated:
    from etcdboot.workflows.certs.rotation import rotate, split

    told = split.demand_layout(cluster, file, CaLayout.SPLIT)
    done = rotate.advance(cluster.plan, cluster.pki, ca, offline=offline, **more)
    return replace(done, diagnostics=(*told, *done.diagnostics))


def _go_back(cluster: Cluster, file: str, ca: str | None, *, offline: bool, **more: Any) -> Rotated:
    from etcdboot.workflows.certs.rotation import rotate, split

    joining = partial(split.demand_layout, cluster, file, CaLayout.SHARED)
    return rotate.abort(cluster.plan, cluster.pki, ca, offline=offline, before_joining=joining, **more)


def _outcome(cluster: Cluster, done: Rotated, file: str, out: str, *, offline: bool) -> Outcome:
    from etcdboot.pki.rotation.readiness import objections
    from etcdboot.render.operator_steps.rolling_restart import order
    from etcdboot.workflows.certs.rotation.readiness import leader_of

    waiting = () if done.changes else tuple(objections(done.seen))
    leader = None if offline or done.rotation is None else leader_of(cluster.plan, cluster.pki)
    return Outcome(
        exit_code=ExitCode.DRIFT if waiting else ExitCode.OK,
        diagnostics=(*cluster.diagnostics, *done.diagnostics, *waiting),
        body=done.as_json() | {"order": [member.name for member in order(cluster.plan, leader)]},
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
        yield f"{done.ca and f'{done.ca}: '}{_OVER[bool(done.changes), done.aborted]}"
        return
    yield f"{done.ca}: {_INNER if done.inner else _SAID[done.rotation.step]}"
    yield f"  old {done.rotation.old[:16]}…  new {done.rotation.new[:16]}… (sha256)"
    if not done.changes:
        yield from (
            f"  {_answer(sighting)}  {sighting.member}  {sighting.url}  {_QUESTIONS[sighting.question]}"
            for sighting in done.seen
        )


def _answer(seen: Sighting) -> str:
    return {True: "yes", False: "no ", None: "?  "}[seen.answer]


def _table(seen: tuple[Sighting, ...]) -> tuple[Grid]:
    rows = (
        (
            sighting.member,
            sighting.url,
            _QUESTIONS[sighting.question],
            _answer(sighting).strip(),
            sighting.detail,
        )
        for sighting in seen
    )
    return (Grid(("member", "url", "question", "answer", "detail"), rows),)


def _next(cluster: Cluster, done: Rotated, file: str, out: str, leader: str | None) -> Iterator[str]:
    """What a human does until the step is in force everywhere, and how to go on then."""
    from etcdboot.render.operator_steps.rolling_restart import handing_out, rolling_restart

    if done.rotation is None and not done.aborted:
        return
    if not done.changes and done.seen and all(sighting.answer for sighting in done.seen):
        yield f"go on: {to_paste('certs rotate-ca', file)} --next"
        return
    step, clients = _situation(done), _concerns_clients(cluster, done.ca)
    whose = "members' and clients'" if clients else "members'"
    yield f"write the {whose} files again: {to_paste('render', file)}"
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
    which = f" --ca {done.ca}" if sum(request.is_ca for request in cluster.plan.certificates) > 1 else ""
    yield f"then go on: {to_paste('certs rotate-ca', file)}{which} {'--abort' if done.aborted else '--next'}"


def _concerns_clients(cluster: Cluster, ca: str) -> bool:
    """Whether clients trust that CA, or show what it signed; a CA of peers alone is the members' matter."""
    from etcdboot.plan.certificate_request import CertKind

    return any(
        ca in (request.ca_name, *request.above)
        for request in cluster.plan.certificates
        if request.kind in (CertKind.SERVER, CertKind.CLIENT)
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
