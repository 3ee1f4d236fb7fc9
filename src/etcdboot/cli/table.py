"""Tables and lines of text on stdout: as wide as a terminal, else as wide as they need."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

Cell = str | tuple[str, str]  # a text, or a text and its style


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; a row that is None is a line between those above and those below it."""

    head: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...] | None]
    title: str = ""


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


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at the stream; None is one that the caller has closed (``>&-``)."""
    return stream is not None and stream.isatty()
