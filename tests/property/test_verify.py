"""Whatever endpoints show, the judge has a verdict, and never calls healthy what is not."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.addresses import Host, HostKind, Url
from etcdboot.observations.cluster import (
    Alarm,
    Alarms,
    Cause,
    Failure,
    MemberList,
    Observation,
    Read,
    SeenMember,
    Status,
    Trust,
)
from etcdboot.verify.check import Outcome
from etcdboot.verify.report import Verdict, judge
from etcdboot.verify.text import simple
from samples.observations import planned

IDS = st.integers(0, 4) | st.integers(0, 2**64 - 1)
NAMES = st.sampled_from(["", "etcd1", "etcd2", "etcd3", "other"]) | st.text(max_size=5)
URLS = st.tuples() | st.tuples(st.sampled_from(["https://10.0.0.1:2380", "https://10.0.0.1:2379", "what"]))
FAILURES = st.builds(Failure, st.sampled_from(Cause), st.text(max_size=5), st.floats(0, 9))
VERSIONS = st.sampled_from(["3.4.23", "3.5.1", "3.6.14", "3.6.0-rc.1", ""])
STATUSES = st.builds(Status, IDS, IDS, VERSIONS, IDS, IDS, IDS, IDS, IDS, IDS, st.booleans())
MEMBERS = st.lists(st.builds(SeenMember, IDS, NAMES, URLS, URLS, st.booleans()), max_size=4).map(tuple)
ALARMS = st.lists(st.builds(Alarm, IDS, st.sampled_from(["NOSPACE", "CORRUPT", "7"])), max_size=2).map(tuple)
OBSERVATIONS = st.builds(
    Observation,
    st.integers(1, 4).map(lambda last: Url("https", Host(f"10.0.0.{last}", HostKind.IPV4), 2379)),
    st.builds(Read, st.floats(0, 9)) | FAILURES,
    STATUSES | FAILURES,
    st.builds(MemberList, IDS, MEMBERS) | FAILURES,
    st.builds(Alarms, ALARMS) | FAILURES,
    st.sampled_from(Trust),
)
SEEN = st.lists(OBSERVATIONS, max_size=4).map(tuple)


@given(SEEN, st.booleans())
def test_every_observation_has_a_verdict_that_can_be_printed(
    observations: tuple[Observation, ...], is_planned: bool
) -> None:
    report = judge(planned() if is_planned else None, observations)
    assert simple(report)
    assert json.loads(json.dumps(report.as_json()))["verdict"] == report.verdict


@given(SEEN)
def test_healthy_means_that_a_read_was_committed_and_that_nothing_failed(
    observations: tuple[Observation, ...],
) -> None:
    report = judge(planned(), observations)
    if report.verdict is Verdict.HEALTHY:
        assert any(isinstance(each.read, Read) for each in observations)
        assert all(each.unreached is None for each in observations)
        assert not any(isinstance(each.alarms, Alarms) and each.alarms.alarms for each in observations)
        assert not report.those(Outcome.FAIL)


@given(SEEN)
def test_a_failure_or_a_warning_always_says_what_to_do(observations: tuple[Observation, ...]) -> None:
    for each in judge(planned(), observations).those(Outcome.FAIL, Outcome.WARN):
        assert each.remedy
        assert each.expected
