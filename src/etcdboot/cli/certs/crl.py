"""``etcdboot certs crl``."""

from __future__ import annotations

import click

from etcdboot.cli.certs.output import passphrases
from etcdboot.cli.certs.revocation_output import outcome
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Example:
  etcdboot certs crl && etcdboot render
\b
Exit codes: 0 made; 7 refused, as without the CA's key; 8 the disk said no.
"""


@click.command(epilog=_EPILOG)
@spec_option
@pki_option
@passphrase_option
@output_options
def command(file: str, pki: str | None, passphrase_file: str | None) -> Outcome:
    """Make the revocation lists anew, with a new end and a higher number; the CA's key is needed.

    Who is revoked stays revoked. The lists are pki/crl.der, which members are given, and pki/crl.pem, the
    same for people; with a CA of its own for peers, also pki/peer-crl.der and .pem.
    """
    from etcdboot.workflows.certs.revoke import refresh
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki)
    done = refresh(cluster.plan, cluster.pki, passphrases=passphrases(passphrase_file))
    return outcome(cluster, done, file, [])
