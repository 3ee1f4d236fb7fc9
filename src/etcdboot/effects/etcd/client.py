"""The etcd3 client: all endpoints and all calls at once, from one thread, one deadline for each endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects.clock import monotonic, pause
from etcdboot.effects.etcd.responses import alarms_of, failure_of, members_of, status_of
from etcdboot.effects.tls.grpc_stubs import Tls, load_messages, open_channel
from etcdboot.observations.cluster import (
    Alarms,
    Cause,
    Failure,
    MemberList,
    Observation,
    Read,
    Status,
    Trust,
)

_READ, _STATUS, _MEMBERS, _ALARMS = range(4)
_HEALTH_KEY: Final = b"health"  # what etcdctl endpoint health reads; it need not exist
_GO_DEADLINE: Final = "context deadline exceeded"  # etcd may notice the deadline before gRPC does
_PAUSE: Final = 0.05  # seconds before a read is asked again
_GRACE: Final = 1.0  # seconds that gRPC may be late with telling that a deadline has passed

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

    Nothing waits for a connection, so a dead port is told in milliseconds. Only a read that an election cut
    short is asked again: etcd answers at once when the leader changes, and etcdctl asks again, too.

    Raises:
        Missing: EB601, python3-etcd3 is not usable.
    """
    rpc = load_messages()
    with ExitStack() as channels:
        opened = [channels.enter_context(open_channel(each.address, each.tls)) for each in targets]
        round_ = _Round([_calls(rpc, each) for each in opened], timeout)
        answers = round_.run()
    return tuple(_observation(target, answers, place) for place, target in enumerate(targets))


def _calls(rpc: Any, channel: Any) -> list[Callable[[float], Any]]:
    """For each kind of question what asks it, given the seconds it may take."""
    maintenance = rpc.MaintenanceStub(channel)
    asked = (
        (rpc.KVStub(channel).Range, rpc.RangeRequest(key=_HEALTH_KEY)),
        (maintenance.Status, rpc.StatusRequest()),
        (rpc.ClusterStub(channel).MemberList, rpc.MemberListRequest()),
        (maintenance.Alarm, rpc.AlarmRequest()),  # the action's default is GET
    )
    return [partial(_ask, call, request) for call, request in asked]


def _ask(call: Any, request: Any, seconds: float) -> Any:
    return call.future(request, timeout=seconds)


class _Round:
    """All calls to all endpoints, under way at once; their answers come in through one queue."""

    def __init__(self, calls: list[list[Callable[[float], Any]]], timeout: float) -> None:
        self._calls = calls
        self._begun = monotonic()
        self._deadline = self._begun + timeout
        self._done: SimpleQueue[tuple[int, int, Any, float]] = SimpleQueue()

    def run(self) -> dict[tuple[int, int], Answer]:
        """The answers by place and kind; one that is missing did not even come in time to say so."""
        waiting = {(place, kind) for place, calls in enumerate(self._calls) for kind in range(len(calls))}
        answers: dict[tuple[int, int], Answer] = {}
        for place, kind in sorted(waiting):
            self._send(place, kind)
        while waiting:
            try:
                place, kind, call, at = self._done.get(timeout=max(0.0, self._left() + _GRACE))
            except Empty:
                break
            answer = _answer(kind, call, at - self._begun)
            if kind == _READ and _is_interrupted(answer) and self._left() > _PAUSE:
                pause(_PAUSE)
                self._send(place, kind)
                continue
            answers[place, kind] = answer
            waiting.discard((place, kind))
        return answers

    def _left(self) -> float:
        left: float = self._deadline - monotonic()
        return left

    def _send(self, place: int, kind: int) -> None:
        call = self._calls[place][kind](self._left())
        # Runs in gRPC's thread: the time is taken there, the rest is left to ours.
        call.add_done_callback(lambda done: self._done.put((place, kind, done, monotonic())))


def _is_interrupted(answer: Answer) -> bool:
    return isinstance(answer, Failure) and answer.cause is Cause.NO_LEADER


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
    late = Failure(Cause.SILENT, "no answer in time")
    got: list[Any] = [answers.get((place, kind), late) for kind in range(4)]
    if not all(isinstance(each, Failure) and each.before_etcd for each in got):
        got = [_waited_for_quorum(each) for each in got]
    read, status, members, alarms = got
    return Observation(target.endpoint, read, status, members, alarms, target.trust)


def _waited_for_quorum(answer: Answer) -> Answer:
    """Etcd is there, so silence means that the call waits for a quorum (a read and an alarm list do)."""
    if isinstance(answer, Failure) and (answer.cause is Cause.SILENT or answer.detail == _GO_DEADLINE):
        detail = f"no quorum answered within {answer.took:.1f} s"
        return replace(answer, cause=Cause.NO_LEADER, detail=detail)
    return answer
