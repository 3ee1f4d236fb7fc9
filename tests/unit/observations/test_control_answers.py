from __future__ import annotations

import pytest

from etcdboot.observations import control_answers
from etcdboot.observations.control_answers import AnswerProblem, Check, checked


def test_fields_that_nobody_asked_for_are_left_out() -> None:
    assert checked({"a": "x", "b": 1}, {"a": control_answers.line}) == {"a": "x"}


def test_a_problem_names_the_field() -> None:
    with pytest.raises(AnswerProblem, match=r"^a is missing$"):
        checked({}, {"a": control_answers.line})
    with pytest.raises(AnswerProblem, match=r"^a: text expected$"):
        checked({"a": 1}, {"a": control_answers.line})
    with pytest.raises(AnswerProblem, match=r"^an object expected$"):
        checked([], {})


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (control_answers.line, ["", "a b", "ü", "x" * 255],
         [None, 1, "a\nb", "\x1b", "\u202e", "\u200b", "x" * 256]),
        (control_answers.text, ["a\nb", "\udcff"], [None, "a\0", "x" * 65537]),
        (control_answers.flag, [True, False], [0, 1, "true", None]),
        (control_answers.pid, [None, 1, 4194304], [0, -1, 4194305, True, 1.0, "1"]),
        (control_answers.status, [None, 0, -9, 255], [-129, 256, False]),
        (control_answers.endpoint, ["http://a:1", "https://[::1]:2379"], ["", "a", "http://a:1/x", 1]),
        (control_answers.many(control_answers.flag), [[], [True]], [{}, "ab", [1], [True] * 1001]),
        (control_answers.environment, [{}, {"ETCDCTL_CERT": "a\nb"}],
         [[], {"ETCDCTL_USER": ""}, {"ETCDCTL_KEY": 1}]),
    ],
)  # fmt: skip
def test_a_check_takes_what_it_names_and_nothing_else(
    check: Check, good: list[object], bad: list[object]
) -> None:
    for value in good:
        check(value)
    for value in bad:
        with pytest.raises(ValueError):
            check(value)
