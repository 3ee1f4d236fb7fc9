"""``verify`` against endpoints that answer like etcd and write for a terminal."""

from __future__ import annotations

import json
import re

import grpc
import pytest

from cli.running import etcdboot
from etcdboot.effects.tls.grpc_stubs import load_messages
from samples.grpc_etcd import Answer, good, refusing, serving

FORGED = "\x1b]0;pwn\x07bad\r\nverdict: healthy\x9b2J\u202e"
FORMS = ("simple", "table", "json")


def names(count: int = 1) -> dict[str, Answer]:
    """A member list, a status and alarms in which every text is hostile."""
    rpc = load_messages()
    long = "Z" * (7000 // count)
    header = rpc.ResponseHeader(cluster_id=0xCAFE, member_id=0xA1, raft_term=2)
    members = [
        rpc.Member(ID=0xA1 + number, name=FORGED, peerURLs=[FORGED] * 3, clientURLs=[FORGED, long])
        for number in range(count)
    ]
    status = rpc.StatusResponse(header=header, version=FORGED, leader=0xA1, raftTerm=2)
    listed = rpc.MemberListResponse(header=header, members=members)
    return good() | {
        "Maintenance/Status": status.SerializeToString,
        "Cluster/MemberList": listed.SerializeToString,
    }


def garbage() -> bytes:
    return b"\xff" * 40


ENDPOINTS: dict[str, dict[str, Answer]] = {
    "an error": dict.fromkeys(good(), refusing(grpc.StatusCode.UNKNOWN, FORGED)),
    "an endless error": dict.fromkeys(good(), refusing(grpc.StatusCode.UNKNOWN, "Z" * 7000)),
    "an error of etcd": dict.fromkeys(good(), refusing(grpc.StatusCode.UNKNOWN, f"etcdserver: {FORGED}")),
    "names": names(),
    "bytes that are no message": dict.fromkeys(good(), garbage),
    "bytes for some questions": good() | {"Maintenance/Status": garbage, "Cluster/MemberList": garbage},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ENDPOINTS)
def test_an_endpoint_cannot_write_on_the_terminal(kind: str, form: str) -> None:
    with serving(ENDPOINTS[kind]) as port:
        done = etcdboot("verify", "--endpoints", f"http://127.0.0.1:{port}", "--timeout", "2s", "-w", form)
    assert done.exit_code in (0, 5, 6, 7)
    shown = done.stdout + done.stderr
    assert [line for line in shown.split("\n") if not line.isprintable()] == []
    assert len(re.findall(r"^verdict: ", shown, re.MULTILINE)) == (0 if form == "json" else 1)
    assert "Z" * 300 not in shown
    assert not re.search("deserializ|Stream removed|RST_STREAM", shown)
    if form == "json":
        json.loads(done.stdout)


def test_an_answer_that_is_no_message_is_named_so() -> None:
    with serving(ENDPOINTS["bytes that are no message"]) as port:
        done = etcdboot("verify", "--endpoints", f"http://127.0.0.1:{port}", "--timeout", "2s")
    assert "the answer is not what etcd sends" in done.stdout


def test_more_members_than_a_cluster_has_are_cut_off() -> None:
    with serving(names(5000)) as port:
        done = etcdboot("verify", "--endpoints", f"http://127.0.0.1:{port}", "-w", "json")
    assert len(json.loads(done.stdout)["members"]) == 1000
