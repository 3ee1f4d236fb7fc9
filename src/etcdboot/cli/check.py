"""``etcdboot check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from etcdboot.base.diagnostics import Severity
from etcdboot.base.errors import ExitCode
from etcdboot.cli.options import output_options, pki_option, spec_option
from etcdboot.cli.output import Outcome, Output

if TYPE_CHECKING:
    from etcdboot.workflows.check import CheckResult
    from etcdboot.workflows.check_live import LiveResult

_EPILOG = """\b
Examples:
  etcdboot check
  etcdboot check --strict -f prod/cluster.yaml
  cat cluster.yaml | etcdboot check -f - -w json
  etcdboot check --live           on a member's host, before it starts
"""


@click.command(epilog=_EPILOG)
@spec_option
@click.option("--strict", is_flag=True, help="Treat warnings as errors (exit 3).")
@click.option("--live", is_flag=True, help="Look at this machine and the network, too.")
@click.option("--member", "members", multiple=True, metavar="NAME",
              help="With --live: this member is here.  [those with an address of this machine]")  # fmt: skip
@pki_option
@output_options
@click.pass_context
def command(
    ctx: click.Context, file: str, strict: bool, live: bool, members: tuple[str, ...], pki: str | None
) -> Outcome:
    """Judge the spec: its shape, its meaning, its dangers.

    All errors at once, each with file, line, column and a remedy. Nothing is written and nothing is started.

    With --live also what members would start upon: data, ports, addresses, certificates and the clock on a
    member's host; peers, discovery token and DNS there and from anywhere else.
    """
    if live:
        return _live(file, strict, members, pki, ctx.ensure_object(Output))
    if members or pki:
        raise click.UsageError("--member and --pki go with --live")
    from etcdboot.workflows.check import check

    return _outcome(check(file, strict=strict), strict=strict)


def _live(file: str, strict: bool, members: tuple[str, ...], pki: str | None, output: Output) -> Outcome:
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.check_live import check_live

    with reporter(output) as hear:
        result = check_live(file, strict=strict, named=members, pki=Path(pki) if pki else None, reporter=hear)
    return _outcome(result, strict=strict)


def _outcome(result: CheckResult | LiveResult, *, strict: bool) -> Outcome:
    """The outcome, with the files with a secret that others can read; ``strict`` lets any warning fail."""
    from etcdboot.effects.exposed_secrets import drained

    diagnostics = (*result.diagnostics, *drained())
    is_warned = any(found.severity is Severity.WARNING for found in diagnostics)
    if strict and is_warned and result.exit_code is ExitCode.OK:
        return Outcome(ExitCode.SPEC, diagnostics, result.as_json())
    return Outcome(result.exit_code, diagnostics, result.as_json(), result.summary())
