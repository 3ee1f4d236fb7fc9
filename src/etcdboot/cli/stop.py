"""``etcdboot stop``."""

from __future__ import annotations

import click

from etcdboot.cli.local_output import shown
from etcdboot.cli.options import meant, output_options, spec_option, state_option
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Example:
  etcdboot stop etcd2
"""


@click.command(epilog=_EPILOG)
@click.argument("member")
@spec_option
@state_option
@output_options
def command(member: str, file: str, state: str | None) -> Outcome:
    """Stop one member of the cluster that runs here, and wait for its end.

    It gets 10 s to end by itself. The others run on; with a quorum of them the cluster keeps working.
    """
    from etcdboot.workflows.local.control import stop

    return shown(stop(meant(file, state), member))
