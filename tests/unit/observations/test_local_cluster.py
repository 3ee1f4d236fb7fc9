from __future__ import annotations

import json

import pytest

from etcdboot.base.diagnostics import warning
from etcdboot.base.errors import ExitCode
from etcdboot.observations.local_cluster import LocalCluster, MemberState, Phase, Settled, how_it_ended

MEMBER = MemberState("e1", Phase.EXITED, None, -9, ("http://127.0.0.1:2379",), "/logs/e1.log")
CLUSTER = LocalCluster("c", "3.5.1", "/state", True, "", (("ETCDCTL_ENDPOINTS", "x"),), (MEMBER,), "healthy")


def test_a_cluster_travels_as_json() -> None:
    assert LocalCluster.from_json(json.loads(json.dumps(CLUSTER.as_json()))) == CLUSTER


def test_how_it_came_out_travels_as_json() -> None:
    settled = Settled(ExitCode.DEGRADED, (warning("EB505", "m", "h", "p"),), CLUSTER.as_json(), ("a", "b"))
    assert Settled.from_json(json.loads(json.dumps(settled.as_json()))) == settled


@pytest.mark.parametrize(
    ("status", "text"), [(0, "exit code 0"), (-9, "signal KILL"), (-250, "signal 250"), (3, "exit code 3")]
)
def test_an_end_is_told_in_words(status: int, text: str) -> None:
    assert how_it_ended(status) == text


def test_a_member_that_has_ended_tells_how() -> None:
    assert MEMBER.text == "exited (signal KILL)"


def test_a_member_that_was_stopped_tells_no_more_than_that() -> None:
    assert MemberState("e1", Phase.STOPPED, None, 0, (), "").text == "stopped"
