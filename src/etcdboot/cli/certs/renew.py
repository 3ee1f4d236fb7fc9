"""``etcdboot certs renew``."""

from __future__ import annotations

import click

from etcdboot.cli.certs.showing import outcome, pki_folder
from etcdboot.cli.options import output_options, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output


@click.command(epilog="\b\nExamples:\n  etcdboot certs renew etcd1/server\n  etcdboot certs renew --all")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="All of them but the CAs.")
@spec_option
@pki_option
@output_options
@click.pass_obj
def command(output: Output, names: tuple[str, ...], everything: bool, file: str, pki: str | None) -> Outcome:
    """Make certificates anew, with new keys.

    NAME is a certificate as `etcdboot certs` lists it: etcd1/server, etcd1/peer, client/root.
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.certs import issuing
    from etcdboot.workflows.cluster import open_cluster

    if names and everything:
        raise click.UsageError("name certificates or say --all, not both")
    cluster = open_cluster(file)
    with reporter(output) as report:
        result = issuing.renew(
            cluster.plan, pki_folder(cluster, pki), names, everything=everything, reporter=report
        )
    again = "write the members' files again (etcd reads a new pair at the next connection)"
    return outcome(cluster, result, f"{again}: {to_paste('render', file)}")
