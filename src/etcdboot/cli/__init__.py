"""The command line: thin click commands, and all of rich."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from etcdboot import __version__
from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.base.fast_dataclasses import replace
from etcdboot.cli.output import Outcome, Output, bug, deliver, failed, take_any_character, usage
from etcdboot.effects.exposed_secrets import drained
from etcdboot.effects.process.environment import colours_unwanted

# Command → what --help says of it; its module is imported only when it runs.
COMMANDS: dict[str, str] = {
    "init": "Write a commented cluster.yaml for these hosts.",
    "check": "Judge the spec: its shape, its meaning, its dangers.",
    "certs": "Make, judge and renew the certificates.",
    "render": "Write each member's files: settings, unit, script, Procfile.",
    "discovery": "Make and watch a discovery token.",
    "dns": "Render and check the DNS records.",
    "verify": "Ask every endpoint, and say whether the cluster is healthy.",
    "up": "Run the cluster on this machine.",
    "down": "End a cluster that runs here in the background.",
    "ps": "List the members that run here.",
    "stop": "Stop one member that runs here.",
    "start": "Start one member that was stopped here.",
    "env": "Print shell exports for etcdctl.",
    "schema": "Print the JSON Schema of cluster.yaml.",
}

_EPILOG = """\b
The main job:
  etcdboot init etcd1=192.168.202.128 etcd2=192.168.202.129 etcd3=192.168.202.130
  etcdboot certs && etcdboot render
  etcdboot verify --wait 60s
\b
A real TLS cluster on this machine, gone with Ctrl-C:
  etcdboot up
"""


class Program(click.Group):
    """A group that imports a command only when it is called, and that turns errors into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"etcdboot.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with "did you mean"."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as problem:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1) if args else []
            if not near:
                raise
            raise click.UsageError(f"{problem.message} Did you mean {near[0]}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run one command, print what it gives, and exit with its code."""
        words = tuple(sys.argv[1:] if args is None else args)
        take_any_character()
        drained()  # of a run before this one in the same process
        output = Output(colour=False if colours_unwanted() else None)
        extra |= {"standalone_mode": False, "color": output.colour, "obj": output}
        try:
            result = super().main(words, prog_name, **extra)
            code = result if isinstance(result, int) else deliver(_complete(result or Outcome()), output)
        except click.ClickException as problem:
            code = usage(problem, output, words)
        except EtcdbootError as problem:
            problem.diagnostics += drained()
            code = failed(problem, output)
        except (click.Abort, KeyboardInterrupt):
            code = deliver(Outcome(ExitCode.INTERRUPTED), output)
        except Exception as problem:
            code = bug(problem, output)
        raise SystemExit(int(code))


def _complete(outcome: Outcome) -> Outcome:
    """The outcome, and a warning for each file with a secret that others can read."""
    found = drained()
    return replace(outcome, diagnostics=(*outcome.diagnostics, *found)) if found else outcome


@click.group(
    cls=Program,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
@click.version_option(__version__, "-V", "--version", prog_name="etcdboot", message="%(prog)s %(version)s")
@click.pass_obj
def program(output: Output, debug: bool) -> None:
    """One YAML file in, a verified, TLS-secured etcd cluster out."""
    output.debug = debug
