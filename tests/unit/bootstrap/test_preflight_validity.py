from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.bootstrap.preflight_validity import Validity, out_of_date

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def judged(
    begins: timedelta, ends: timedelta, ahead: int | None = None, ca: bool = False
) -> list[Diagnostic]:
    name = "ca" if ca else "etcd1/peer"
    found = Validity("/etc/etcd/pki/x.pem", name, NOW + begins, NOW + ends, ca)
    told = list(out_of_date([found], NOW, ahead))
    assert all((each.code, each.file) == ("EB548", found.file) for each in told)
    return told


def test_a_certificate_that_holds_is_good() -> None:
    assert judged(-DAY, DAY) == [] == judged(timedelta(), DAY)


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (timedelta(seconds=1), "1s"),
        (timedelta(minutes=3, seconds=1), "3m"),
        (timedelta(hours=47), "47h"),
        (100 * DAY, "100d"),
    ],
)
def test_one_that_is_not_valid_yet_tells_of_a_clock_that_is_behind(gap: timedelta, said: str) -> None:
    (told,) = judged(gap, 400 * DAY)
    assert f"which is {said} away" in told.message and "behind" in told.hint


def test_one_that_has_expired_is_to_be_renewed() -> None:
    (told,) = judged(-9 * DAY, -3 * DAY)
    assert "expired 3d ago" in told.message and told.hint.endswith("etcdboot certs renew etcd1/peer")
    (told,) = judged(-9 * DAY, -3 * DAY, ca=True)
    assert "certs --pki DIR" in told.hint and "all members together" in told.hint


def test_one_that_holds_by_the_peers_clocks_tells_of_a_clock_that_is_ahead() -> None:
    (told,) = judged(-9 * DAY, -timedelta(hours=1), ahead=-7200)
    assert "this machine's is ahead" in told.hint
    (told,) = judged(-9 * DAY, -timedelta(hours=3), ahead=-7200)
    assert "renew" in told.hint


def test_what_is_printed_of_it() -> None:
    assert Validity("f", "n", NOW, NOW + DAY).as_json() == {
        "file": "f",
        "name": "n",
        "not_before": "2026-11-23T12:00:00Z",
        "not_after": "2026-11-24T12:00:00Z",
    }
