"""``etcdboot certs show``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from etcdboot.cli.options import output_options
from etcdboot.cli.output import Outcome
from etcdboot.cli.table import Grid

if TYPE_CHECKING:
    from etcdboot.pki.inspection.description import Portrait
    from etcdboot.workflows.certs.show import Shown, ShownFile

_EPILOG = """\b
Examples:
  etcdboot certs show pki/members/etcd1/server.pem
  openssl s_client -connect 192.168.202.128:2379 </dev/null | etcdboot certs show -
\b
Exit codes: 0 shown; 7 a file is damaged or none of these; 8 a file is missing.
"""


@click.command(epilog=_EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@output_options
def command(files: tuple[str, ...]) -> Outcome:
    """Show what is in files of certificates, requests, revocation lists or keys.

    PEM or DER, from whoever made them; - is standard input. Of a private key only its kind and the hash of
    its public key are told. Several certificates in a file are shown in their order, and the order is judged.
    """
    from etcdboot.workflows.certs.show import show

    shown = show(files)
    return Outcome(
        shown.exit_code,
        shown.diagnostics,
        shown.as_json(),
        tuple(line for number, each in enumerate(shown.files) for line in _lines(each, apart=number > 0)),
        lambda: _tables(shown),
    )


def _lines(file: ShownFile, *, apart: bool) -> list[str]:
    portraits = (line for each in file.portraits for line in _portrait(each))
    return [*([""] if apart else []), _head(file), *portraits]


def _head(file: ShownFile) -> str:
    return f"{file.file}: {file.judged.words}" if file.judged else file.file


def _portrait(portrait: Portrait) -> list[str]:
    width = max((len(label) for label, _ in portrait.rows), default=0)
    return [f"  {portrait.kind}", *(f"    {label:{width}}  {text}".rstrip() for label, text in portrait.rows)]


def _tables(shown: Shown) -> tuple[Grid, ...]:
    return tuple(Grid(("what", "field", "value"), _rows(file), _head(file)) for file in shown.files)


def _rows(file: ShownFile) -> Iterator[tuple[str, str, str] | None]:
    for each in file.portraits:
        for number, (label, text) in enumerate(each.rows or (("", ""),)):
            yield ("" if number else each.kind, label, text)
        yield None
