"""Options that several commands share, each defined once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from etcdboot.cli.output import Output

F = TypeVar("F", bound=Callable[..., Any])

spec_option = click.option(
    "-f", "--file", "file", default="cluster.yaml", show_default=True, metavar="FILE",
    help="The cluster spec; - is standard input.",
)  # fmt: skip
pki_option = click.option(
    "--pki",
    "pki",
    type=click.Path(),
    default=None,
    metavar="DIR",
    help="The PKI folder.  [pki/ beside the spec]",
)
out_option = click.option(
    "--out",
    "out",
    type=click.Path(),
    default=None,
    metavar="DIR",
    help="Where to write.  [out/ beside the spec]",
)
rendered_option = click.option(
    "--out", "out", type=click.Path(), default=None, metavar="DIR",
    help="Where render has written.  [out/ beside the spec]",
)  # fmt: skip
passphrase_option = click.option(
    "--ca-passphrase-file", "passphrase_file", type=click.Path(), default=None, metavar="FILE",
    help="Holds the passphrase of the CA's key.  [$ETCDBOOT_CA_PASSPHRASE, or asked for]",
)  # fmt: skip
state_option = click.option(
    "--state", "state", type=click.Path(), default=None, metavar="DIR",
    help="Where `up` keeps data, logs and its socket.  [.etcdboot/ beside the spec]",
)  # fmt: skip


def to_paste(command: str, file: str) -> str:
    """The command line for the same spec, in a shell's syntax."""
    from etcdboot.formats import shell

    return f"etcdboot {command}" if file == "cluster.yaml" else f"etcdboot {command} -f {shell.quote(file)}"


def _set_form(ctx: click.Context, param: click.Parameter, value: str) -> None:
    ctx.ensure_object(Output).form = value


def _set_quiet(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Output).quiet = value


def output_options(function: F) -> F:
    """``-w`` and ``-q``; both reach the command, and its errors, through the :class:`Output` object."""
    form = click.option(
        "-w", "--write-out", type=click.Choice(["simple", "table", "json"]), default="simple",
        show_default=True, is_eager=True, expose_value=False, callback=_set_form, help="The form of output.",
    )  # fmt: skip
    quiet = click.option(
        "-q", "--quiet", is_flag=True, is_eager=True, expose_value=False, callback=_set_quiet,
        help="Say nothing but the product and errors.",
    )  # fmt: skip
    return form(quiet(function))


def meant(file: str, state: str | None) -> Path:
    """The state folder that ``--state`` names, or the one that belongs to the spec."""
    from etcdboot.workflows.local.control import find

    return find(file, Path(state) if state else None)
