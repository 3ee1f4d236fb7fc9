"""``etcdboot certs issue``."""

from __future__ import annotations

import click

from etcdboot.cli.certs.showing import outcome, pki_folder
from etcdboot.cli.options import output_options, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output


@click.command(epilog="\b\nExample:\n  etcdboot certs -f prod/cluster.yaml")
@spec_option
@pki_option
@output_options
@click.pass_obj
def command(output: Output, file: str, pki: str | None) -> Outcome:
    """Make the certificates that are missing.

    Those that are there stay byte for byte. One that no longer fits the spec is named (exit code 4).
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.certs import issuing
    from etcdboot.workflows.cluster import open_cluster

    cluster = open_cluster(file)
    with reporter(output) as report:
        result = issuing.issue(cluster.plan, pki_folder(cluster, pki), reporter=report)
    return outcome(cluster, result, f"write each member's files: {to_paste('render', file)}")
