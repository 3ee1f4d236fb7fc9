from __future__ import annotations

import json
from dataclasses import replace

import pytest

from etcdboot.base.errors import ExitCode
from etcdboot.observations.cluster import Alarms, Cause, Failure, Layer
from etcdboot.verify.check import Outcome
from etcdboot.verify.report import EXIT_CODE_OF, Verdict, judge
from samples.observations import (
    CLUSTER,
    NAMES,
    all_well,
    dead,
    denied,
    member,
    only,
    planned,
    seen,
    status,
    with_alarm,
    without_quorum,
)


def test_three_good_members_are_healthy() -> None:
    report = judge(planned(), all_well())
    assert report.verdict is Verdict.HEALTHY
    assert not report.those(Outcome.FAIL, Outcome.WARN, Outcome.SKIP)
    assert report.exit_code is ExitCode.OK


def test_they_are_healthy_without_a_plan_as_well() -> None:
    assert judge(None, all_well()).verdict is Verdict.HEALTHY


def test_one_dead_member_degrades() -> None:
    report = judge(planned(), (seen("etcd1"), seen("etcd2"), dead("etcd3")))
    assert report.verdict is Verdict.DEGRADED
    assert [each.subject for each in report.those(Outcome.FAIL)] == ["etcd3"]


def test_without_a_quorum_it_is_down() -> None:
    report = judge(planned(), (dead("etcd1"), dead("etcd2"), without_quorum("etcd3")))
    assert report.verdict is Verdict.DOWN


def test_nothing_that_answers_is_unreachable() -> None:
    assert judge(planned(), tuple(map(dead, NAMES))).verdict is Verdict.UNREACHABLE


@pytest.mark.parametrize("cause", [Cause.UNTRUSTED, Cause.CLIENT_REFUSED, Cause.WANTS_TLS])
def test_nothing_that_lets_us_in_is_refused(cause: Cause) -> None:
    report = judge(planned(), (dead("etcd1"), dead("etcd2", cause), dead("etcd3", cause)))
    assert report.verdict is Verdict.REFUSED


def test_a_denied_read_alone_is_refused_and_not_healthy() -> None:
    assert judge(planned(), (denied(),)).verdict is Verdict.REFUSED


def test_a_denied_read_on_one_endpoint_does_not_hide_that_another_fails() -> None:
    assert judge(planned(), (denied(), dead("etcd2"), seen("etcd3"))).verdict is Verdict.DEGRADED


def test_no_observation_at_all_is_unreachable_and_not_healthy() -> None:
    assert judge(planned(), ()).verdict is Verdict.UNREACHABLE


def test_a_quorum_of_another_cluster_does_not_count() -> None:
    foreign = seen("etcd3", status=status("etcd3", cluster_id=0xBAD))
    report = judge(planned(), (without_quorum("etcd1"), without_quorum("etcd2"), foreign))
    assert report.verdict is Verdict.DOWN
    assert report.cluster_id == CLUSTER


def test_every_verdict_has_an_exit_code() -> None:
    assert set(EXIT_CODE_OF) == set(Verdict)


def test_an_endpoint_is_unhealthy_for_each_reason_that_etcdctl_overlooks() -> None:
    foreign = seen("etcd3", status=status("etcd3", cluster_id=0xBAD))
    alarmed = seen("etcd2", alarms=with_alarm("NOSPACE", "etcd2"))
    report = judge(planned(), (denied(), alarmed, foreign))
    assert [(each.health, each.error) for each in report.endpoints] == [
        (False, "etcdserver: permission denied"),
        (False, "active alarms: NOSPACE"),
        (False, "a member of another cluster"),
    ]


def test_a_learner_s_endpoint_is_healthy() -> None:
    takes_none = Failure(Cause.LEARNER, "etcdserver: rpc not supported for learner", 0.001)
    learner = seen("etcd3", read=takes_none, alarms=takes_none, status=status("etcd3", is_learner=True))
    report = judge(None, (seen("etcd1"), learner))
    assert report.is_healthy
    assert report.endpoints[1].health


def test_json_has_the_promised_keys_and_hexadecimal_ids() -> None:
    body = json.loads(json.dumps(judge(planned(), (seen("etcd1"), dead("etcd2"))).as_json()))
    assert {"verdict", "endpoints", "members", "checks"} <= set(body)
    assert body["cluster_id"] == "cafe"
    assert set(body["endpoints"][0]) == {"endpoint", "health", "took", "error"}
    assert [each["id"] for each in body["members"]] == ["a1", "b2", "c3"]
    assert [each["leader"] for each in body["members"]] == [True, None, None]
    assert {"code", "subject", "layer", "status", "seen", "expected", "remedy"} <= set(body["checks"][0])


def test_a_row_of_the_table_is_empty_where_nothing_is_known() -> None:
    rows = [each.row() for each in judge(planned(), (seen("etcd1"),)).members]
    assert [row["leader"] for row in rows] == ["true", "", ""]
    assert rows[0].keys() == rows[1].keys()


def test_the_layer_of_a_failure_wins_over_the_check_s() -> None:
    [found] = only(judge(planned(), (dead("etcd1", Cause.EXPIRED), seen("etcd2"))), "EB610")
    assert found.layer is Layer.TLS


def test_the_member_list_of_whoever_is_ahead_is_gone_by() -> None:
    behind = seen("etcd2", status=status("etcd2", raft_index=3), members=Failure(Cause.FAILED, "?"))
    ahead = seen("etcd3", status=status("etcd3", raft_index=500))
    report = judge(planned(), (behind, ahead))
    assert [each.member for each in report.members] == [member(name) for name in NAMES]


def test_alarms_that_only_one_endpoint_could_tell_count() -> None:
    silent = Failure(Cause.DENIED, "etcdserver: permission denied")
    told = seen("etcd2", alarms=with_alarm("CORRUPT", "etcd1"))
    report = judge(planned(), (seen("etcd1", alarms=silent), told, seen("etcd3", alarms=Alarms(()))))
    [found] = only(report, "EB621")
    assert (found.subject, found.seen) == ("etcd1", "alarm CORRUPT")


def test_results_keep_what_the_check_found() -> None:
    report = judge(planned(), (seen("etcd1"),))
    assert replace(report, checks=()).those(Outcome.PASS) == ()
