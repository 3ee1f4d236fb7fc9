"""``etcdboot certs sign``."""

from __future__ import annotations

from pathlib import Path

import click

from etcdboot.cli.certs.output import outcome, passphrases, with_recorded_layout
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output

_EPILOG = """\b
Examples:
  etcdboot certs sign csr/
  etcdboot certs sign from-etcd1.csr --as etcd1/server
\b
Exit codes: 0 signed, now or before; 4 too, and one does not fit the spec; 7 a request is no use or asks for
more, and nothing was signed; 8 a file is missing.
"""


@click.command(epilog=_EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR...")
@click.option("--as", "as_name", default=None, metavar="NAME", help="Which certificate the request is for.")
@click.option("--out", type=click.Path(), default=None, metavar="FILE", help="A copy of the certificate.")
@spec_option
@pki_option
@passphrase_option
@output_options
@click.pass_obj
def command(
    output: Output,
    files: tuple[str, ...],
    as_name: str | None,
    out: str | None,
    file: str,
    pki: str | None,
    passphrase_file: str | None,
) -> Outcome:
    """Sign requests (CSRs) that came from where the keys are.

    Which certificate one is for its file's name tells (etcd1-server.csr, client-root.csr), else what it asks
    for, else --as. The spec decides what stands in the certificate; a request that asks for more is refused.
    Of a folder, all requests in it are signed.
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.certs.sign import sign
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki)
    with reporter(output) as report:
        result = sign(
            cluster.plan,
            cluster.pki,
            files,
            as_name=as_name,
            out=Path(out) if out else None,
            reporter=report,
            passphrases=passphrases(passphrase_file),
        )
    return outcome(
        with_recorded_layout(cluster, file), result, f"write each member's files: {to_paste('render', file)}"
    )
