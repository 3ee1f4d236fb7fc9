"""``etcdboot certs export``."""

from __future__ import annotations

from pathlib import Path

import click

from etcdboot.cli.options import output_options, pki_option, spec_option
from etcdboot.cli.output import Outcome
from etcdboot.plan.export_names import STYLES

_EPILOG = """\b
Example:
  etcdboot certs export --style cfssl --out /opt/etcd/ssl
\b
Exit codes: 0 done; 4 a certificate does not fit the spec; 7 refused, nothing was written; 8 one is missing.
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--style",
    type=click.Choice(list(STYLES)),
    default="cfssl",
    show_default=True,
    help="Whose names.",
)
@click.option("--out", required=True, metavar="DIR", help="The folder to write them to.")
@spec_option
@pki_option
@output_options
def command(style: str, out: str, file: str, pki: str | None) -> Outcome:
    """Copy all certificates and keys into one folder, under the names that cfssl users know.

    ca.pem, and of each member MEMBER.pem (server) and MEMBER-peer.pem, of each client CLIENT.pem, with their
    keys (-key.pem). A CA's key is never among them. What stands there and is not etcdboot's stays as it is.
    """
    from etcdboot.workflows.certs.export import export
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki)
    result = export(cluster.plan, cluster.pki, Path(out), style)
    lines = [f"{each.kind:8}{Path(out) / each.artifact.path}" for each in result.changes]
    return Outcome(
        diagnostics=(*cluster.diagnostics, *result.diagnostics),
        body={
            "changes": [{"path": str(each.artifact.path), "kind": str(each.kind)} for each in result.changes]
        },
        lines=tuple(lines) or ("no certificates: TLS is off, or left to etcd",),
    )
