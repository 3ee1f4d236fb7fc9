"""``etcdboot certs renew``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from etcdboot.base.fast_dataclasses import replace
from etcdboot.cli.certs.expiry_option import within_option
from etcdboot.cli.certs.output import outcome, passphrases, with_recorded_layout
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output

if TYPE_CHECKING:
    from etcdboot.pki.rotation.rollout import Step
    from etcdboot.pki.store.expiry import Within
    from etcdboot.workflows.certs.renew import Renewal

_EPILOG = """\b
Examples:
  etcdboot certs renew etcd1/server
  etcdboot certs renew --due --dry-run
  etcdboot certs renew --all --same-key
\b
Exit codes: 0 done, or nothing to do; 4 something still does not fit; 7 refused, and nothing was written;
8 the disk said no.
"""


@click.command(epilog=_EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="All of them but the CAs.")
@click.option("--due", is_flag=True, help="Those that are due or have ended, but no CA.")
@within_option
@click.option("--same-key", is_flag=True, help="New certificates for the keys that are there.")
@click.option("--dry-run", is_flag=True, help="Judge all and say what would be done; write nothing.")
@spec_option
@pki_option
@passphrase_option
@output_options
@click.pass_obj
def command(
    output: Output,
    names: tuple[str, ...],
    everything: bool,
    due: bool,
    within: Within | None,
    same_key: bool,
    dry_run: bool,
    file: str,
    pki: str | None,
    passphrase_file: str | None,
) -> Outcome:
    """Make certificates anew, with new keys unless --same-key is said.

    NAME is a certificate as `etcdboot certs` lists it: etcd1/server, etcd1/peer, client/root.
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.certs.renew import renew
    from etcdboot.workflows.cluster import open_certified

    if sum((bool(names), everything, due)) > 1:
        raise click.UsageError("name certificates, or say --all, or --due")
    if within is not None and not due:
        raise click.UsageError("--within goes with --due")
    cluster = open_certified(file, pki)
    with reporter(output) as report:
        done = renew(
            cluster.plan,
            cluster.pki,
            names,
            everything=everything,
            due=due,
            within=within,
            same_key=same_key,
            dry_run=dry_run,
            reporter=report,
            passphrases=passphrases(passphrase_file),
        )
    if cluster.plan.signer and not dry_run:
        cluster = with_recorded_layout(cluster, file)
    return _told(outcome(cluster, done, ""), done, file)


def _told(told: Outcome, done: Renewal, file: str) -> Outcome:
    """The outcome with what comes next: for each host, and whether etcd must start again there."""
    body = {
        **told.body,
        "renewed": list(done.names),
        "dry_run": done.dry_run,
        "rollout": [step.as_json() for step in done.rollout],
    }
    if not done.names:
        return replace(told, body=body, lines=("nothing to renew",), table=None, next_lines=())
    if not done.dry_run:
        return replace(told, body=body, next_lines=tuple(_next(done.rollout, file)))
    lines = [f"would renew {', '.join(done.names)}", *(f"then {line}" for line in _next(done.rollout, file))]
    return replace(told, body=body, lines=tuple(lines), table=None, next_lines=())


def _next(rollout: tuple[Step, ...], file: str) -> list[str]:
    """What a human does with the new files."""
    concerned = {step.is_member for step in rollout}
    whose = " and ".join(_OWNERS[is_member] for is_member in _OWNERS if is_member in concerned)
    lines = [f"write the {whose} files again: {to_paste('render', file)}"]
    members: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for step in rollout:
        if step.is_member:
            members.setdefault((_pairs(step), step.restart), []).append(step.name)
    for (pairs, restart), names in members.items():
        how = _ROLLING if restart else _NO_RESTART
        lines.append(f"copy the files to the host of {', '.join(names)} ({', '.join(pairs)}): {how}")
    clients = [step.name for step in rollout if not step.is_member]
    if clients:
        lines.append(f"give its new files to the client {', '.join(clients)}")
    return [*lines, f"see that every member serves them: {to_paste('certs status', file)} --live"]


def _pairs(step: Step) -> tuple[str, ...]:
    """The certificates among the files, by the names that they have on the host."""
    names = (file.rpartition("/")[2].removesuffix(".pem") for file in step.files)
    return tuple(name for name in names if not name.endswith("-key"))


_OWNERS = {True: "members'", False: "clients'"}
_NO_RESTART = "no restart, etcd reads a pair anew at every connection"
_ROLLING = "then restart one member after the other, each when the one before is healthy (etcdboot verify)"
