from __future__ import annotations

import sys
from io import StringIO

import pytest

from etcdboot.base.progress import Event, EventKind
from etcdboot.cli.console import plain_reporter, reporter
from etcdboot.cli.output import Output
from etcdboot.cli.table import Grid, print_table

STEP = Event(EventKind.STEP, "made", "etcd1/server", 2, 8)
NEWS = (
    STEP,
    Event(EventKind.NOTE, "all good"),
    Event(EventKind.WARNING, "slow disk", "etcd2"),
    Event(EventKind.LOG, "ready to serve", "etcd1"),
)
LINES = "[2/8] etcd1/server: made\nall good\nwarning: etcd2: slow disk\netcd1 | ready to serve\n"


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def tell(output: Output) -> None:
    with reporter(output) as report:
        for event in NEWS:
            report(event)


def test_away_from_a_terminal_each_event_is_a_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    tell(Output())
    assert capsys.readouterr() == ("", LINES)


def test_the_plain_reporter_is_plain_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    for event in NEWS:
        plain_reporter(Output())(event)
        plain_reporter(Output(quiet=True))(event)
    assert capsys.readouterr() == ("", LINES)


def test_foreign_words_do_nothing_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in (EventKind.STEP, EventKind.LOG):
        plain_reporter(Output())(Event(kind, "\x1b[2J\tgone\x07", "etcd1"))
    assert capsys.readouterr().err == "etcd1: \\x1b[2J    gone\\x07\netcd1 | \\x1b[2J    gone\\x07\n"


@pytest.mark.parametrize("kind", EventKind)
def test_brackets_stand_as_they_are_on_a_terminal(monkeypatch: pytest.MonkeyPatch, kind: EventKind) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with reporter(Output()) as report:
        report(Event(kind, "http://[fd00::1]:2379 [/no] [bold]"))
    assert "http://[fd00::1]:2379 [/no] [bold]" in shown.getvalue()


def test_quiet_hears_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tell(Output(quiet=True))
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_a_step_moves_one_line_and_the_rest_scrolls(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    tell(Output())
    text = shown.getvalue()
    assert "all good" in text and "ready to serve" in text
    assert text.count("[2/8]") <= 1 or "\r" in text


def test_json_has_plain_lines_on_a_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    tell(Output(form="json"))
    assert "[2/8] etcd1/server: made\n" in shown.getvalue()


def test_members_are_told_apart_by_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    report = plain_reporter(Output())
    for name in ("a", "b", "a"):
        report(Event(EventKind.LOG, "x", name))
    first, second, again = shown.getvalue().splitlines()
    assert "\x1b[36m" in first
    assert first == again
    assert second != first.replace("a", "b")


def test_a_closed_stderr_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    tell(Output())


def test_a_table_is_as_wide_as_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Grid(("endpoint",), [("x" * 150,)])])
    assert "x" * 150 in capsys.readouterr().out
