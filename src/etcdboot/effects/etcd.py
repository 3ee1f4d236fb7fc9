"""The etcd3 client: all endpoints and all calls at once, from one thread, one deadline for each endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any, Final

from etcdboot.effects.clock import monotonic
from etcdboot.effects.etcd_answers import alarms_of, failure_of, members_of, status_of
from etcdboot.effects.etcd_stubs import Tls, load_messages, open_channel
from etcdboot.ground.address import Url
from etcdboot.model.observation import Alarms, Cause, Failure, MemberList, Observation, Read, Status, Trust

_READ, _STATUS, _MEMBERS, _ALARMS = range(4)
_HEALTH_KEY: Final = b"health"  # what etcdctl endpoint health reads; it need not exist
_GRACE = 1.0  # seconds that gRPC may be late with telling that a deadline has passed

Answer = Read | Status | MemberList | Alarms | Failure


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint, where to dial for it, and with what; without ``tls`` it is spoken to in the clear."""

    endpoint: Url
    address: str
    tls: Tls | None
    trust: Trust


def observe(targets: Sequence[Target], timeout: float) -> tuple[Observation, ...]:
    """What each endpoint shows within ``timeout`` seconds, in the order of ``targets``.

    Nothing is retried and nothing waits for a connection, so a dead port is told in milliseconds.

    Raises:
        Missing: EB601, python3-etcd3 is not usable.
    """
    rpc = load_messages()
    done: SimpleQueue[tuple[int, int, Any, float]] = SimpleQueue()
    with ExitStack() as channels:
        begun = monotonic()
        for place, target in enumerate(targets):
            channel = channels.enter_context(open_channel(target.address, target.tls))
            for kind, call in enumerate(_calls(rpc, channel, timeout)):
                call.add_done_callback(_noting(done, place, kind))
        answers = _collect(done, len(targets) * 4, begun, timeout + _GRACE)
    return tuple(_observation(target, answers, place) for place, target in enumerate(targets))


def _calls(rpc: Any, channel: Any, timeout: float) -> list[Any]:
    maintenance = rpc.MaintenanceStub(channel)
    return [
        rpc.KVStub(channel).Range.future(rpc.RangeRequest(key=_HEALTH_KEY), timeout=timeout),
        maintenance.Status.future(rpc.StatusRequest(), timeout=timeout),
        rpc.ClusterStub(channel).MemberList.future(rpc.MemberListRequest(), timeout=timeout),
        maintenance.Alarm.future(rpc.AlarmRequest(), timeout=timeout),  # the action's default is GET
    ]


def _noting(done: SimpleQueue[tuple[int, int, Any, float]], place: int, kind: int) -> Callable[[Any], None]:
    # Runs in gRPC's thread: the time is taken there, the rest is left to ours.
    return lambda call: done.put((place, kind, call, monotonic()))


def _collect(
    done: SimpleQueue[tuple[int, int, Any, float]], count: int, begun: float, patience: float
) -> dict[tuple[int, int], Answer]:
    answers: dict[tuple[int, int], Answer] = {}
    while len(answers) < count:
        try:
            place, kind, call, at = done.get(timeout=max(0.0, begun + patience - monotonic()))
        except Empty:
            break
        answers[place, kind] = _answer(kind, call, at - begun)
    return answers


def _answer(kind: int, call: Any, took: float) -> Answer:
    if call.exception() is not None:
        return failure_of(call.code(), call.details() or "", took)
    if kind == _READ:
        return Read(took)
    return _DECODERS[kind](call.result())


_DECODERS: Final[dict[int, Callable[[Any], Answer]]] = {
    _STATUS: status_of,
    _MEMBERS: members_of,
    _ALARMS: alarms_of,
}


def _observation(target: Target, answers: dict[tuple[int, int], Answer], place: int) -> Observation:
    late = Failure(Cause.SILENT, "Deadline Exceeded")
    got: list[Any] = [answers.get((place, kind), late) for kind in range(4)]
    if not all(isinstance(each, Failure) and each.before_etcd for each in got):
        got = [_waited_for_quorum(each) for each in got]
    read, status, members, alarms = got
    return Observation(target.endpoint, read, status, members, alarms, target.trust)


def _waited_for_quorum(answer: Answer) -> Answer:
    """Etcd is there, so silence means that the call waits for a quorum (a read and an alarm list do)."""
    if isinstance(answer, Failure) and answer.cause is Cause.SILENT:
        detail = f"no quorum answered within {answer.took:.1f} s"
        return replace(answer, cause=Cause.NO_LEADER, detail=detail)
    return answer
