"""All of rich: tables, and news on a terminal. Imported only when one of them is really shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.base.text import one_line
from etcdboot.cli.output import Output
from etcdboot.cli.table import is_terminal

if TYPE_CHECKING:
    pass

_MEMBER_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan")


@contextmanager
def reporter(output: Output) -> Iterator[Reporter]:
    """Hear events, on stderr: a moving line on a terminal, plain lines elsewhere, nothing when quiet."""
    if output.quiet:
        yield silent
    elif is_terminal(sys.stderr) and output.form != "json":
        from rich.console import Console
        from rich.status import Status

        console = Console(stderr=True)
        status = Status("", console=console)
        try:
            yield _Lively(status, console.print)
        finally:
            status.stop()
    else:
        yield _Plain()


def plain_reporter(output: Output) -> Reporter:
    """Hear events as plain lines on stderr, whatever it is; nothing when quiet."""
    return silent if output.quiet else _Plain()


class _Plain:
    """One line an event; member lines are prefixed and coloured where that helps."""

    def __init__(self) -> None:
        self._colours: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        with suppress(OSError):  # a terminal that was closed must not stop what is told of
            click.echo(self.line(event), err=True)

    def line(self, event: Event) -> str:
        """The event as one line, which moves no cursor."""
        subject, said = one_line(event.subject), one_line(event.text.expandtabs())
        if event.kind is EventKind.LOG:
            colour = self._colours.setdefault(
                subject, _MEMBER_COLOURS[len(self._colours) % len(_MEMBER_COLOURS)]
            )
            return f"{click.style(subject, fg=colour)} | {said}"
        text = f"{subject}: {said}" if subject else said
        if event.total:
            text = f"[{event.done}/{event.total}] {text}"
        return click.style(f"warning: {text}", fg="yellow") if event.kind is EventKind.WARNING else text


class _Lively(_Plain):
    """Steps move one line; everything else scrolls above it.

    The line begins with the first step: until then a passphrase may be asked for.
    """

    def __init__(self, status: object, write: object) -> None:
        super().__init__()
        self._status = status
        self._write = write

    def __call__(self, event: Event) -> None:
        from rich.text import Text

        line = Text.from_ansi(self.line(event))  # of a string rich takes [fd00::1] for markup
        if event.kind is EventKind.STEP:
            self._status.update(line)  # type: ignore[attr-defined]
            self._status.start()  # type: ignore[attr-defined]
        else:
            self._write(line)  # type: ignore[operator]
