"""Each check, shown to fail and shown to pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from etcdboot.base.diagnostic_codes import CODES
from etcdboot.observations.cluster import Cause, Failure, Layer, MemberList, Observation, Trust
from etcdboot.verify.check import CheckResult, Outcome
from etcdboot.verify.check_table import CHECKS
from etcdboot.verify.report import judge
from samples.observations import (
    CLUSTER,
    IDS,
    NAMES,
    all_well,
    dead,
    denied,
    member,
    members,
    only,
    planned,
    seen,
    status,
    url,
    with_alarm,
    without_quorum,
)


def result(code: str, *observations: Observation) -> CheckResult:
    """The one complaint of a check."""
    [found] = only(judge(planned(), observations), code)
    return found


def listed(*changed: object, without: str | None = None) -> MemberList:
    return MemberList(CLUSTER, members(*changed, without=without))  # type: ignore[arg-type]


def test_every_check_has_a_code_of_its_own_that_is_explained() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(CODES)


def test_every_check_is_silent_or_passes_on_a_good_cluster() -> None:
    assert {each.status for each in judge(planned(), all_well()).checks} == {Outcome.PASS}


@pytest.mark.parametrize("cause", [each for each in Cause if each not in (Cause.DENIED, Cause.LEARNER)])
def test_an_endpoint_out_of_reach_is_named_with_cause_layer_and_remedy(cause: Cause) -> None:
    why = Failure(cause, "in its words")
    found = result("EB610" if why.before_etcd else "EB613", dead("etcd2", cause), seen("etcd1"))
    assert (found.subject, found.layer) == ("etcd2", why.layer)
    assert "it is" in found.seen
    assert found.remedy


def test_auto_tls_is_encrypted_and_not_authenticated() -> None:
    found = result("EB611", *all_well(trust=Trust.ENCRYPTED))
    assert found.status is Outcome.WARN
    assert "etcd1, etcd2, etcd3" in found.seen


def test_denied_calls_are_not_verified_further() -> None:
    found = result("EB612", denied(alarms=Failure(Cause.DENIED, "no")))
    assert (found.status, found.layer) == (Outcome.WARN, Layer.AUTH)
    assert "denies the read, alarm list: not verified further" in found.seen


def test_a_read_without_a_leader_fails_in_raft() -> None:
    found = result("EB613", without_quorum("etcd1"), seen("etcd2"))
    assert (found.subject, found.layer) == ("etcd1", Layer.RAFT)


def test_reads_of_learners_and_denied_reads_are_skipped() -> None:
    learner = seen("etcd2", read=Failure(Cause.LEARNER, "rpc not supported for learner"))
    report = judge(planned(), (denied(), learner, dead("etcd3")))
    assert [each.subject for each in only(report, "EB613", Outcome.SKIP)] == list(NAMES)


def test_a_member_of_another_cluster_is_named() -> None:
    found = result("EB614", seen("etcd1"), seen("etcd2", status=status("etcd2", cluster_id=0xBAD)))
    assert found.seen == f"{url('etcd2')} belongs to the cluster bad"
    assert found.expected == "cluster id cafe"


def test_the_foretold_cluster_is_the_one_that_counts_even_when_outnumbered() -> None:
    foretold = planned().predicted_cluster_id
    assert foretold is not None
    right = seen("etcd1", status=status("etcd1", cluster_id=foretold))
    report = judge(planned(), (seen("etcd2"), seen("etcd3"), right))
    assert [each.subject for each in only(report, "EB614")] == ["etcd2", "etcd3"]


def test_a_lost_quorum_names_who_is_to_be_brought_back() -> None:
    found = result("EB615", without_quorum("etcd1"), dead("etcd2"), dead("etcd3"))
    assert found.seen == "quorum lost: 1 of 3 endpoints answer, none commits"
    assert found.expected == "2 of 3 voting members"
    assert found.remedy == "bring back etcd2, etcd3"


def test_a_lost_quorum_of_members_that_all_answer_points_to_their_logs() -> None:
    assert "log" in result("EB615", *map(without_quorum, NAMES)).remedy


def test_learners_do_not_count_for_the_quorum() -> None:
    learning = listed(member("etcd3", is_learner=True))
    [found] = only(judge(None, (seen("etcd1", members=learning),)), "EB615", Outcome.PASS)
    assert found.expected == "2 of 2 voting members"


def test_a_member_without_a_leader_is_named() -> None:
    assert result("EB616", seen("etcd1"), without_quorum("etcd3")).subject == "etcd3"


@pytest.mark.parametrize("other", [{"leader_id": IDS["etcd2"]}, {"raft_term": 3}])
def test_two_leaders_or_two_terms_are_told(other: dict[str, int]) -> None:
    found = result("EB616", seen("etcd1"), seen("etcd2", status=status("etcd2", **other)))
    assert "different leaders" in found.seen


def test_an_absent_member_comes_with_the_command_that_adds_it() -> None:
    found = result("EB617", seen("etcd1", members=listed(without="etcd2")))
    assert (found.subject, found.seen) == ("etcd2", "is not in the member list")
    assert f"etcdctl member add etcd2 --peer-urls={url('etcd2', 2380)}" in found.remedy


def test_a_member_that_the_spec_lacks_is_named() -> None:
    stranger = member("etcd3", id=0xD4, name="extra", peer_urls=("https://10.0.0.9:2380",))
    found = result("EB617", seen("etcd1", members=listed(stranger)))
    assert found.subject == "extra"
    assert "member remove d4" in found.remedy


def test_a_member_that_never_started_is_known_by_its_peer_urls() -> None:
    found = result("EB617", seen("etcd1", members=listed(member("etcd2", name="", client_urls=()))))
    assert found.subject == "etcd2"
    assert "never started" in found.seen


def test_a_member_without_client_urls_does_not_serve() -> None:
    found = result("EB617", seen("etcd1", members=listed(member("etcd2", client_urls=()))))
    assert found.seen == "has published no client URL"


def test_other_peer_urls_fail_and_other_client_urls_warn() -> None:
    other = ("https://10.9.9.9:2380",)
    found = result("EB617", seen("etcd1", members=listed(member("etcd2", peer_urls=other))))
    assert found.status is Outcome.FAIL
    assert f"member update b2 --peer-urls={url('etcd2', 2380)}" in found.remedy
    found = result("EB617", seen("etcd1", members=listed(member("etcd2", client_urls=other))))
    assert found.status is Outcome.WARN


def test_a_member_of_another_name_at_the_planned_peer_url_is_told() -> None:
    found = result("EB617", seen("etcd1", members=listed(member("etcd2", name="infra2"))))
    assert (found.seen, found.expected) == ("is called infra2", "called etcd2")


def test_the_spelling_of_a_url_does_not_matter() -> None:
    shouted = ("HTTPS://10.0.0.2:2380",)
    assert not only(
        judge(planned(), (seen("etcd1", members=listed(member("etcd2", peer_urls=shouted))),)), "EB617"
    )


def test_learners_are_named_and_no_fault() -> None:
    report = judge(None, (seen("etcd1", members=listed(member("etcd3", is_learner=True))),))
    assert [each.subject for each in only(report, "EB618", Outcome.PASS)] == ["etcd3"]
    assert report.is_healthy


def test_another_cluster_id_than_foretold_is_information() -> None:
    [found] = only(judge(planned(), all_well()), "EB619", Outcome.PASS)
    assert found.seen.startswith("cluster id cafe: bootstrapped from other names")


@pytest.mark.parametrize(
    ("version", "outcome"),
    [("3.6.13", Outcome.WARN), ("3.5.33", Outcome.WARN), ("3.4.23", Outcome.FAIL), ("mine", Outcome.WARN)],
)
def test_releases_that_differ_are_told(version: str, outcome: Outcome) -> None:
    found = result("EB620", seen("etcd1"), seen("etcd2", status=status("etcd2", version=version)))
    assert found.status is outcome
    assert version in found.seen


@pytest.mark.parametrize("kind", ["NOSPACE", "CORRUPT", "3"])
def test_an_alarm_fails_with_its_member_and_a_remedy(kind: str) -> None:
    found = result("EB621", *all_well(alarms=with_alarm(kind, "etcd2")))
    assert (found.subject, found.seen, found.layer) == ("etcd2", f"alarm {kind}", Layer.DATA)
    assert found.remedy


@pytest.mark.parametrize("code", ["EB614", "EB615", "EB616", "EB617", "EB620", "EB621"])
def test_what_nobody_told_is_skipped(code: str) -> None:
    [found] = only(judge(planned(), tuple(map(dead, NAMES))), code, *Outcome)
    assert found.status is Outcome.SKIP


@pytest.mark.parametrize(
    ("observe", "subject"),
    [(lambda: dead("etcd2"), "etcd2"), (lambda: seen("etcd3"), "etcd3")],
)
def test_subjects_are_members_names(observe: Callable[[], Observation], subject: str) -> None:
    report = judge(planned(), (observe(),))
    assert [each.subject for each in report.checks if each.code == "EB610"] == [subject]
    assert judge(None, (dead("etcd2"),)).checks[0].subject == url("etcd2")
