"""``etcdboot certs import-cfssl``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from etcdboot.base.fast_dataclasses import replace
from etcdboot.cli.certs.output import outcome
from etcdboot.cli.options import output_options, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome

if TYPE_CHECKING:
    from etcdboot.workflows.certs.import_cfssl import ImportResult

_EPILOG = """\b
Examples:
  etcdboot certs import-cfssl /opt/etcd/ssl
  etcdboot certs import-cfssl ca-config.json ca-csr.json server-csr.json -f - > cluster.yaml
\b
Exit codes: 0 done; 3 the files make no spec; 4 what was adopted does not fit; 7 refused; 8 a file is missing.
"""


@click.command(epilog=_EPILOG)
@click.argument("names", nargs=-1, required=True, metavar="DIR|FILE...")
@spec_option
@pki_option
@click.option("--name", default="", metavar="NAME", help="The new cluster's name.  [the folder's]")
@click.option(
    "--etcd-version", "release", default="", metavar="X.Y.Z", help="The release on the hosts, for a new spec."
)
@output_options
def command(names: tuple[str, ...], file: str, pki: str | None, name: str, release: str) -> Outcome:
    """Make a spec of cfssl's JSON files, and adopt the CA and the pairs that it made.

    Where FILE is a spec already, it is left as it is: the certificates section is printed, to be put into it.
    With -f - the whole spec is printed and nothing is adopted. What is not taken over is named.
    """
    from etcdboot.workflows.certs.import_cfssl import ImportRequest, import_cfssl

    result = import_cfssl(ImportRequest(names, file, Path(pki) if pki else None, name, release))
    told = outcome(result.cluster, result.certs, "", new="adopted")
    body = {
        "file": str(result.written) if result.written else None,
        "text": result.text,
        **told.body,
    }
    return replace(
        told,
        diagnostics=(*result.diagnostics, *result.certs.diagnostics),
        body=body,
        lines=_lines(result, told.lines if result.certs.certificates else ()),
        product="" if result.written else _section(result),
        table=told.table if result.certs.certificates else None,
        next_lines=_next(result, file),
    )


def _section(result: ImportResult) -> str:
    names = ", ".join(each.name for each in result.certs.certificates)
    return result.text + (f"# adopted: {names}\n" if names else "")


def _lines(result: ImportResult, adopted: tuple[str, ...]) -> tuple[str, ...]:
    count = len(result.cluster.plan.members)
    wrote = f"wrote {result.written}: {count} member{'s' if count > 1 else ''}"
    return (wrote, *adopted)


def _next(result: ImportResult, file: str) -> tuple[str, ...]:
    """What a human does now; nothing after ``-f -``, which did nothing."""
    if file == "-":
        return ()
    again = f"make anew what does not fit: {to_paste('certs renew --all', file)}"
    return (
        f"look the spec over, above all its members, then: {to_paste('check', file)}"
        if result.written
        else f"put these lines into {file}, then: {to_paste('check', file)}",
        f"make the certificates that are missing: {to_paste('certs', file)}",
        *((again,) if result.exit_code else ()),
    )
