from __future__ import annotations

from datetime import timedelta

from etcdboot.effects import clock


def test_the_clock_runs_in_utc_and_forward() -> None:
    first, second = clock.now(), clock.now()
    assert first.utcoffset() == timedelta()
    assert first <= second
