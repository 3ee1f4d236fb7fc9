"""``etcdboot discovery``: the token by which members find one another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etcdboot.base.text import counted
from etcdboot.cli.duration_type import SECONDS, TIMEOUT
from etcdboot.cli.options import output_options, spec_option, to_paste
from etcdboot.cli.output import Outcome, Output
from etcdboot.cli.table import Grid

if TYPE_CHECKING:
    from etcdboot.bootstrap.discovery_checks import Standing
    from etcdboot.workflows.discovery.new import NewToken

_PATH = click.Path(path_type=Path)
_MODES = ("discovery-v2", "discovery-v3")  # those of BootstrapMode that know a token

timeout_option = click.option(
    "--timeout", type=TIMEOUT, default="5s", show_default=True, metavar="D", help="For an answer."
)


@click.group(
    epilog="\b\nExamples:\n  etcdboot discovery new --at http://192.168.202.20:2379 --write\n"
    "  etcdboot discovery status --wait 10m"
)
def command() -> None:
    """Make and watch a discovery token."""


@command.command(
    epilog="\b\nExamples:\n"
    "  etcdboot discovery new --write                     # another token where the spec has its last one\n"
    "  etcdboot discovery new --at https://192.168.202.20:2379,https://192.168.202.21:2379 --write\n"
    "  etcdboot discovery new --service http://192.168.202.20:8087 --write\n"
    "  etcdboot discovery new --mode discovery-v2 --size 3 --at http://192.168.202.20:2379"
)
@spec_option
@click.option("--size", type=click.IntRange(1), metavar="N", help="Without a spec: for how many members.")
@click.option("--at", metavar="URL", help="The etcd that is to keep it; for discovery-v3 several, by commas.")
@click.option("--service", metavar="URL", help="discovery-v2: a discovery service that is to make it.")
@click.option("--mode", type=click.Choice(_MODES), help="For which discovery.  [the spec's]")
@click.option("--token", metavar="TOKEN", help="Its name; it must not be there yet.  [made up]")
@click.option("--write", is_flag=True, help="Write it into the spec, in the place of an older one.")
@click.option("--cacert", type=_PATH, metavar="FILE", help="discovery-v3: the CA to trust.  [the spec's]")
@click.option("--cert", type=_PATH, metavar="FILE", help="discovery-v3: the client certificate.")
@click.option("--key", type=_PATH, metavar="FILE", help="discovery-v3: its key.")
@click.option("--user", metavar="NAME", help="discovery-v3: the user there, when auth is on.")
@click.option("--password-file", type=_PATH, metavar="FILE", help="discovery-v3: a file with the password.")
@timeout_option
@output_options
@click.pass_context
def new(
    ctx: click.Context, /, file: str, write: bool, timeout: float, mode: str | None, **said: Any
) -> Outcome:
    """Make a token, and print it alone on stdout.

    The spec tells for how many members, and for discovery-v3 where and with which credentials. A token is
    never overwritten, and no public service is asked unless it is named. Without a spec: --size, --mode and
    --at (or --service).
    """
    from etcdboot.spec.spec import BootstrapMode
    from etcdboot.workflows.discovery.new import make
    from etcdboot.workflows.discovery.token_request import Options

    is_named = ctx.get_parameter_source("file") is not click.core.ParameterSource.DEFAULT
    stands_alone = any(said.values()) and not (is_named or write or Path(file).exists())
    options = Options(mode=BootstrapMode(mode) if mode else None, **said)
    result = make(None if stands_alone else file, options, write=write, timeout=timeout)
    return Outcome(
        diagnostics=result.diagnostics,
        body=result.as_json(),
        lines=(result.text,),
        next_lines=() if stands_alone else _next(result, file),
    )


def _next(made: NewToken, file: str) -> tuple[str, ...]:
    if not made.written:
        key = made.key.removeprefix("bootstrap.")
        return (f"write it into the spec: bootstrap: {{{key}: {made.text}}}; or let --write do that",)
    return (
        f"write each member's files: {to_paste('render', file)}",
        f"watch who comes: {to_paste('discovery status', file)} --wait 10m",
    )


@command.command(
    epilog="\b\nExamples:\n  etcdboot discovery status\n  etcdboot discovery status --wait 10m -w table\n"
    "\b\nExit codes: 0 complete, 4 incomplete or not what the spec says, 6 the discovery host is down."
)
@spec_option
@click.option("--wait", type=SECONDS, default="0s", metavar="D", help="Until all are there, as long as this.")
@timeout_option
@output_options
@click.pass_obj
def status(output: Output, file: str, wait: float, timeout: float) -> Outcome:
    """Say who has registered with the spec's token, and who is missing.

    A token is for one cluster, once: members of another cluster, changed ones and those that came too late
    are named.
    """
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.discovery.status import status

    with reporter(output) as report:
        result = status(file, patience=wait, timeout=timeout, report=report)
    seen = result.standing
    return Outcome(result.exit_code, result.diagnostics, seen.as_json(), _lines(seen), lambda: _table(seen))


def _lines(seen: Standing) -> tuple[str, ...]:
    """A line for each member, and one that counts."""
    rows = _rows(seen)
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, (*widths, 0), strict=True)).rstrip()
        for row in rows
    ]
    verdict = "complete" if seen.complete else "incomplete"
    size = "no size" if seen.registry.places is None else counted(seen.registry.places, "place")
    here, all_of = len(seen.founders) - len(seen.missing), counted(len(seen.founders), "founder")
    return (*lines, f"{verdict}: {here} of {all_of} registered, {size}")


def _rows(seen: Standing) -> list[tuple[str, str, str, str]]:
    """Member, state, id and peer URLs: those registered as they came, then those missing."""
    state = dict.fromkeys(seen.registry.registered, "registered")
    state |= dict.fromkeys(seen.duplicates, "duplicate") | dict.fromkeys(seen.surplus, "surplus")
    there = [(each.name, state[each], each.id, " ".join(each.peer_urls)) for each in seen.registry.registered]
    return there + [(name, "missing", "", "") for name in seen.missing]


_STYLES = {"registered": "green", "missing": "yellow"}


def _table(seen: Standing) -> tuple[Grid]:
    rows = (
        (name, (state, _STYLES.get(state, "red")), member_id, urls)
        for name, state, member_id, urls in _rows(seen)
    )
    return (Grid(("member", "state", "id", "peer URLs"), rows),)
