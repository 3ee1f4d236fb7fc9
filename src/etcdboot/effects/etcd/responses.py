"""From etcd's messages and gRPC's errors to observations; no I/O here.

python3-etcd3's messages are older than etcd 3.4, so newer fields are read from what protobuf kept as unknown.
Field numbers: api/etcdserverpb/rpc.proto at v3.6.14.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from google.protobuf.unknown_fields import UnknownFieldSet

from etcdboot.base.text import shortened
from etcdboot.effects.tls.grpc_stubs import StatusCode
from etcdboot.observations.cluster import Alarm, Alarms, Cause, Failure, MemberList, SeenMember, Status

_MOST: Final = 1000  # members, URLs or alarms of one answer that are looked at
_STATUS_RAFT_APPLIED_INDEX = 7
_STATUS_ERRORS = 8
_STATUS_DB_SIZE_IN_USE = 9
_STATUS_IS_LEARNER = 10
_MEMBER_IS_LEARNER = 5
_ALARM_KINDS: Final = {1: "NOSPACE", 2: "CORRUPT"}

_CODE_CAUSES: Final = {
    StatusCode.DEADLINE_EXCEEDED: Cause.SILENT,
    StatusCode.PERMISSION_DENIED: Cause.DENIED,
    StatusCode.UNAUTHENTICATED: Cause.DENIED,
    StatusCode.UNIMPLEMENTED: Cause.NOT_ETCD,
    StatusCode.DATA_LOSS: Cause.CORRUPT,
}

# Looked for in this order, in small letters. The "etcdserver:" ones are etcd's own words
# (api/v3rpc/rpctypes/error.go at v3.6.14), the others gRPC's and the system's.
_TEXT_CAUSES: Final = (
    ("rpc not supported for learner", Cause.LEARNER),
    ("user name is empty", Cause.DENIED),
    ("user name not found", Cause.DENIED),
    ("permission denied", Cause.DENIED),
    ("authentication failed", Cause.DENIED),
    ("corrupt cluster", Cause.CORRUPT),
    ("no leader", Cause.NO_LEADER),
    ("leader changed", Cause.NO_LEADER),
    ("etcdserver: request timed out", Cause.NO_LEADER),
    ("context deadline exceeded", Cause.NO_LEADER),
    ("etcdserver:", Cause.FAILED),
    ("connection refused", Cause.REFUSED),
    ("no route to host", Cause.UNROUTABLE),
    ("unreachable", Cause.UNROUTABLE),
    ("connection timed out", Cause.UNROUTABLE),
    ("dns resolution failed", Cause.UNRESOLVED),
    ("domain name not found", Cause.UNRESOLVED),
    ("name or service not known", Cause.UNRESOLVED),
    ("certificate has expired", Cause.EXPIRED),
    ("hostname verification check failed", Cause.WRONG_NAME),
    ("certificate_verify_failed", Cause.UNTRUSTED),
    ("alert_", Cause.CLIENT_REFUSED),
    ("wrong_version_number", Cause.NO_TLS),
    ("handshake", Cause.TLS_FAILED),
    ("tsi_data_corrupted", Cause.TLS_FAILED),
    ("http2 header with status", Cause.NOT_ETCD),
    ("rst_stream with error code 8", Cause.SILENT),  # cancelled there: etcd saw our deadline pass first
    ("closed", Cause.CLOSED),
    ("reset", Cause.CLOSED),
    ("timed out", Cause.SILENT),
)


# What gRPC puts before the system's own words.
_WRAPPING: Final = re.compile(
    r"^failed to connect to all addresses; last error: "
    r"(?:[A-Z_]+: )?(?:ipv[46]:\S+: )?(?:connect failed: addr: \S+ error: )?"
)


# gRPC's own words for what a peer that is not etcd, or one that fails, sends (gRPC 1.7x: _channel.py,
# chttp2_transport.cc, http2 client filter).
_INTERNALS: Final = (
    ("Exception deserializing response!", "the answer is not what etcd sends"),
    ("Stream removed", "the connection was closed during the call"),
    ("RST_STREAM", "the call was broken off by the other side"),
    ("Received RST_STREAM", "the call was broken off by the other side"),
    ("Received http2 header with status", "the port speaks HTTP, and not etcd's gRPC"),
    ("GOAWAY", "the connection was closed by the other side"),
    ("Socket closed", "the connection was closed by the other side"),
    ("Deadline Exceeded", "no answer in time"),
)


def failure_of(code: StatusCode, detail: str, took: float) -> Failure:
    """Why a call failed, as far as gRPC's code and text tell."""
    text = detail.lower()
    found = next((cause for part, cause in _TEXT_CAUSES if part in text), None)
    cause = _CODE_CAUSES.get(code) or found or Cause.FAILED
    if code is StatusCode.UNAVAILABLE and found is None:
        cause = Cause.CLOSED  # gRPC never got through, in words not in the table
    return Failure(cause, _plain(detail) or code.name, took)


def _plain(detail: str) -> str:
    """The text that came with an error: etcd's own, or the system's without what gRPC puts around it."""
    said = _WRAPPING.sub("", detail)
    return next((plain for start, plain in _INTERNALS if said.startswith(start)), shortened(said))


def status_of(message: Any) -> Status:
    """A StatusResponse."""
    newer = _unknown(message)
    errors = _texts(
        bytes(data).decode(errors="replace")
        for number, data in newer
        if number == _STATUS_ERRORS and isinstance(data, bytes)
    )
    numbers = {
        number: int(data) for number, data in newer if number != _STATUS_ERRORS and isinstance(data, int)
    }
    return Status(
        cluster_id=message.header.cluster_id,
        member_id=message.header.member_id,
        version=shortened(message.version),
        leader_id=message.leader,
        raft_term=message.raftTerm,
        raft_index=message.raftIndex,
        raft_applied_index=numbers.get(_STATUS_RAFT_APPLIED_INDEX, 0),
        db_size=message.dbSize,
        db_size_in_use=numbers.get(_STATUS_DB_SIZE_IN_USE, 0),
        is_learner=bool(numbers.get(_STATUS_IS_LEARNER, 0)),
        errors=errors,
    )


def members_of(message: Any) -> MemberList:
    """A MemberListResponse, in the order of the ids as etcdctl has it."""
    members = sorted(_members(message), key=lambda member: member.id)
    return MemberList(message.header.cluster_id, tuple(members))


def _members(message: Any) -> Iterator[SeenMember]:
    for each in message.members[:_MOST]:
        learner = any(number == _MEMBER_IS_LEARNER and data for number, data in _unknown(each))
        yield SeenMember(
            each.ID,
            shortened(each.name),
            tuple(sorted(_texts(each.peerURLs))),
            tuple(sorted(_texts(each.clientURLs))),
            learner,
        )


def alarms_of(message: Any) -> Alarms:
    """An AlarmResponse, sorted, each alarm once."""
    seen = {(each.memberID, _ALARM_KINDS.get(each.alarm, str(each.alarm))) for each in message.alarms[:_MOST]}
    return Alarms(tuple(Alarm(member, kind) for member, kind in sorted(seen)))


def _texts(found: Iterable[str]) -> tuple[str, ...]:
    """Texts from outside, not too many and none too long."""
    return tuple(shortened(text) for text in islice(found, _MOST))


def _unknown(message: Any) -> list[tuple[int, Any]]:
    return [(each.field_number, each.data) for each in UnknownFieldSet(message)]
