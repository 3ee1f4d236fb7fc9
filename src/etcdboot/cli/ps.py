"""``etcdboot ps``."""

from __future__ import annotations

import click

from etcdboot.cli.local_output import shown
from etcdboot.cli.options import meant, output_options, spec_option, state_option
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Examples:
  etcdboot ps
  etcdboot ps -w json -f prod/cluster.yaml
"""


@click.command(epilog=_EPILOG)
@spec_option
@state_option
@output_options
def command(file: str, state: str | None) -> Outcome:
    """List the members that run here: state, process, endpoints."""
    from etcdboot.workflows.local.control import ps

    return shown(ps(meant(file, state)))
