from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.bootstrap.preflight_peers import Neighbours, Seen, clocks, misfits, nobody_to_join, strangers
from etcdboot.observations.cluster import SeenMember
from etcdboot.observations.host import PeerAnswer, Speech
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClusterState, MemberSpec, PeerTls, TlsSpec
from samples.specs import THREE, planned, three

PLAN = planned(THREE)
PLAIN = planned(three(tls=TlsSpec(peer=PeerTls.OFF)))
JOINER = MemberSpec(name="etcd4", host="10.0.0.4", initial_cluster_state=ClusterState.EXISTING)
GROWN = planned(three(members=(*THREE.members, JOINER)))
OWN = PLAN.predicted_cluster_id
assert OWN is not None
OTHER = 0xABC


def seen(number: int, plan: ClusterPlan = PLAN, speech: Speech = Speech.HTTPS, **told: object) -> Seen:
    """What the member of that number showed."""
    member = plan.members[number - 1]
    answer = PeerAnswer(member.initial_advertise_peer_urls[0], speech)
    return Seen(number - 1, member, replace(answer, **told))  # type: ignore[arg-type]


def runs(
    number: int, cluster: int = OWN, plan: ClusterPlan = PLAN, rows: tuple[SeenMember, ...] = ()
) -> Seen:
    """A member that runs in that cluster."""
    return seen(number, plan, cluster_id=cluster, members=rows, ahead=0)


def around(
    *answers: Seen, plan: ClusterPlan = PLAN, fresh: Collection[str] = (), own: Collection[int] = ()
) -> Neighbours:
    return Neighbours(plan, answers, fresh, frozenset(own))


def row(number: int, plan: ClusterPlan = PLAN, *, started: bool = True) -> SeenMember:
    """The member as a running cluster lists it."""
    member = plan.members[number - 1]
    urls = tuple(map(str, member.initial_advertise_peer_urls))
    clients = tuple(map(str, member.advertise_client_urls)) if started else ()
    return SeenMember(member.predicted_id or number, member.name, urls, clients)


def told(found: list[Diagnostic]) -> list[tuple[str, str]]:
    assert all(each.hint for each in found)
    return [(each.code, each.path) for each in found]


def test_peers_that_wait_or_run_as_planned_are_good() -> None:
    silent = seen(3, speech=Speech.NOTHING, detail="connection refused")
    here = around(runs(2), silent, fresh=("etcd1",))
    assert [*misfits(here), *strangers(here), *clocks(here), *nobody_to_join(here)] == []


def test_a_peer_that_wants_another_certificate_is_no_stranger() -> None:
    here = around(seen(2, detail="tlsv13 alert certificate required"))
    assert [*misfits(here), *strangers(here)] == []


@pytest.mark.parametrize(
    ("plan", "speech", "code"), [(PLAN, Speech.HTTP, "EB540"), (PLAIN, Speech.HTTPS, "EB541")]
)
def test_a_peer_of_the_wrong_scheme_is_told(plan: ClusterPlan, speech: Speech, code: str) -> None:
    cluster = plan.predicted_cluster_id
    here = around(seen(2, plan, speech, cluster_id=cluster), plan=plan)
    (found,) = misfits(here)
    assert told([found]) == [(code, "members[1]")]
    assert f"etcd2 ({plan.members[1].initial_advertise_peer_urls[0]})" in found.message


@pytest.mark.parametrize(
    "answer",
    [
        seen(2, speech=Speech.OTHER, detail="it speaks SSH"),
        seen(2, ahead=0, detail="no /members"),
        seen(2, speech=Speech.HTTP, ahead=0, detail="no /members"),
    ],
)
def test_what_is_no_etcd_is_told(answer: Seen) -> None:
    (found,) = misfits(around(answer))
    assert told([found]) == [("EB542", "members[1]")]
    assert answer.answer.detail in found.message


def test_a_peer_of_another_cluster_than_the_one_to_be_founded() -> None:
    (found,) = strangers(around(runs(2, OTHER), runs(3), fresh=("etcd1",)))
    assert told([found]) == [("EB543", "members[1]")] and found.severity is Severity.ERROR
    assert f"in the cluster abc, not in {OWN:x}" in found.message


