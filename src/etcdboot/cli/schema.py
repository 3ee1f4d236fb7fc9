"""``etcdboot schema``."""

from __future__ import annotations

import click

from etcdboot.cli.options import output_options
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Example:
  etcdboot schema > cluster.schema.json
and as the first line of cluster.yaml, for editors that speak YAML:
  # yaml-language-server: $schema=cluster.schema.json
"""


@click.command(epilog=_EPILOG)
@output_options
def command() -> Outcome:
    """Print the JSON Schema of cluster.yaml, for editors and CI."""
    import json

    from etcdboot.spec.schema import json_schema

    schema = json_schema()
    return Outcome(body={"schema": schema}, product=json.dumps(schema, indent=2))
