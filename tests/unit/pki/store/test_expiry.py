from __future__ import annotations

from datetime import timedelta

import pytest

from etcdboot.pki.store.expiry import Within, is_due, margin, parse_within, residual
from samples.certificates import DAY, NOW, SERVER, facts_of

FACTS = facts_of(SERVER)  # 365 days, due 30 days before its end
END = FACTS.not_after


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("30d", Within(seconds=30 * DAY)),
        ("1d12h", Within(seconds=36 * 3600)),
        ("20%", Within(share=0.2)),
        ("12.5%", Within(share=0.125)),
        ("100%", Within(share=1.0)),
    ],
)
def test_a_time_or_a_share_is_read(text: str, within: Within) -> None:
    assert parse_within(text) == within


@pytest.mark.parametrize("text", ["", "30", "x", "-1d", "0d", "101%", "200%", "%", "-5%", "1e3%", "30d%"])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"lifetime"):
        parse_within(text)


def test_the_residual_time_is_negative_once_it_has_ended() -> None:
    assert residual(FACTS, NOW) == 365 * DAY
    assert residual(FACTS, END + timedelta(seconds=7)) == -7


def test_the_plan_says_when_it_is_due_unless_another_time_is_given() -> None:
    assert margin(SERVER, FACTS, None) == 30 * DAY
    assert margin(SERVER, FACTS, Within(seconds=5)) == 5
    # Of the certificate's own life: five minutes of backdating are part of it.
    assert margin(SERVER, FACTS, Within(share=0.2)) == pytest.approx((365 * DAY + 300) * 0.2)


@pytest.mark.parametrize(
    ("left", "within", "due"),
    [
        (timedelta(days=30), None, True),
        (timedelta(days=30, seconds=1), None, False),
        (timedelta(days=-1), None, True),
        (timedelta(days=59), parse_within("60d"), True),
        (timedelta(days=59), parse_within("10%"), False),
        (timedelta(days=36), parse_within("10%"), True),
        (timedelta(days=-1), parse_within("1s"), True),
    ],
)
def test_it_is_due_from_then_on_and_stays_so(left: timedelta, within: Within | None, due: bool) -> None:
    assert is_due(SERVER, FACTS, END - left, within) is due