def test_a_peer_of_another_cluster_than_the_data_here() -> None:
    assert told(list(strangers(around(runs(2, OTHER), runs(3, 7), own={OTHER})))) == [("EB543", "members[2]")]
    assert list(strangers(around(runs(2), own={OTHER}))) == []  # the data are wrong, which is said elsewhere


def test_where_nobody_here_has_a_say_the_peers_must_agree() -> None:
    assert told(list(strangers(around(runs(2, OTHER), runs(3))))) == [("EB543", "members[1]")]
    assert told(list(strangers(around(runs(1, 7, GROWN), runs(2, 8, GROWN), plan=GROWN)))) == [
        ("EB543", "members[1]")
    ]
    alike = around(runs(1, 7, GROWN), runs(2, 7, GROWN), plan=GROWN, fresh=("etcd3", "etcd4"))
    assert list(strangers(alike)) == []


def test_a_cluster_of_one_mind_may_bear_another_id() -> None:
    (found,) = strangers(around(runs(2, OTHER), runs(3, OTHER)))
    assert (found.code, found.severity) == ("EB543", Severity.NOTE)
    assert list(strangers(around(runs(2, OTHER), own={OTHER}))) == []
    assert list(strangers(around(seen(2, speech=Speech.NOTHING)))) == []


def test_a_founder_that_lost_its_data_is_told_to_come_back_as_a_joiner() -> None:
    rows = (row(1), row(2))
    (found,) = strangers(around(runs(2, rows=rows), fresh=("etcd1",)))
    assert told([found]) == [("EB544", "members[0]")]
    assert f"member remove {PLAN.members[0].predicted_id:x}" in found.hint


def test_a_founder_that_the_waiting_others_do_not_know_as_started_may_start() -> None:
    rows = (row(1, started=False), row(2))
    assert list(strangers(around(runs(2, rows=rows), fresh=("etcd1",)))) == []


def test_a_joiner_must_have_been_added() -> None:
    rows = tuple(row(number, GROWN) for number in (1, 2, 3))
    (found,) = misfits(around(runs(1, 7, GROWN, rows), plan=GROWN, fresh=("etcd4",)))
    assert told([found]) == [("EB545", "members[3]")]
    assert "etcdctl member add etcd4 --peer-urls=https://10.0.0.4:2380" in found.hint


def test_a_joiner_that_was_added_may_join() -> None:
    rows = tuple(row(number, GROWN) for number in (1, 2, 3, 4))
    assert list(misfits(around(runs(1, 7, GROWN, rows), plan=GROWN, fresh=("etcd4",)))) == []
    assert list(misfits(around(runs(1, 7, GROWN, rows[:3]), plan=GROWN))) == []  # it has data, and has joined


def test_a_joiner_is_told_of_as_many_as_there_are() -> None:
    rows = tuple(row(number, GROWN) for number in (1, 2, 4))
    (found,) = misfits(around(runs(1, 7, GROWN, rows), plan=GROWN, fresh=("etcd4",)))
    assert found.code == "EB545" and "told of 4 members" in found.message and "has 3" in found.message


def test_a_joiner_needs_somebody_to_join() -> None:
    silent = [seen(number, GROWN, Speech.NOTHING) for number in (1, 2, 3)]
    assert told(list(nobody_to_join(around(*silent, plan=GROWN, fresh=("etcd4",))))) == [
        ("EB546", "members[3]")
    ]
    assert list(nobody_to_join(around(*silent, plan=GROWN, fresh=("etcd1",)))) == []
    assert list(nobody_to_join(around(*silent[1:], runs(1, 7, GROWN), plan=GROWN, fresh=("etcd4",)))) == []


@pytest.mark.parametrize(
    ("ahead", "said"), [(90, "90 s behind that of etcd2"), (-7, "7 s ahead of that of etcd2")]
)
def test_clocks_that_differ_are_worth_a_warning(ahead: int, said: str) -> None:
    here = around(seen(2, ahead=ahead), seen(3, ahead=1))
    (found,) = clocks(here)
    assert (found.code, found.severity) == ("EB547", Severity.WARNING) and said in found.message
    assert "etcd3" not in found.message


def test_the_others_clock_is_the_middle_one() -> None:
    assert around(seen(1, ahead=9), seen(2, ahead=-900), seen(3, ahead=10)).ahead == 9
    assert around(seen(1)).ahead is None
