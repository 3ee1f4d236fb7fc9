"""Tokens for v3 discovery: made in an etcd by its v3 API, and read back, with TLS and etcd's own auth.

Any etcd serves (measured: 3.4.23, 3.5.33, 3.6.14, 3.7.1). Endpoints are tried in turn: one that cannot be
reached, or has no quorum, leaves it to the next; any other answer is the cluster's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, Final, TypeVar

from etcdboot.base.addresses import Url
from etcdboot.base.errors import Refused
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.effects.etcd.discovery_errors import unusable
from etcdboot.effects.etcd.responses import failure_of
from etcdboot.effects.network.dial import SECOND_LOOK
from etcdboot.effects.tls.credentials import Credentials
from etcdboot.effects.tls.grpc_stubs import CallFailed, load_messages, open_channel
from etcdboot.observations.cluster import Cause, Failure
from etcdboot.observations.discovery_registry import SIZE, Registry, registry, v3_key, v3_registrations
from etcdboot.spec.spec import BootstrapMode

_AUTH_IS_OFF: Final = "authentication is not enabled"  # api/v3rpc/rpctypes/error.go at v3.6.14
# These tell of one endpoint; what other causes tell holds for all of the cluster.
_ONE_ENDPOINTS: Final = (Cause.NO_LEADER, Cause.LEARNER, Cause.CORRUPT)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Host:
    """A discovery etcd: its endpoints, what to prove oneself with, and the seconds that a call may take.

    ``credentials`` serve the https endpoints; ``user`` is etcd's own, empty for none.
    """

    endpoints: tuple[Url, ...]
    credentials: Credentials | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class _Session:
    """A channel to one endpoint, with the token that etcd's auth has given for it."""

    rpc: Any
    channel: Any
    timeout: float
    metadata: tuple[tuple[str, str], ...] = ()

    def call(self, stub: str, method: str, request: Any) -> Any:
        """The answer to one call."""
        call = getattr(getattr(self.rpc, stub)(self.channel), method)
        return call(request, timeout=self.timeout, metadata=self.metadata)


def make_token(host: Host, token: str, size: int) -> None:
    """Make the token: its size, which must not be there yet.

    Raises:
        Refused: EB565, there is such a token; EB561, EB563, EB564, the hosts keep us out or are no etcd.
        Down: EB560, none answers.
        Missing: EB601, python3-etcd3 is not usable.
    """
    key = v3_key(token, SIZE).encode()

    def create(session: _Session) -> bool:
        rpc = session.rpc
        absent = rpc.Compare(result=rpc.Compare.EQUAL, target=rpc.Compare.CREATE, key=key, create_revision=0)
        put = rpc.RequestOp(request_put=rpc.PutRequest(key=key, value=str(size).encode()))
        done = session.call("KVStub", "Txn", rpc.TxnRequest(compare=[absent], success=[put]))
        return bool(done.succeeded)

    if not _first_answer(host, create):
        hint = "leave --token out, or name another"
        raise Refused.because("EB565", f"there is a token {token} already", hint)


def read_registry(host: Host, token: str) -> Registry:
    """What is registered with a token; without a size where there is no such token.

    Raises:
        Refused: EB561, EB563, EB564, the hosts keep us out or are no etcd.
        Down: EB560, none answers.
        Missing: EB601, python3-etcd3 is not usable.
    """
    begin = v3_key(token, "").encode()
    end = begin[:-1] + bytes((begin[-1] + 1,))  # the keys that begin so, etcd's WithPrefix

    def read(session: _Session) -> list[tuple[str, str, int]]:
        asked = session.rpc.RangeRequest(key=begin, range_end=end)
        found = session.call("KVStub", "Range", asked).kvs
        return [(_text(each.key), _text(each.value), each.create_revision) for each in found]

    held = _first_answer(host, read)
    size = next((value for key, value, _ in held if key == v3_key(token, SIZE)), None)
    return registry(BootstrapMode.DISCOVERY_V3, token, size, v3_registrations(token, held))


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _first_answer(host: Host, question: Callable[[_Session], T]) -> T:
    """The answer of the first endpoint that has one.

    Raises:
        Refused, Down: none has, or one has said no for all of them.
    """
    failures: list[tuple[str, Failure]] = []
    for endpoint in host.endpoints:
        with closing(_channel(host, endpoint)) as channel:
            try:
                return question(_opened(host, channel))
            except CallFailed as cause:
                failure = _explained(host, endpoint, failure_of(cause.code(), cause.details() or "", 0.0))
        failures.append((str(endpoint), failure))
        if not failure.before_etcd and failure.cause not in _ONE_ENDPOINTS:
            break
    raise unusable(failures)


def _channel(host: Host, endpoint: Url) -> Any:
    if not endpoint.is_tls:
        return open_channel(endpoint.authority, None)
    assert host.credentials is not None, "an https endpoint is never spoken to in the clear"
    return open_channel(endpoint.authority, host.credentials.tls)


def _opened(host: Host, channel: Any) -> _Session:
    """A session, logged in where there is a user; an etcd whose auth is off lets everybody in, as to etcd."""
    rpc = load_messages()
    session = _Session(rpc, channel, host.timeout)
    if not host.user:
        return session
    try:
        request = rpc.AuthenticateRequest(name=host.user, password=host.password)
        given = session.call("AuthStub", "Authenticate", request)
    except CallFailed as cause:
        if _AUTH_IS_OFF in (cause.details() or ""):
            return session
        raise
    return _Session(rpc, channel, host.timeout, (("token", given.token),))


def _explained(host: Host, endpoint: Url, failure: Failure) -> Failure:
    """The failure, or what a second look tells of it."""
    if not failure.is_vague:
        return failure
    from etcdboot.effects.tls.endpoint_probe import (
        explain,  # brings cryptography, which a good run never needs
    )

    seen = explain(endpoint, host.credentials, min(host.timeout, SECOND_LOOK))
    if seen is None and failure.cause is Cause.SILENT:
        text = f"etcd is there and gives no answer within {host.timeout:g} s: it has no quorum"
        return Failure(Cause.NO_LEADER, text)
    return seen or failure
