from __future__ import annotations

import pytest

from etcdboot.bootstrap.dns_record_status import Line, Status, complaints
from etcdboot.observations.dns_answers import RecordType

BAD = [each for each in Status if each is not Status.OK]


def line(status: Status, expected: str | None = "a:1", seen: str | None = "b:2", because: str = "") -> Line:
    return Line("x.example.com", RecordType.SRV, expected, seen, status, because)


def test_what_is_right_is_not_spoken_of() -> None:
    assert list(complaints([line(Status.OK)])) == []


@pytest.mark.parametrize("status", BAD)
def test_each_way_of_being_wrong_has_a_code_and_a_remedy(status: Status) -> None:
    (said,) = complaints([line(status, because="so it is")])
    assert "x.example.com SRV" in said.message
    assert said.message.endswith("so it is") or "b:2 instead of a:1: so it is" in said.message
    assert said.hint


def test_each_way_of_being_wrong_has_a_code_of_its_own() -> None:
    assert len({each.code for each in complaints(map(line, BAD))}) == len(BAD)


def test_records_that_are_wrong_in_the_same_way_are_one_complaint() -> None:
    lines = [line(Status.MISSING, "a:1", None, "why"), line(Status.MISSING, "c:3", None, "why")]
    (said,) = complaints(lines)
    assert said.message == "x.example.com SRV lacks a:1, c:3: why"


def test_a_name_of_which_nothing_is_wanted_tells_why_alone() -> None:
    (said,) = complaints([line(Status.UNRESOLVED, None, None, "no such name")])
    assert said.message == "x.example.com SRV leads nowhere: no such name"


def test_what_is_wanted_and_seen_alike_is_told_once() -> None:
    assert line(Status.OK, "a:1", "a:1").told == "a:1"
    assert line(Status.WRONG_TARGET, "a:1", "b:2").told == "b:2 instead of a:1"
