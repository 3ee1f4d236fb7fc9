from __future__ import annotations

from itertools import combinations

import pytest

from etcdboot.base.diagnostics import Severity, error, warning
from etcdboot.base.errors import (
    PRECEDENCE,
    Down,
    Drift,
    EtcdbootError,
    ExitCode,
    Missing,
    Refused,
    SpecError,
    UsageError,
    first_of,
)

KINDS = {UsageError: 2, SpecError: 3, Drift: 4, Down: 6, Refused: 7, Missing: 8, EtcdbootError: 1}


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_has_an_exit_code(kind: type[EtcdbootError]) -> None:
    assert kind.exit_code == KINDS[kind]


def test_because_makes_an_error_of_one_diagnostic_and_keeps_its_kind() -> None:
    problem = Missing.because("EB003", "gone", "look", "x.yaml")
    assert isinstance(problem, Missing)
    (only,) = problem.diagnostics
    assert (only.severity, only.code, only.message, only.hint, only.path) == (
        Severity.ERROR, "EB003", "gone", "look", "x.yaml",
    )  # fmt: skip


def test_an_error_says_all_its_messages() -> None:
    assert str(SpecError(error("EB101", "one"), warning("EB204", "two"))) == "one; two"


def test_of_several_codes_the_first_in_the_order_of_the_design_counts() -> None:
    assert [int(code) for code in PRECEDENCE] == [2, 3, 8, 7, 6, 5, 4, 0]
    assert first_of([]) is ExitCode.OK
    for first, second in combinations(PRECEDENCE, 2):
        assert first_of([second, first]) is first
