"""What a command gives back, and how it reaches stdout (the product) and stderr (the talk).

All that a person reads passes ``one_line`` here or in ``console``: text from endpoints, files, programs or
the network cannot move the cursor, start a line of its own, or go on without end. Commands hand over lines
and cells, never text with line breaks. ``tests/unit/cli/test_outlets.py`` tries every way out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from io import StringIO, TextIOWrapper
from itertools import zip_longest
from typing import Any

import click

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.base.text import COMMAND, LONGEST_LINE, one_line, printable_lines, shortened
from etcdboot.cli.table import Grid, is_terminal

# -w json, -wjson, -qw json, --write-out json, --write-out=json; one word a line
_JSON_ASKED = re.compile(r"^(-[a-z]*w\n?|--write-out[\n=])json$", re.MULTILINE)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@dataclass(slots=True)
class Output:
    """How the user wants to hear: ``form`` is -w, ``quiet`` silences the talk.

    ``colour`` False forbids colours; None leaves it to whether a terminal is there.
    """

    form: str = "simple"
    quiet: bool = False
    debug: bool = False
    colour: bool | None = None

    def talk(self, line: str = "", **style: Any) -> None:
        """One line on stderr, unless quiet."""
        if not self.quiet:
            click.secho(one_line(line), err=True, color=self.colour, **style)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command gives back.

    ``body`` holds the further keys of ``-w json``; otherwise ``lines`` are stdout, for people; ``table``
    gives what ``-w table`` prints, tables and lines of text (``lines`` where there is none); ``next_lines``
    list what a person does next: sentences, each with its commands after ``COMMAND``. ``product`` is stdout
    for a program or a file in place of lines, and stays as it is.
    """

    exit_code: ExitCode = ExitCode.OK
    diagnostics: tuple[Diagnostic, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    table: Callable[[], Iterable[Grid | str]] | None = None
    next_lines: tuple[str, ...] = ()
    product: str = ""


def take_any_character() -> None:
    """Let stdout spell out, as stderr does, what its encoding cannot say: a path may be any bytes."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def deliver(outcome: Outcome, output: Output) -> ExitCode:
    """Print an outcome; gives its exit code, also when nobody reads any more; 8 when it cannot be kept."""
    try:
        if output.form == "json":
            _print_json(outcome.exit_code, outcome.diagnostics, outcome.body)
        else:
            _print(outcome, output)
    except BrokenPipeError:
        # What the buffer still holds would be tried, and complained about, once more at the very end.
        sys.stdout = StringIO()
    except OSError as cause:
        sys.stdout = StringIO()
        lost = Diagnostic(Severity.ERROR, "EB408", f"cannot write the output: {cause.strerror or cause}")
        show((lost,), output)
        return ExitCode.MISSING
    return outcome.exit_code


def _print(outcome: Outcome, output: Output) -> None:
    show(outcome.diagnostics, output)
    if output.form == "table" and outcome.table is not None:
        from etcdboot.cli.table import print_table

        print_table(outcome.table())
    elif outcome.product:
        text = outcome.product if not is_terminal(sys.stdout) else _for_eyes(outcome.product)
        click.echo(text, nl=not text.endswith("\n"), color=True)  # else click takes escape sequences out
    else:
        for line in outcome.lines:
            click.echo(one_line(line))
    if outcome.next_lines:
        output.talk()
        output.talk("Next:", bold=True)
        for number, step in enumerate(outcome.next_lines, 1):
            sentence, *commands = step.split(COMMAND)
            output.talk(f"  {number}. {sentence}")
            for command in commands:
                output.talk(f"       {command}")


def _for_eyes(product: str) -> str:
    """A product that goes to a terminal: its line breaks and tabs are its own, other controls are escaped."""
    return "\t".join(map(printable_lines, product.split("\t")))


def usage(problem: click.ClickException, output: Output, words: tuple[str, ...]) -> ExitCode:
    """Print why the command line is wrong, as click words it; gives its exit code."""
    if output.form == "json" or _asks_for_json(words):
        output.form = "json"
        return deliver(
            Outcome(ExitCode.USAGE, (Diagnostic(Severity.ERROR, "EB002", problem.format_message()),)), output
        )
    said = StringIO()
    problem.show(said)
    click.echo(printable_lines(said.getvalue()), err=True, nl=False)
    return ExitCode.USAGE


def _asks_for_json(words: tuple[str, ...]) -> bool:
    """Whether ``-w json`` stands among words that click could not read."""
    return _JSON_ASKED.search("\n".join((*words, ""))) is not None


def failed(problem: EtcdbootError, output: Output) -> ExitCode:
    """Print what stopped a command; gives its exit code."""
    return deliver(Outcome(problem.exit_code, problem.diagnostics), output)


def bug(problem: Exception, output: Output) -> ExitCode:
    """One line for what must not happen; the traceback only when asked for."""
    if output.debug:
        import traceback

        click.echo(printable_lines("".join(traceback.format_exception(problem))), err=True)
    message = f"a bug in etcdboot: {type(problem).__name__}: {problem}"
    hint = "run it again as `etcdboot --debug …` and report what it prints"
    return deliver(Outcome(ExitCode.BUG, (Diagnostic(Severity.ERROR, "EB001", message, hint),)), output)


def show(diagnostics: Iterable[Diagnostic], output: Output) -> None:
    """Print diagnostics on stderr as compilers do; errors also when quiet; a hint that they share once.

    Each of its parts is one line.
    """
    shown = [each for each in diagnostics if not output.quiet or each.severity is Severity.ERROR]
    for each, following in zip_longest(shown, shown[1:]):
        label = click.style(f"{each.severity} {each.code}", fg=_COLOURS[each.severity], bold=True)
        place = f"{each.place}: " if each.place else ""
        click.echo(f"{one_line(place)}{label}: {one_line(each.message)}", err=True, color=output.colour)
        if each.hint and (following is None or following.hint != each.hint):
            click.echo(f"    hint: {one_line(each.hint)}", err=True, color=output.colour)


def _print_json(code: ExitCode, diagnostics: Iterable[Diagnostic], body: Mapping[str, Any]) -> None:
    whole = {
        "ok": code is ExitCode.OK,
        "exit": int(code),
        "diagnostics": [_bounded(each.as_json()) for each in diagnostics],
        **body,
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False)
    click.echo("".join(map(_in_json, text)))


def _bounded(diagnostic: Mapping[str, str | int]) -> dict[str, str | int]:
    return {
        name: shortened(value, LONGEST_LINE) if isinstance(value, str) else value
        for name, value in diagnostic.items()
    }


def _in_json(character: str) -> str:
    """The character; spelt out where it is half of one, as in a path that is no UTF-8, or moves a cursor."""
    return character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
