"""``etcdboot env``."""

from __future__ import annotations

import click

from etcdboot.cli.local_output import exports
from etcdboot.cli.options import meant, output_options, spec_option, state_option
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Example:
  eval "$(etcdboot env)" && etcdctl member list
"""


@click.command(epilog=_EPILOG)
@spec_option
@state_option
@output_options
def command(file: str, state: str | None) -> Outcome:
    """Print shell exports that let etcdctl talk to the cluster that runs here."""
    from etcdboot.workflows.local.control import ps

    cluster = ps(meant(file, state))
    return Outcome(body={"environment": dict(cluster.environment)}, product=exports(cluster))
