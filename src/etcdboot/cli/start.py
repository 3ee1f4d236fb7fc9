"""``etcdboot start``."""

from __future__ import annotations

import click

from etcdboot.cli.local_output import shown
from etcdboot.cli.options import meant, output_options, spec_option, state_option
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Example:
  etcdboot start etcd2
"""


@click.command(epilog=_EPILOG)
@click.argument("member")
@spec_option
@state_option
@output_options
def command(member: str, file: str, state: str | None) -> Outcome:
    """Start one member that was stopped, or that has ended on its own.

    It comes back with its data, and catches up with the others.
    """
    from etcdboot.workflows.local.control import start

    return shown(start(meant(file, state), member))
