"""``etcdboot down``."""

from __future__ import annotations

import click

from etcdboot.cli.options import meant, output_options, spec_option, state_option
from etcdboot.cli.output import Outcome, Output

_EPILOG = """\b
Examples:
  etcdboot down
  etcdboot down -f prod/cluster.yaml
"""


@click.command(epilog=_EPILOG)
@spec_option
@state_option
@output_options
@click.pass_obj
def command(output: Output, file: str, state: str | None) -> Outcome:
    """End a cluster that runs here: its members one after the other, then its etcdboot.

    The data stay in .etcdboot/, unless the run was a throw-away one. Nothing running is no error.
    """
    from etcdboot.workflows.local.control import down

    last = down(meant(file, state))
    if last is None:
        output.talk("nothing runs here")
        return Outcome(body={"cluster": None})
    output.talk(f"{last.name} is down")
    return Outcome(body=last.as_json())
