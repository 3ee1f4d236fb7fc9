"""``etcdboot certs``: the certificates of a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from etcdboot.cli.options import output_options, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output

if TYPE_CHECKING:
    from rich.table import Table

    from etcdboot.workflows.certs import Certificate, CertsResult
    from etcdboot.workflows.cluster import Cluster

_STATES = {"new": "new", "update": "renewed", "same": "kept"}


class IssueByDefault(click.Group):
    """A group whose first command is meant when none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, with ``issue`` put in where only options or nothing are given."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["issue", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=IssueByDefault,
    epilog="\b\nExamples:\n  etcdboot certs\n  etcdboot certs renew etcd1/server etcd1/peer",
)
def command() -> None:
    """Make, judge and renew the certificates.

    Without a command: issue, which makes what is missing and touches nothing that is there.
    """


@command.command(epilog="\b\nExample:\n  etcdboot certs -f prod/cluster.yaml")
@spec_option
@pki_option
@output_options
@click.pass_obj
def issue(output: Output, file: str, pki: str | None) -> Outcome:
    """Make the certificates that are missing.

    Those that are there stay byte for byte. One that no longer fits the spec is named (exit code 4).
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows import certs
    from etcdboot.workflows.cluster import open_cluster

    cluster = open_cluster(file)
    with reporter(output) as report:
        result = certs.issue(cluster.plan, _pki(cluster, pki), reporter=report)
    return _outcome(cluster, result, f"write each member's files: {to_paste('render', file)}")


@command.command(epilog="\b\nExamples:\n  etcdboot certs renew etcd1/server\n  etcdboot certs renew --all")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="All of them but the CAs.")
@spec_option
@pki_option
@output_options
@click.pass_obj
def renew(output: Output, names: tuple[str, ...], everything: bool, file: str, pki: str | None) -> Outcome:
    """Make certificates anew, with new keys.

    NAME is a certificate as `etcdboot certs` lists it: etcd1/server, etcd1/peer, client/root.
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows import certs
    from etcdboot.workflows.cluster import open_cluster

    if names and everything:
        raise click.UsageError("name certificates or say --all, not both")
    cluster = open_cluster(file)
    with reporter(output) as report:
        result = certs.renew(cluster.plan, _pki(cluster, pki), names, everything=everything, reporter=report)
    again = "write the members' files again (etcd reads a new pair at the next connection)"
    return _outcome(cluster, result, f"{again}: {to_paste('render', file)}")


def _pki(cluster: Cluster, written: str | None) -> Path:
    return cluster.folder / "pki" if written is None else Path(written)


def _outcome(cluster: Cluster, result: CertsResult, next_line: str) -> Outcome:
    states = _states(result)
    made = {"new", "renewed"} & set(states.values())
    return Outcome(
        exit_code=result.exit_code,
        diagnostics=(*cluster.diagnostics, *result.diagnostics),
        body={
            "changes": [{"path": str(each.artifact.path), "kind": str(each.kind)} for each in result.changes],
            "certificates": [each.as_json() for each in result.certificates],
        },
        simple=_lines(result, states) or "no certificates: TLS is off, or left to etcd",
        table=lambda: _table(result, states),
        next_lines=(next_line,) if made else (),
    )


def _states(result: CertsResult) -> dict[str, str]:
    """What became of each certificate; one that was changed by hand is not among the changes."""
    kinds = {each.artifact.path: str(each.kind) for each in result.changes}
    return {
        each.name: _STATES[kinds[each.path]] if each.path in kinds else "edited"
        for each in result.certificates
    }


def _lines(result: CertsResult, states: dict[str, str]) -> str:
    width = max((len(each.name) for each in result.certificates), default=0)
    return "\n".join(
        f"{each.name:{width}}  {states[each.name]:7}  until {_end(each)}  {_names(each)}".rstrip()
        for each in result.certificates
    )


def _table(result: CertsResult, states: dict[str, str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("certificate", "state", "signed by", "valid until", "key", "certifies")
    for each in result.certificates:
        cells = (each.name, states[each.name], each.ca, _end(each), each.facts.key, _names(each))
        table.add_row(*map(Text, cells))
    return table


def _end(certificate: Certificate) -> str:
    return f"{certificate.facts.not_after:%Y-%m-%d}"


def _names(certificate: Certificate) -> str:
    return ", ".join(map(str, certificate.facts.sans))
