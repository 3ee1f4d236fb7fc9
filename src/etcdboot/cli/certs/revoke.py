"""``etcdboot certs revoke``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from etcdboot.cli.certs.lists import outcome
from etcdboot.cli.certs.showing import passphrases, pki_folder
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option
from etcdboot.cli.output import Outcome
from etcdboot.model.register import Reason

if TYPE_CHECKING:
    from etcdboot.workflows.certs.revoking import ListsResult

_EPILOG = """\b
Examples:
  etcdboot certs revoke client/bob --reason key-compromise
  etcdboot certs revoke stolen.pem
\b
Exit codes: 0 revoked; 7 refused, as without the CA's key; 8 a file is missing.
"""


@click.command(epilog=_EPILOG)
@click.argument("words", nargs=-1, required=True, metavar="NAME|FILE...")
@click.option(
    "--reason",
    type=click.Choice([str(each) for each in Reason]),
    default="unspecified",
    show_default=True,
    help="Why.",
)
@spec_option
@pki_option
@passphrase_option
@output_options
def command(
    words: tuple[str, ...], reason: str, file: str, pki: str | None, passphrase_file: str | None
) -> Outcome:
    """Revoke certificates and make the lists that tell of it; the CA's key is needed.

    NAME is a certificate as `etcdboot certs` lists it, and stands for the one that is in pki/ now. An older
    one, or a copy, is named by its FILE.
    """
    from etcdboot.workflows.certs.revoking import revoke
    from etcdboot.workflows.cluster import open_cluster

    cluster = open_cluster(file)
    done = revoke(
        cluster.plan,
        pki_folder(cluster, pki),
        words,
        Reason(reason),
        passphrases=passphrases(passphrase_file),
    )
    return outcome(cluster, done, file, _said(done))


def _said(done: ListsResult) -> list[str]:
    return [f"revoked {each.name}, serial {each.serial:x}, {each.reason}" for each in done.revoked]
