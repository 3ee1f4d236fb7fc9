"""``etcdboot init``."""

from __future__ import annotations

import click

from etcdboot.cli.options import output_options, to_paste
from etcdboot.cli.output import Outcome

_EPILOG = """\b
Examples:
  etcdboot init etcd1=192.168.202.128 etcd2=192.168.202.129 etcd3=192.168.202.130
  etcdboot init 10.0.0.1 10.0.0.2 10.0.0.3 --etcd-version 3.6.14 --name prod-a
  etcdboot init a=[fd00::1] b=[fd00::2] c=[fd00::3]
  etcdboot init --local 3 --tls off
"""


@click.command(epilog=_EPILOG)
@click.argument("hosts", nargs=-1, metavar="[HOST|NAME=HOST]...")
@click.option(
    "-f",
    "--file",
    default="cluster.yaml",
    show_default=True,
    metavar="FILE",
    help="Where to write; - is standard output.",
)
@click.option("--local", type=int, default=0, metavar="N", help="N members on this machine, for a Procfile.")
@click.option("--name", default="", metavar="NAME", help="The cluster's name.  [the folder's]")
@click.option(
    "--etcd-version",
    "release",
    default="",
    metavar="X.Y.Z",
    help="The etcd release.  [the newest; with --local that of this machine's etcd]",
)
@click.option(
    "--tls",
    type=click.Choice(["mutual", "server", "auto", "off"]),
    default="mutual",
    show_default=True,
    help="Who shows certificates.",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@output_options
def command(
    hosts: tuple[str, ...], file: str, local: int, name: str, release: str, tls: str, force: bool
) -> Outcome:
    """Write a commented cluster.yaml for these hosts, and a .gitignore for keys.

    Bare hosts become etcd1, etcd2 and so on. What is written passes `etcdboot check`.
    """
    from etcdboot.workflows.init import init

    result = init(hosts, file=file, local=local, name=name, release=release, tls=tls, force=force)
    body = {"file": str(result.file) if result.file else None, "members": list(result.members)}
    if result.file is None:
        return Outcome(diagnostics=result.diagnostics, body=body | {"text": result.text}, product=result.text)
    count = len(result.members)
    return Outcome(
        diagnostics=result.diagnostics,
        body=body,
        lines=(f"wrote {result.file}: {count} member{'s' if count > 1 else ''}",),
        next_lines=(
            f"look it over, then: {to_paste('check', file)}",
            f"make the certificates: {to_paste('certs', file)}" if tls in ("mutual", "server") else
            f"write the files: {to_paste('render', file)}",
            f"or try it here first: {to_paste('up', file)}" if local else
            f"or try it here first, with an etcd of that minor (--etcd): {to_paste('up --local', file)}",
        ),
    )  # fmt: skip
