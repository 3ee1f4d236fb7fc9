"""A gRPC server that answers like etcd, for what a real one cannot be made to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

from etcdboot.effects.tls.grpc_stubs import load_messages

Answer = Callable[[], bytes]


def refusing(code: grpc.StatusCode, detail: str) -> Answer:
    """An answer that is an error."""

    def answer() -> bytes:
        raise _Refusal(code, detail)

    return answer


class _Refusal(Exception):
    def __init__(self, code: grpc.StatusCode, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@contextmanager
def serving(answers: dict[str, Answer], credentials: grpc.ServerCredentials | None = None) -> Iterator[int]:
    """The port; ``answers`` maps a method as ``KV/Range`` to what is sent back, other methods are unknown."""
    server = grpc.server(ThreadPoolExecutor(4), handlers=[_Handler(answers)])
    if credentials is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


class _Handler(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in its stubs alone
    def __init__(self, answers: dict[str, Answer]) -> None:
        self._answers = answers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        answer = self._answers.get(handler_call_details.method.removeprefix("/etcdserverpb."))
        if answer is None:
            return None

        def reply(request: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                return answer()
            except _Refusal as refusal:
                context.abort(refusal.code, refusal.detail)

        return grpc.unary_unary_rpc_method_handler(reply)


def good() -> dict[str, Answer]:
    """What a healthy single member says."""
    rpc = load_messages()
    header = rpc.ResponseHeader(cluster_id=0xCAFE, member_id=0xA1, raft_term=2)
    member = rpc.Member(ID=0xA1, name="etcd1", peerURLs=["http://h:2380"], clientURLs=["http://h:2379"])
    messages = {
        "KV/Range": rpc.RangeResponse(header=header),
        "Maintenance/Status": rpc.StatusResponse(header=header, version="3.6.14", leader=0xA1, raftTerm=2),
        "Cluster/MemberList": rpc.MemberListResponse(header=header, members=[member]),
        "Maintenance/Alarm": rpc.AlarmResponse(header=header),
    }
    return {method: message.SerializeToString for method, message in messages.items()}
