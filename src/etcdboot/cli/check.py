"""``etcdboot check``."""

from __future__ import annotations

import click

from etcdboot.cli.options import output_options, spec_option
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Examples:
  etcdboot check
  etcdboot check --strict -f prod/cluster.yaml
  cat cluster.yaml | etcdboot check -f - -w json
"""


@click.command(epilog=_EPILOG)
@spec_option
@click.option("--strict", is_flag=True, help="Let warnings fail, too (exit 3).")
@output_options
def command(file: str, strict: bool) -> Outcome:
    """Judge the spec: its shape, its meaning, its dangers.

    All errors at once, each with file, line, column and a remedy. Nothing is written and nothing is started.
    """
    from etcdboot.workflows.check import check

    result = check(file, strict=strict)
    return Outcome(result.exit_code, result.diagnostics, result.as_json(), result.summary())
