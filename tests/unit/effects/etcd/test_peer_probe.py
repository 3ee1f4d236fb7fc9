from __future__ import annotations

import json
import socket
import ssl
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.effects.etcd.peer_probe import PeerPair, ask_peers
from etcdboot.observations.cluster import SeenMember
from etcdboot.observations.host import PeerAnswer, Speech
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned
from samples.tcp_port import Answer, answering

MEMBERS = [
    {"id": 2, "peerURLs": ["http://10.0.0.2:2380"], "name": "b", "clientURLs": ["http://10.0.0.2:2379"]},
    {"id": 3, "peerURLs": ["http://10.0.0.3:2380"], "isLearner": True},
]
SEEN = (
    SeenMember(2, "b", ("http://10.0.0.2:2380",), ("http://10.0.0.2:2379",)),
    SeenMember(3, "", ("http://10.0.0.3:2380",), (), True),
)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates") / "pki"
    issue(planned(), folder)
    return folder


def etcd(body: object = MEMBERS, cluster_id: str = "1f", date: str | None = None) -> Answer:
    """As a peer port answers: to HTTP; it hangs up on whatever else."""
    head = (
        f"HTTP/1.1 200 OK\r\nX-Etcd-Cluster-Id: {cluster_id}\r\nDate: {date or formatdate(usegmt=True)}\r\n"
    )

    def answer(connection: socket.socket) -> None:
        if connection.recv(4096).startswith(b"GET /members HTTP/1.1\r\n"):
            connection.sendall(f"{head}Connection: close\r\n\r\n{json.dumps(body)}".encode())

    return answer


def over_tls(pki: Path, inner: Answer, *, mutual: bool = False) -> Answer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = pki / "members/etcd1/peer.pem", pki / "members/etcd1/peer-key.pem"
    context.load_cert_chain(*pair)
    if mutual:
        context.load_verify_locations(pki / "peer-ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            inner(tls)

    return answer


def asked(scheme: str, port: int, pair: PeerPair | None = None, limit: float = 5.0) -> PeerAnswer:
    (answer,) = ask_peers([parse_url(f"{scheme}://127.0.0.1:{port}")], pair, limit)
    return answer


def test_an_etcd_in_the_clear_tells_its_cluster_and_members() -> None:
    with answering(etcd()) as port:
        seen = asked("http", port)
    assert (seen.speech, seen.cluster_id, seen.members, seen.detail) == (Speech.HTTP, 0x1F, SEEN, "")
    assert seen.ahead in (-1, 0, 1)


def test_an_etcd_with_tls_of_its_own_making_tells_too(pki: Path) -> None:
    with answering(over_tls(pki, etcd())) as port:
        seen = asked("https", port)
    assert (seen.speech, seen.cluster_id, seen.members) == (Speech.HTTPS, 0x1F, SEEN)


def test_with_mutual_tls_it_takes_a_peers_certificate(pki: Path) -> None:
    etcd2 = pki / "members/etcd2"
    with answering(over_tls(pki, etcd(), mutual=True)) as port:
        assert asked("https", port, PeerPair(etcd2 / "peer.pem", etcd2 / "peer-key.pem")).cluster_id == 0x1F
        without = asked("https", port)
        lost = asked("https", port, PeerPair(etcd2 / "gone.pem", etcd2 / "gone-key.pem"))
    assert (without.speech, without.cluster_id) == (Speech.HTTPS, None) and without.detail
    assert lost.speech is Speech.HTTPS


def test_a_peer_in_the_clear_where_tls_is_planned() -> None:
    with answering(etcd()) as port:
        seen = asked("https", port)
    assert (seen.speech, seen.cluster_id) == (Speech.HTTP, 0x1F)


@pytest.mark.parametrize("mutual", [False, True])
def test_a_peer_with_tls_where_it_is_planned_in_the_clear(pki: Path, mutual: bool) -> None:
    with answering(over_tls(pki, etcd(), mutual=mutual)) as port:
        assert asked("http", port).speech is Speech.HTTPS


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_is_there_yet(scheme: str) -> None:
    seen = asked(scheme, 1)
    assert (seen.speech, seen.detail) == (Speech.NOTHING, "connection refused")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_that_waits_for_discovery_takes_connections_and_says_nothing(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        begun = time.monotonic()
        seen = asked(scheme, server.getsockname()[1], limit=0.2)
    assert seen.speech is Speech.NOTHING and seen.detail in ("no answer", "timed out")
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_that_speaks_something_else(scheme: str) -> None:
    with answering(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        assert asked(scheme, port).speech is Speech.OTHER


def test_what_a_stranger_says_is_cut_short_and_cannot_move_a_cursor() -> None:
    with answering(lambda connection: connection.sendall(b"\x1b[2J" * 999 + b"\r\n")) as port:
        seen = asked("http", port)
    assert seen.speech is Speech.OTHER
    assert seen.detail.isprintable() and len(seen.detail) < 100


@pytest.mark.parametrize(
    ("body", "cluster_id"),
    [
        ("no list", "1f"),
        ([{"name": "x"}], "1f"),
        (MEMBERS, "no number"),
        (MEMBERS, ""),
        (None, "1f"),
        ([7], "1f"),
        ([{"id": float("inf"), "peerURLs": []}], "1f"),
        ([{"id": 1, "peerURLs": 7}], "1f"),
        ({"id": 1, "peerURLs": []}, "1f"),
    ],
)
def test_a_web_server_is_no_etcd(body: object, cluster_id: str) -> None:
    with answering(etcd(body, cluster_id)) as port:
        seen = asked("http", port)
    assert (seen.speech, seen.cluster_id) == (Speech.HTTP, None)
    assert seen.detail == "it speaks HTTP and knows no /members"


def test_a_clock_that_differs_is_told_in_seconds() -> None:
    with answering(etcd(date=formatdate(time.time() + 90, usegmt=True))) as port:
        assert asked("http", port).ahead in (89, 90, 91)
    with answering(etcd(date="yesterday")) as port:
        assert asked("http", port).ahead is None


def test_many_are_asked_at_the_same_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, answering(etcd()) as port:
        urls = [parse_url(f"http://127.0.0.1:{silent.getsockname()[1]}")]
        urls += [parse_url(f"http://127.0.0.1:{port}"), parse_url("http://127.0.0.1:1")]
        found = ask_peers(urls, None, 0.5)
    assert [each.url for each in found] == urls
    assert [each.speech for each in found] == [Speech.NOTHING, Speech.HTTP, Speech.NOTHING]
    assert ask_peers([]) == ()
