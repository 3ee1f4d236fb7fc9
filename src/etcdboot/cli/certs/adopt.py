"""``etcdboot certs adopt``."""

from __future__ import annotations

import click

from etcdboot.cli.certs.output import outcome, passphrases, with_recorded_layout
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option, to_paste
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Examples:
  etcdboot certs adopt from-the-ca/*.pem
  etcdboot certs adopt bundle.p7b
  etcdboot certs adopt company-ca.pem --as ca
  etcdboot certs adopt ca.pem ca-key.pem
\b
Exit codes: 0 taken over; 4 too, and something does not fit the spec; 7 refused, and nothing was written; 8 a
file is missing.
"""


@click.command(epilog=_EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR...")
@click.option("--as", "as_name", default=None, metavar="NAME", help="Which certificate or CA it is.")
@spec_option
@pki_option
@passphrase_option
@output_options
def command(
    files: tuple[str, ...], as_name: str | None, file: str, pki: str | None, passphrase_file: str | None
) -> Outcome:
    """Take over certificates that others signed or made, and CAs.

    PEM, DER or PKCS #7, one certificate in a file or many. Each goes to the key that it belongs to, in pki/
    or among the files, and the CAs between it and its root go with it. A CA takes the place of one that is
    missing: with its key it signs, without it others do. What etcd cannot use is refused; another subject or
    lifetime than the spec's is noted. Where pki/.etcdboot.json is lost, adopt pki/ itself.
    """
    from etcdboot.workflows.ca_layout import assumed_for
    from etcdboot.workflows.certs.adopt import adopt
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki, assumed=assumed_for(as_name))
    result = adopt(
        cluster.plan,
        cluster.pki,
        files,
        as_name=as_name,
        passphrases=passphrases(passphrase_file),
    )
    cluster = with_recorded_layout(cluster, file)
    next_line = f"see what is still missing: {to_paste('certs status', file)}"
    return outcome(cluster, result, next_line, new="adopted")
