"""``etcdboot certs verify``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etcdboot.cli.options import output_options, pki_option, rendered_option, spec_option
from etcdboot.cli.output import Outcome

if TYPE_CHECKING:
    from etcdboot.base.addresses import Host
    from etcdboot.workflows.certs.verify import Verified

_EPILOG = """\b
Examples:
  etcdboot certs verify
  etcdboot certs verify server.pem server-key.pem ca.pem --as server --host etcd1.example.com
\b
Exit codes: 0 all is well, 4 something lags behind or does not fit, 7 something is unsafe or no use at all.
"""


@click.command(epilog=_EPILOG)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--as", "role", type=click.Choice(["server", "peer", "client", "ca"]),
    help="With files: what etcd should be able to use the certificate for.",
)  # fmt: skip
@click.option("--host", metavar="NAME", help="With files: a name or address that it should certify.")
@spec_option
@pki_option
@rendered_option
@output_options
def command(
    files: tuple[str, ...], role: str | None, host: str | None, file: str, pki: str | None, out: str | None
) -> Outcome:
    """Judge certificates and keys: chain, dates, usages, names, keys, permissions, stray files.

    Without FILE: all that the spec has in pki/, and in out/ where that is. With FILE (certificates, chains,
    CAs, keys): those against one another, without a spec.
    """
    from etcdboot.workflows.certs.verify import verify, verify_files

    if files:
        from etcdboot.plan.certificate_request import CertKind

        return _told(verify_files(files, CertKind(role) if role else None, _host(host)))
    if role or host:
        raise click.UsageError("--as and --host go with files")
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki)
    out_dir = cluster.folder / "out" if out is None else Path(out)
    told = _told(verify(cluster.plan, cluster.pki, out_dir))
    return Outcome(told.exit_code, (*cluster.diagnostics, *told.diagnostics), told.body, told.lines)


def _told(found: Verified) -> Outcome:
    counted = Counter(str(each.severity) for each in found.findings)
    said = ", ".join(f"{count} {name}{'s' * (count > 1)}" for name, count in counted.items())
    line = f"{found.files} file{'s' * (found.files != 1)}: {said or 'all is well'}"
    return Outcome(found.exit_code, found.findings, found.as_json(), (line,))


def _host(text: str | None) -> Host | None:
    from etcdboot.base.addresses import parse_host

    try:
        return parse_host(text) if text else None
    except ValueError as cause:
        raise click.BadParameter(str(cause), param_hint="--host") from None
