"""``etcdboot certs revoke``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from etcdboot.cli.certs.output import passphrases
from etcdboot.cli.certs.revocation_output import outcome
from etcdboot.cli.options import output_options, passphrase_option, pki_option, spec_option
from etcdboot.cli.output import Outcome
from etcdboot.pki.x509.crl_entry import Reason

if TYPE_CHECKING:
    from etcdboot.workflows.certs.revoke import ListsResult

_HEXADECIMAL = frozenset("0123456789abcdef")
_EPILOG = """\b
Examples:
  etcdboot certs revoke client/bob --reason key-compromise
  etcdboot certs revoke stolen.pem
  etcdboot certs revoke --serial 3f7a09c1d2
\b
Exit codes: 0 revoked; 7 refused, as without the CA's key; 8 a file is missing.
"""


def _numbers(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[int, ...]:
    """Serial numbers in hexadecimal; a leading 0x and colons between the digits are ignored."""
    digits = [value.lower().removeprefix("0x").replace(":", "") for value in values]
    for value, found in zip(values, digits, strict=True):
        if not found or not set(found) <= _HEXADECIMAL:
            raise click.BadParameter(f"{value!r} is not a number in hexadecimal digits.")
    return tuple(int(found, 16) for found in digits)


@click.command(epilog=_EPILOG)
@click.argument("words", nargs=-1, metavar="[NAME|FILE]...")
@click.option(
    "--serial",
    "serials",
    multiple=True,
    metavar="HEX",
    callback=_numbers,
    help="One certificate, by its serial number as `certs status --all` lists it; may be repeated.",
)
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
    words: tuple[str, ...],
    serials: tuple[int, ...],
    reason: str,
    file: str,
    pki: str | None,
    passphrase_file: str | None,
) -> Outcome:
    """Revoke certificates and make the lists that tell of it; the CA's key is needed.

    NAME is a certificate as `etcdboot certs status --all` lists it. Every certificate of that name that has
    not expired is revoked: the one in pki/ and those that it replaced, also when the name is no longer in the
    spec. A FILE or a --serial is one certificate alone.
    """
    if not (words or serials):
        raise click.UsageError("Missing argument 'NAME|FILE' or option '--serial'.")
    from etcdboot.workflows.certs.revoke import revoke
    from etcdboot.workflows.cluster import open_certified

    cluster = open_certified(file, pki)
    done = revoke(
        cluster.plan,
        cluster.pki,
        words,
        Reason(reason),
        serials=serials,
        passphrases=passphrases(passphrase_file),
    )
    return outcome(cluster, done, file, _said(done))


def _said(done: ListsResult) -> list[str]:
    counts = Counter(entry.name for entry in done.revoked)
    several = [f"{name}: {count} certificates revoked" for name, count in counts.items() if count > 1]
    return [*_lines(done), *several]


def _lines(done: ListsResult) -> list[str]:
    return [f"revoked {each.name}, serial {each.serial:x}, {each.reason}" for each in done.revoked]
