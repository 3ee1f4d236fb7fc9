from __future__ import annotations

import pytest

from etcdboot.base.durations import brief, format_lifetime, parse_go_duration, parse_lifetime

DAY = 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("365d", 365 * DAY),
        ("10y", 3650 * DAY),
        ("8760h", 365 * DAY),
        ("1d12h", 36 * 3600),
        ("5m", 300),
        ("1s", 1),
    ],
)
def test_a_lifetime_is_read_in_seconds(text: str, seconds: int) -> None:
    assert parse_lifetime(text) == seconds


@pytest.mark.parametrize("text", ["", "365", "1w", "1d ", "-1d", "1.5d", "d", "1D", "٣d", "999999999999d"])
def test_what_is_no_lifetime_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a lifetime"):
        parse_lifetime(text)


def test_a_lifetime_of_nothing_and_one_of_ages_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        parse_lifetime("0d")
    assert parse_lifetime("1000y") == 365_000 * DAY
    with pytest.raises(ValueError, match="longer than 1000 years"):
        parse_lifetime("1000y1s")


@pytest.mark.parametrize(
    ("seconds", "text"), [(3650 * DAY, "3650d"), (3600, "1h"), (90, "90s"), (120, "2m"), (DAY, "1d")]
)
def test_a_lifetime_is_written_in_its_largest_unit(seconds: int, text: str) -> None:
    assert format_lifetime(seconds) == text


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0), ("-0", 0), ("5s", 5 * 10**9), ("1h30m", 5400 * 10**9), ("1.5ms", 1_500_000),
        (".5s", 5 * 10**8),
        ("1.s", 10**9), ("-2us", -2000), ("+3µs", 3000), ("1ns", 1), ("0.0000000019s", 1),
    ],
)  # fmt: skip
def test_a_go_duration_is_read_in_nanoseconds(text: str, nanoseconds: int) -> None:
    assert parse_go_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "1d", "s", ".s", "1h 5m", "1e3s", "٣s", "1h-5m"])
def test_what_go_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_go_duration(text)


def test_a_duration_beyond_64_bits_is_refused() -> None:
    assert parse_go_duration("2562047h") > 0
    with pytest.raises(ValueError, match="longer"):
        parse_go_duration("2562048h")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-3, "0s"),
        (119, "119s"),
        (120, "2m"),
        (7199.9, "119m"),
        (7200, "2h"),
        (2 * 86400, "2d"),
        (364.9 * 86400, "364d"),
        (730 * 86400, "2y"),
    ],
)
def test_a_stretch_of_time_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert brief(seconds) == text
