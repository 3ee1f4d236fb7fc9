"""``etcdboot certs csr``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from etcdboot.cli.certs.output import passphrases, with_recorded_layout
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output
from etcdboot.cli.table import Grid

if TYPE_CHECKING:
    from etcdboot.workflows.certs.csr import CsrResult

_EPILOG = """\b
Examples:
  etcdboot certs csr etcd1/server etcd1/peer
  etcdboot certs csr --all --out for-the-ca
\b
Exit codes: 0 done; 7 refused, as where the key is not here; 8 the disk said no.
"""


@click.command(epilog=_EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="All of them but the CAs.")
@click.option(
    "--out", type=click.Path(), default=None, metavar="DIR", help="Where to put copies.  [pki/csr/]"
)
@spec_option
@pki_option
@passphrase_option
@output_options
@click.pass_obj
def command(
    output: Output,
    names: tuple[str, ...],
    everything: bool,
    out: str | None,
    file: str,
    pki: str | None,
    passphrase_file: str | None,
) -> Outcome:
    """Make a key and a request (CSR) for certificates that others sign.

    NAME is a certificate as `etcdboot certs status` lists it: etcd1/server, client/root. The key stays in
    pki/, and one that is there is kept; the request goes to pki/csr/. A CA that a root signs is one of them
    if it is named.
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.certs.csr import request
    from etcdboot.workflows.cluster import open_certified

    if names and everything:
        raise click.UsageError("name certificates, or say --all")
    cluster = open_certified(file, pki)
    with reporter(output) as report:
        done = request(
            cluster.plan,
            cluster.pki,
            names,
            everything=everything,
            out=Path(out) if out else None,
            reporter=report,
            passphrases=passphrases(passphrase_file),
        )
    cluster = with_recorded_layout(cluster, file)
    lines = (
        "have them signed: each for all the hosts and usages that it asks for, clientAuth too",
        f"take over what they give: {to_paste('certs adopt', file)} FILE...",
    )
    return Outcome(
        exit_code=done.exit_code,
        diagnostics=(*cluster.diagnostics, *done.diagnostics),
        body={"requests": [request.as_json() for request in done.requests]},
        lines=_lines(done) or ("nothing to ask for: no key of this cluster is kept here",),
        table=lambda: _table(done),
        next_lines=lines if done.requests else (),
    )


def _lines(done: CsrResult) -> tuple[str, ...]:
    width = max((len(request.name) for request in done.requests), default=0)
    return tuple(
        f"{request.name:{width}}  {'new' if request.is_new else 'kept':4}  {request.file}"
        for request in done.requests
    )


def _table(done: CsrResult) -> tuple[Grid]:
    rows = (
        (
            request.name,
            "new" if request.is_new else "kept",
            str(request.file),
            ", ".join(f"{kind}={value}" for kind, value in request.subject),
            ", ".join(request.sans),
            request.key,
        )
        for request in done.requests
    )
    return (Grid(("certificate", "state", "request", "subject", "names", "key"), rows),)
