"""All of rich: tables, and news on a terminal. Imported only when one of them is really shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.base.text import one_line
from etcdboot.cli.output import Cell, Grid, Output, is_terminal

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_MEMBER_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan")


def print_table(parts: Iterable[Grid | str]) -> None:
    """Print tables and lines of text on stdout, as wide as they need when stdout is no terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(width=None if is_terminal(sys.stdout) else 200, soft_wrap=True)
    for part in parts:
        console.print(_table(part) if isinstance(part, Grid) else Text(one_line(part)))


def _table(grid: Grid) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(*grid.head, title=Text(one_line(grid.title)) if grid.title else None, title_justify="left")
    for row in grid.rows:
        if row is None:
            table.add_section()
        else:
            table.add_row(*map(_cell, row))
    return table


def _cell(cell: Cell) -> Text:
    """The cell as plain text: of a string rich takes [fd00::1] for markup."""
    from rich.text import Text

    text, style = cell if isinstance(cell, tuple) else (cell, "")
    return Text(one_line(text), style)


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
