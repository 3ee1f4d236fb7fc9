from __future__ import annotations

import socket
import time
from collections.abc import Callable

import grpc
import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.effects.etcd.client import Target, observe
from etcdboot.effects.tls.grpc_stubs import load_messages
from etcdboot.observations.cluster import (
    Alarm,
    Alarms,
    Cause,
    Failure,
    MemberList,
    Observation,
    Read,
    Status,
    Trust,
)
from samples.grpc_etcd import good, refusing, serving


def target(port: int) -> Target:
    endpoint = parse_url(f"http://127.0.0.1:{port}")
    return Target(endpoint, endpoint.authority, None, Trust.PLAIN)


def observed(answers: dict[str, Callable[[], bytes]], timeout: float = 5) -> Observation:
    with serving(good() | answers) as port:
        [found] = observe([target(port)], timeout)
    return found


def test_four_answers_make_a_whole_observation() -> None:
    found = observed({})
    assert isinstance(found.read, Read)
    assert isinstance(found.status, Status)
    assert (found.status.version, found.status.leader_id) == ("3.6.14", 0xA1)
    assert isinstance(found.members, MemberList)
    assert [each.name for each in found.members.members] == ["etcd1"]
    assert found.alarms == Alarms(())
    assert not found.failures


def test_fields_newer_than_the_messages_are_read() -> None:
    # Field 7 raftAppliedIndex 100, 8 errors, 9 dbSizeInUse 300, 10 isLearner: tag, then varint or length.
    newer = b"\x38\x64" + b"\x42\x02no" + b"\x48\xac\x02" + b"\x50\x01"
    status = good()["Maintenance/Status"]()
    learner = load_messages().Member(ID=7).SerializeToString() + b"\x28\x01"  # 5 isLearner
    listed = b"\x12" + bytes([len(learner)]) + learner
    found = observed({"Maintenance/Status": lambda: status + newer, "Cluster/MemberList": lambda: listed})
    assert isinstance(found.status, Status)
    assert (found.status.raft_applied_index, found.status.db_size_in_use) == (100, 300)
    assert (found.status.errors, found.status.is_learner) == (("no",), True)
    assert isinstance(found.members, MemberList)
    assert [(each.id, each.is_learner) for each in found.members.members] == [(7, True)]


def test_alarms_newer_than_the_messages_are_named() -> None:
    rpc = load_messages()
    raised = rpc.AlarmResponse(alarms=[rpc.AlarmMember(memberID=2, alarm=each) for each in (1, 2, 9, 1)])
    found = observed({"Maintenance/Alarm": raised.SerializeToString})
    assert found.alarms == Alarms((Alarm(2, "9"), Alarm(2, "CORRUPT"), Alarm(2, "NOSPACE")))


def test_a_read_that_an_election_cut_short_is_asked_again() -> None:
    turns = iter([refusing(grpc.StatusCode.UNAVAILABLE, "etcdserver: leader changed")] * 2)
    settled = good()["KV/Range"]
    found = observed({"KV/Range": lambda: next(turns, settled)()})
    assert isinstance(found.read, Read)


def test_a_read_that_stays_without_leader_ends_at_the_deadline() -> None:
    begun = time.monotonic()
    found = observed({"KV/Range": refusing(grpc.StatusCode.UNAVAILABLE, "etcdserver: no leader")}, 0.5)
    assert isinstance(found.read, Failure)
    assert found.read.cause is Cause.NO_LEADER
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("method", ["KV/Range", "Maintenance/Alarm"])
def test_silence_of_an_etcd_that_answers_otherwise_is_a_lack_of_quorum(method: str) -> None:
    def sleep() -> bytes:
        time.sleep(0.6)
        return b""

    found = observed({method: sleep}, 0.3)
    [failure] = found.failures
    assert (failure.cause, failure.detail) == (Cause.NO_LEADER, "no quorum answered within 0.3 s")
    assert found.unreached is None


def test_a_denied_read_proves_a_quorum() -> None:
    found = observed(
        {"KV/Range": refusing(grpc.StatusCode.PERMISSION_DENIED, "etcdserver: permission denied")}
    )
    assert found.has_quorum
    assert found.unreached is None


def test_something_that_is_not_etcd_is_called_so() -> None:
    with serving({}) as port:
        [found] = observe([target(port)], 2)
    assert found.unreached is not None
    assert found.unreached.cause is Cause.NOT_ETCD


def test_endpoints_are_asked_at_once_and_told_in_order() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole, serving(good()) as port:
        silent = [target(hole.getsockname()[1])] * 1
        begun = time.monotonic()
        found = observe([*silent, target(port), target(1)], 0.5)
        assert time.monotonic() - begun < 2
    causes = [each.unreached and each.unreached.cause for each in found]
    assert causes == [Cause.SILENT, None, Cause.REFUSED]


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert not observed({}).failures


def test_an_ipv6_endpoint_is_dialled_in_brackets() -> None:
    endpoint = parse_url("http://[::1]:1")
    [found] = observe([Target(endpoint, endpoint.authority, None, Trust.PLAIN)], 1)
    assert found.unreached is not None
    assert found.unreached.cause in (Cause.REFUSED, Cause.UNROUTABLE)
