"""Hostile text through every way out: stdout and stderr, in each form, on a terminal and elsewhere."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from io import StringIO

import click
import pytest

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import Refused
from etcdboot.base.progress import Event, EventKind
from etcdboot.base.text import LONGEST_LINE
from etcdboot.cli.console import plain_reporter, reporter
from etcdboot.cli.output import Outcome, Output, bug, deliver, failed, usage
from etcdboot.cli.table import Grid

HOSTILE = {
    "title": "\x1b]0;pwn\x07",
    "clear": "\x1b[2J\x1b[H",
    "C1": "\x9b2J\x85x",
    "DEL": "a\x7f\x7fb\x08",
    "line break": "bad\nverdict: healthy",
    "carriage return": "bad\rverdict: healthy",
    "CRLF": "bad\r\nverdict: healthy",
    "form feed": "a\x0b\x0cb",
    "U+2028": "bad\u2028verdict\u2029: healthy",
    "bidi": "a\u202ecba\u202c\u2066x\u2069",
    "zero-width": "ad\u200bmin\u200d\ufeff",
    "tag characters": "a\U000e0041",
    "markup": "[bold][link=http://x]a[/link][/bold][/]",
    "half a character": "a\udcffb",
    "endless": "Z" * 50_000,
}
OWN_STYLES = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r")
Outlet = Callable[[str], object]


def event(kind: EventKind, *, lively: bool, subject: bool = False) -> Outlet:
    def tell(text: str) -> None:
        news = Event(kind, "x", text) if subject else Event(kind, text, "etcd1")
        if not lively:
            plain_reporter(Output())(news)
            return
        with reporter(Output()) as hear:
            hear(news)

    return tell


def outcome(*, form: str = "simple", **parts: Callable[[str], object]) -> Outlet:
    def tell(text: str) -> object:
        made = {name: part(text) for name, part in parts.items()}
        return deliver(Outcome(**made), Output(form=form))  # type: ignore[arg-type]

    return tell


def table(text: str) -> Callable[[], Iterable[Grid | str]]:
    return lambda: (Grid(("head",), [(text,), None, ((text, "red"),)], title=text), text)


def diagnostic(message: str = "m", hint: str = "", path: str = "", file: str = "") -> tuple[Diagnostic]:
    return (Diagnostic(Severity.ERROR, "EB001", message, hint, path, file),)


OUTLETS: dict[str, Outlet] = {
    "lines": outcome(lines=lambda text: (text,)),
    "lines without a table": outcome(form="table", lines=lambda text: (text,)),
    "table": outcome(form="table", table=table),
    "next lines": outcome(next_lines=lambda text: (text,)),
    "talk": lambda text: Output().talk(text),
    "styled talk": lambda text: Output(colour=True).talk(text, bold=True),
    "message": outcome(diagnostics=lambda text: diagnostic(message=text)),
    "hint": outcome(diagnostics=lambda text: diagnostic(hint=text)),
    "path": outcome(diagnostics=lambda text: diagnostic(path=text)),
    "file": outcome(diagnostics=lambda text: diagnostic(file=text)),
    "what stops": lambda text: failed(Refused.because("EB005", text, text, text), Output()),
    "bug": lambda text: bug(ValueError(text), Output()),
    **{f"{kind}": event(kind, lively=False) for kind in EventKind},
    **{f"{kind} of": event(kind, lively=False, subject=True) for kind in EventKind},
    **{f"{kind}, lively": event(kind, lively=True) for kind in EventKind},
}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, outlet: Outlet, text: str, *, on_terminal: bool) -> str:
    """All that the outlet prints, less our own styles."""
    stream = Terminal() if on_terminal else StringIO()
    monkeypatch.setenv("COLUMNS", "100000")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    outlet(text)
    return OWN_STYLES.sub("", stream.getvalue())


@pytest.mark.parametrize("on_terminal", [False, True], ids=["piped", "terminal"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", OUTLETS)
def test_it_stays_one_short_line_of_printable_characters(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, on_terminal: bool
) -> None:
    harmless = shown(monkeypatch, OUTLETS[name], "harmless", on_terminal=on_terminal)
    found = shown(monkeypatch, OUTLETS[name], text, on_terminal=on_terminal)
    assert "harmless" in harmless
    lines = found.split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    if "lively" in name or name == "table":  # rich folds lines at the width
        assert len(found) < 10 * LONGEST_LINE
    else:
        assert len(lines) == harmless.count("\n") + 1
        assert all(len(line) < 2 * LONGEST_LINE + 100 for line in lines)  # a place and a message
    assert not re.search(r"^\W*verdict", found, re.MULTILINE)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_json_escapes_and_bounds_diagnostics(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    outlet = outcome(
        form="json", diagnostics=lambda text: diagnostic(message=text), body=lambda text: {"x": text}
    )
    found = shown(monkeypatch, outlet, text, on_terminal=True)
    assert all(line.isprintable() for line in found.split("\n"))
    whole = json.loads(found)
    assert whole["x"] == text
    assert len(whole["diagnostics"][0]["message"]) < LONGEST_LINE + 100


def test_a_product_is_escaped_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    outlet = outcome(product=lambda text: text)
    product = "--- a\n+++ b\n+\tkey: \x1b[2J\r\u202e\n"
    assert shown(monkeypatch, outlet, product, on_terminal=False) == product.replace(
        "\r", ""
    )  # by OWN_STYLES
    assert shown(monkeypatch, outlet, product, on_terminal=True) == (
        "--- a\n+++ b\n+\tkey: \\x1b[2J\\r\\u202e\n"
    )


@pytest.mark.parametrize("text", ["\x1b]0;pwn\x07", "\u202e", "\x9b2J"])
def test_a_usage_error_and_a_traceback_move_no_cursor(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for outlet in (
        lambda text: usage(click.UsageError(f"no such thing: {text}"), Output(), ()),
        lambda text: bug(ValueError(text), Output(debug=True)),
    ):
        found = shown(monkeypatch, outlet, text, on_terminal=True)
        assert found and all(line.isprintable() for line in found.split("\n"))
