from __future__ import annotations

import json

import pytest

from etcdboot.etcd.log_lines import compact, complaint


def line(level: str, msg: str, **fields: object) -> str:
    return json.dumps({"level": level, "ts": "2026", "caller": "a.go:1", "msg": msg, **fields})


def test_a_line_loses_time_and_caller_and_keeps_the_rest() -> None:
    assert compact(line("warn", "lost", peer="e2", tries=3)) == "warn  lost (peer=e2, tries=3)"


def test_a_stack_trace_is_for_the_log_only_and_a_line_stays_one_line() -> None:
    assert compact(line("fatal", "a", stacktrace="main\n\tmain.go:3", error="b\nc")) == "fatal a (error=b c)"


def test_a_line_without_details_has_no_brackets() -> None:
    assert compact(line("info", "ready")) == "info  ready"


def test_long_details_are_cut() -> None:
    shown = compact(line("info", "starting", settings="x" * 1000))
    assert len(shown) < 200 and shown.endswith("…)")


@pytest.mark.parametrize("text", ["panic: oh no", "{not json", '{"some": "json"}', ""])
def test_other_lines_stay_as_they_are(text: str) -> None:
    assert compact(text) == text


def test_the_first_grave_line_says_why() -> None:
    lines = (line("info", "a"), line("fatal", "cause", error="e"), line("error", "sequel"), "exit")
    assert complaint(lines) == "fatal cause (error=e)"


def test_without_a_grave_line_the_last_one_counts() -> None:
    assert complaint(("flag provided but not defined: -x", "  ")) == "flag provided but not defined: -x"


def test_who_said_nothing_has_no_complaint() -> None:
    assert complaint(()) == ""


@pytest.mark.parametrize("text", ['{"a":' * 100_000, '{"level": [], "msg": {}}', '{"level": null, "msg": 1}'])
def test_a_log_of_another_program_is_no_fault(text: str) -> None:
    assert compact(text)
    assert complaint((text,))
