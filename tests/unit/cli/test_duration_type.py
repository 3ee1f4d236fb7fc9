from __future__ import annotations

import click
import pytest

from etcdboot.cli.duration_type import SECONDS, TIMEOUT


@pytest.mark.parametrize(("text", "seconds"), [("0s", 0.0), ("1m30s", 90.0), ("5ms", 0.005), (2.0, 2.0)])
def test_a_duration_becomes_seconds(text: str | float, seconds: float) -> None:
    assert SECONDS.convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["5", "-1s", "", "soon"])
def test_what_is_no_time_to_wait_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        SECONDS.convert(text, None, None)


@pytest.mark.parametrize("text", ["0s", "999us", "0"])
def test_nobody_answers_in_no_time(text: str) -> None:
    with pytest.raises(click.BadParameter, match="too short: 1ms at least"):
        TIMEOUT.convert(text, None, None)
    assert TIMEOUT.convert("1ms", None, None) == 0.001
