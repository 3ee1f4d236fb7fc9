"""``etcdboot certs issue``."""

from __future__ import annotations

import click

from etcdboot.cli.certs.output import outcome, passphrases, with_recorded_layout
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output

_EPILOG = """\b
Examples:
  etcdboot certs
  etcdboot certs -f prod/cluster.yaml --encrypt-ca-key
\b
Exit codes: 0 all fit; 4 one does not fit the spec; 7 refused, and nothing was written; 8 the disk said no.
"""


@click.command(epilog=_EPILOG)
@spec_option
@pki_option
@passphrase_option
@click.option("--encrypt-ca-key", is_flag=True, help="Write the CA's key under a passphrase, new or not.")
@output_options
@click.pass_obj
def command(
    output: Output, file: str, pki: str | None, passphrase_file: str | None, encrypt_ca_key: bool
) -> Outcome:
    """Make the certificates that are missing.

    Those that are there stay byte for byte. One that no longer fits the spec is named (exit code 4).
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.certs import issue
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki)
    with reporter(output) as report:
        result = issue.issue(
            cluster.plan,
            cluster.pki,
            reporter=report,
            passphrases=passphrases(passphrase_file, encrypts=encrypt_ca_key),
        )
    if cluster.plan.signer:
        cluster = with_recorded_layout(cluster, file)
    return outcome(cluster, result, f"write each member's files: {to_paste('render', file)}")
