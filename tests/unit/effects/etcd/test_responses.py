from __future__ import annotations

import grpc
import pytest

from etcdboot.effects.etcd.responses import failure_of
from etcdboot.effects.tls.grpc_stubs import load_messages
from etcdboot.observations.cluster import Cause

_ALL = "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: "


@pytest.mark.parametrize(
    ("code", "detail", "cause"),
    [
        ("UNAVAILABLE", f"{_ALL}Failed to connect to remote host: Connection refused", Cause.REFUSED),
        ("UNAVAILABLE", f"{_ALL}Failed to connect to remote host: No route to host", Cause.UNROUTABLE),
        ("UNAVAILABLE", "DNS resolution failed for nowhere:2379: …", Cause.UNRESOLVED),
        ("UNAVAILABLE", f"{_ALL}CERTIFICATE_VERIFY_FAILED: certificate has expired", Cause.EXPIRED),
        ("UNAVAILABLE", f"{_ALL}CERTIFICATE_VERIFY_FAILED: unable to get local issuer", Cause.UNTRUSTED),
        ("UNAVAILABLE", f"{_ALL}Hostname Verification Check failed.", Cause.WRONG_NAME),
        ("UNAVAILABLE", f"{_ALL}SSLV3_ALERT_BAD_CERTIFICATE", Cause.CLIENT_REFUSED),
        ("UNAVAILABLE", f"{_ALL}Unwrap failed (TSI_DATA_CORRUPTED)", Cause.TLS_FAILED),
        ("UNAVAILABLE", "Socket closed", Cause.CLOSED),
        ("CANCELLED", "Stream removed (RST_STREAM (Received RST_STREAM with error code 8))", Cause.SILENT),
        ("UNAVAILABLE", "words that nobody foresaw", Cause.CLOSED),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", Cause.SILENT),
        ("UNIMPLEMENTED", "unknown service", Cause.NOT_ETCD),
        ("PERMISSION_DENIED", "etcdserver: permission denied", Cause.DENIED),
        ("INVALID_ARGUMENT", "etcdserver: user name is empty", Cause.DENIED),
        ("UNAVAILABLE", "etcdserver: rpc not supported for learner", Cause.LEARNER),
        ("UNAVAILABLE", "etcdserver: leader changed", Cause.NO_LEADER),
        ("UNAVAILABLE", "etcdserver: request timed out", Cause.NO_LEADER),
        ("UNKNOWN", "context deadline exceeded", Cause.NO_LEADER),
        ("DATA_LOSS", "etcdserver: corrupt cluster", Cause.CORRUPT),
        ("RESOURCE_EXHAUSTED", "etcdserver: too many requests", Cause.FAILED),
    ],
)
def test_codes_and_words_tell_the_cause(code: str, detail: str, cause: Cause) -> None:
    assert failure_of(grpc.StatusCode[code], detail, 0.5).cause is cause


def test_what_grpc_wraps_around_the_system_s_words_is_taken_off() -> None:
    failure = failure_of(grpc.StatusCode.UNAVAILABLE, f"{_ALL}Connection refused", 0.5)
    assert (failure.detail, failure.took) == ("Connection refused", 0.5)


def test_of_a_network_that_is_not_there_only_the_system_s_words_stay() -> None:
    wrapped = (
        "failed to connect to all addresses; last error: FAILED_PRECONDITION: ipv4:10.0.0.1:2379: "
        "connect failed: addr: ipv4:10.0.0.1:2379 error: Network is unreachable"
    )
    failure = failure_of(grpc.StatusCode.UNAVAILABLE, wrapped, 0.5)
    assert (failure.cause, failure.detail) == (Cause.UNROUTABLE, "Network is unreachable")


def test_a_failure_without_words_carries_its_code() -> None:
    assert failure_of(grpc.StatusCode.CANCELLED, "", 0).detail == "CANCELLED"


def test_the_messages_load() -> None:
    assert load_messages() is load_messages()
