from __future__ import annotations

import errno
import json
import sys
from io import StringIO

import click
import pytest

from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.errors import ExitCode, Refused
from etcdboot.cli.output import Outcome, Output, deliver, failed, show, usage
from etcdboot.cli.table import Grid

NOTE = Diagnostic(Severity.NOTE, "EB007", "a note", path=".gitignore")


def table() -> tuple[Grid]:
    return (Grid(("member", "health"), [("etcd1", "good")]),)


def test_the_product_is_stdout_and_the_talk_is_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(
        ExitCode.OK,
        (warning("EB204", "few", "more", "members"), NOTE),
        lines=("done",),
        next_lines=("do", "this"),
    )
    assert deliver(outcome, Output()) is ExitCode.OK
    shown = capsys.readouterr()
    assert shown.out == "done\n"
    assert shown.err == (
        "members: warning EB204: few\n    hint: more\n.gitignore: note EB007: a note\n"
        "\nNext:\n  1. do\n  2. this\n"
    )


def test_each_command_of_a_step_is_on_its_own_line(capsys: pytest.CaptureFixture[str]) -> None:
    deliver(Outcome(next_lines=("copy the folders:\n       scp a\n       scp b\x1b[2J",)), Output())
    assert capsys.readouterr().err == (
        "\nNext:\n  1. copy the folders:\n       scp a\n       scp b\\x1b[2J\n"
    )


def test_a_product_that_ends_its_line_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    deliver(Outcome(product="a\n"), Output())
    assert capsys.readouterr().out == "a\n"


def test_nothing_to_say_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    deliver(Outcome(), Output())
    assert capsys.readouterr() == ("", "")


def test_quiet_leaves_errors_and_the_product(capsys: pytest.CaptureFixture[str]) -> None:
    found = (NOTE, error("EB201", "bad"), warning("EB204", "few"))
    deliver(Outcome(diagnostics=found, lines=("x",), next_lines=("do",)), Output(quiet=True))
    assert capsys.readouterr() == ("x\n", "error EB201: bad\n")


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(
        ExitCode.DRIFT, (NOTE,), {"changes": ["é"]}, lines=("x",), table=table, next_lines=("do",)
    )
    assert deliver(outcome, Output(form="json")) is ExitCode.DRIFT
    shown = capsys.readouterr()
    assert shown.err == ""
    assert json.loads(shown.out) == {
        "ok": False, "exit": 4, "diagnostics": [NOTE.as_json()], "changes": ["é"],
    }  # fmt: skip
    assert "é" in shown.out


def test_foreign_words_do_nothing_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show((error("EB563", "it says \x1b[2J\r\x9b1m", "look\nthere \x07", "a\x1bb"),), Output(colour=True))
    said = capsys.readouterr().err
    assert "a\\x1bb: " in said and "it says \\x1b[2J\\r\\x9b1m\n" in said
    assert said.endswith("    hint: look\\nthere \\x07\n")


def test_a_table_is_made_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    deliver(Outcome(lines=("plain",), table=table), Output())
    assert capsys.readouterr().out == "plain\n"
    deliver(Outcome(lines=("plain",), table=table), Output(form="table"))
    shown = capsys.readouterr().out
    assert "etcd1" in shown and "plain" not in shown
    deliver(Outcome(lines=("plain",)), Output(form="table"))
    assert capsys.readouterr().out == "plain\n"


def test_what_stops_a_command_gives_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert failed(Refused.because("EB005", "exists", "--force", "a"), Output()) is ExitCode.REFUSED
    assert capsys.readouterr().err == "a: error EB005: exists\n    hint: --force\n"


def test_colours_are_forced_or_forbidden(capsys: pytest.CaptureFixture[str]) -> None:
    for colour, coloured in ((True, True), (False, False), (None, False)):
        output = Output(colour=colour)
        show((error("EB201", "bad", "hint"),), output)
        output.talk("Next:", bold=True)
        assert ("\x1b[" in capsys.readouterr().err) is coloured


def test_a_reader_who_left_changes_no_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    assert deliver(Outcome(ExitCode.SPEC, lines=("x",)), Output()) is ExitCode.SPEC
    print("more")  # goes nowhere, and nobody minds


def test_an_output_that_cannot_be_kept_is_exit_8(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full(StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert deliver(Outcome(lines=("x",)), Output()) is ExitCode.MISSING
    assert capsys.readouterr().err == "error EB408: cannot write the output: No space left on device\n"


@pytest.mark.parametrize(
    ("words", "is_json"),
    [
        (("check", "-w", "json"), True), (("check", "-wjson"), True), (("check", "-qw", "json"), True),
        (("check", "--write-out", "json"), True), (("check", "--write-out=json"), True),
        (("check",), False), (("check", "-w", "table"), False), (("check", "-f", "json"), False),
        (("check", "w", "json"), False), (("check", "-w", "jsonl"), False), ((), False),
    ],
)  # fmt: skip
def test_a_usage_error_is_in_the_form_asked_for(
    words: tuple[str, ...], is_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert usage(click.UsageError("no such thing"), Output(), words) is ExitCode.USAGE
    shown = capsys.readouterr()
    assert (shown.out.startswith("{"), shown.err == "") == (is_json, is_json)
    assert "no such thing" in shown.out + shown.err


def test_a_hint_that_several_share_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    found = (
        error("EB330", "a", "make it"),
        error("EB330", "b", "make it"),
        NOTE,
        error("EB1", "c", "make it"),
    )
    show(found, Output())
    assert capsys.readouterr().err == (
        "error EB330: a\nerror EB330: b\n    hint: make it\n"
        ".gitignore: note EB007: a note\nerror EB1: c\n    hint: make it\n"
    )
    show(found, Output(quiet=True))
    assert capsys.readouterr().err.count("hint: make it") == 1
