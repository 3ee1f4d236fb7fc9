"""``etcdboot schema``."""

from __future__ import annotations

import click

from etcdboot.cli.output import Outcome

_EPILOG = """\b
Example:
  etcdboot schema > cluster.schema.json
and as the first line of cluster.yaml, for editors that speak YAML:
  # yaml-language-server: $schema=cluster.schema.json
"""


@click.command(epilog=_EPILOG)
def command() -> Outcome:
    """Print the JSON Schema of cluster.yaml, for editors and CI."""
    import json

    from etcdboot.model.shape import json_schema

    return Outcome(simple=json.dumps(json_schema(), indent=2))
