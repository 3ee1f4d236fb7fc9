from __future__ import annotations

import pytest

from etcdboot.verify.report import Verdict, judge
from etcdboot.verify.text import MEANING_OF, seconds, simple
from samples.observations import all_well, dead, planned, seen, url, with_alarm


def test_a_healthy_endpoint_reads_as_etcdctl_words_it() -> None:
    first, *_, last = simple(judge(planned(), all_well()))
    assert first == f"{url('etcd1')} is healthy: successfully committed proposal: took = 2ms"
    assert last == "verdict: healthy (all that was looked at is well)"


def test_failures_come_with_layer_member_and_remedy() -> None:
    lines = simple(judge(planned(), (seen("etcd1"), seen("etcd2"), dead("etcd3"))))
    assert lines[2] == f"{url('etcd3')} is unhealthy: it is refused"
    assert lines[4] == f"fail EB610 network: etcd3: {url('etcd3')}: it is refused"
    assert lines[6].startswith("    remedy: start etcd there")


def test_an_endpoint_without_a_name_is_named_once() -> None:
    lines = simple(judge(None, (dead("etcd3"),)))
    assert lines[2] == f"fail EB610 network: {url('etcd3')}: it is refused"


def test_alarms_show_on_the_endpoint_and_as_a_failure() -> None:
    text = "\n".join(simple(judge(planned(), all_well(alarms=with_alarm("NOSPACE", "etcd2")))))
    assert f"{url('etcd2')} is unhealthy: active alarms: NOSPACE" in text
    assert "fail EB621 data: etcd2: alarm NOSPACE" in text


@pytest.mark.parametrize(
    ("took", "text"),
    [(0.002054, "2.05ms"), (1.234, "1.23s"), (0.0000005, "0.5µs"), (0.0, "0s"), (5.0, "5s"), (0.1, "100ms")],
)
def test_durations_read_as_go_prints_them(took: float, text: str) -> None:
    assert seconds(took) == text


def test_every_verdict_says_what_it_means() -> None:
    assert set(MEANING_OF) == set(Verdict)
