from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.effects.etcd.http_client import Answer, Unanswered, Way, ask, endpoint_of
from etcdboot.observations.cluster import Cause, Failure
from etcdboot.workflows.certs.issue import issue
from samples import tcp_port
from samples.http_host import Reply, http_host
from samples.observations import planned
from samples.tcp_port import CUT_SHORT, answering, open_sockets, saying


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates") / "pki"
    issue(planned(), folder)
    return folder


def server_context(pki: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "members/etcd1/server.pem", pki / "members/etcd1/server-key.pem")
    return context


def unanswered(url: str, way: Way | None = None) -> Failure:
    with pytest.raises(Unanswered) as caught:
        ask("GET", url, way or Way(timeout=2))
    return caught.value.failure


def drawling(head: bytes, hung_up: Event) -> tcp_port.Answer:
    """Say ``head``, and then a letter now and then until whoever listens hangs up, or ten seconds long."""

    def answer(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(head)
            for _ in range(500):
                hung_up.wait(0.02)
                connection.sendall(b"x")
            return
        hung_up.set()

    return answer


def test_an_answer_is_taken_whole() -> None:
    with http_host({"/a?b=c": Reply(201, "ok")}) as host:
        assert ask("PUT", f"{host.url}/a?b=c", Way(), {"value": "3 é"}) == Answer(201, "ok")
    assert host.heard == [("PUT", "/a?b=c", "value=3+%C3%A9")]


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with http_host({"/": Reply(302, headers={"Location": "http://elsewhere/"})}) as host:
        assert ask("GET", host.url, Way()) == Answer(302, "", "http://elsewhere/")
    assert len(host.heard) == 1


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with http_host({"/": Reply(200, "straight")}) as host:
        assert ask("GET", host.url, Way()).text == "straight"


def test_a_proxy_is_handed_the_whole_url() -> None:
    with http_host({"http://unknown.invalid:7379/x": Reply(200, "through")}) as proxy:
        assert ask("GET", "http://unknown.invalid:7379/x", Way(proxy.url)).text == "through"


def test_a_proxy_is_asked_for_a_tunnel_to_an_https_host() -> None:
    with http_host({"unknown.invalid:443": Reply(403)}) as proxy:
        failure = unanswered("https://unknown.invalid/x", Way(proxy.url))
    assert proxy.heard == [("CONNECT", "unknown.invalid:443", "")]
    assert f"through the proxy {proxy.url}: Tunnel connection failed: 403" in failure.detail


def test_a_dead_proxy_is_named() -> None:
    failure = unanswered("http://unknown.invalid/x", Way("http://127.0.0.1:1"))
    assert failure.cause is Cause.REFUSED
    assert failure.detail.startswith("through the proxy http://127.0.0.1:1: nothing listens")


def test_a_proxy_that_speaks_tls_is_spoken_to_so(pki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pki / "ca.pem"))
    with http_host({"http://unknown.invalid/x": Reply(200, "through")}, server_context(pki)) as proxy:
        way = Way(f"https://127.0.0.1:{proxy.port}")
        assert ask("GET", "http://unknown.invalid/x", way).text == "through"
        assert "an https URL through an https proxy" in unanswered("https://unknown.invalid/x", way).detail


def test_the_systems_roots_are_trusted(pki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pki / "ca.pem"))
    with http_host({"/": Reply(200, "over TLS")}, server_context(pki)) as host:
        assert ask("GET", f"https://127.0.0.1:{host.port}", Way()).text == "over TLS"


def test_a_certificate_of_an_unknown_ca_is_described(pki: Path) -> None:
    with http_host({}, server_context(pki)) as host:
        failure = unanswered(f"https://127.0.0.1:{host.port}")
    assert failure.cause is Cause.UNTRUSTED
    assert "CN=" in failure.detail


def test_plain_http_to_a_tls_port_is_told(pki: Path) -> None:
    with http_host({}, server_context(pki)) as host:
        assert unanswered(host.url).cause is Cause.WANTS_TLS


def test_tls_to_a_plain_port_is_told() -> None:
    with http_host({}) as host:
        assert unanswered(f"https://127.0.0.1:{host.port}").cause in (Cause.NO_TLS, Cause.TLS_FAILED)


def test_a_port_that_hangs_up_on_tls_is_told() -> None:
    with answering(saying(b"\r\n")) as port:
        assert unanswered(f"https://127.0.0.1:{port}").cause in (Cause.NO_TLS, Cause.TLS_FAILED)


def test_a_port_that_hangs_up_is_told() -> None:
    with answering(saying(b"")) as port:
        assert unanswered(f"http://127.0.0.1:{port}").cause is Cause.CLOSED


def test_a_dead_port_is_told() -> None:
    assert unanswered("http://127.0.0.1:1").cause is Cause.REFUSED


def test_an_unknown_name_is_told() -> None:
    assert unanswered("http://unknown.invalid").cause is Cause.UNRESOLVED


def test_a_silent_port_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert unanswered(url, Way(timeout=0.2)).cause is Cause.SILENT


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_without_end_is_given_up(head: bytes) -> None:
    hung_up = Event()
    with answering(drawling(head, hung_up)) as port:
        failure = unanswered(f"http://127.0.0.1:{port}", Way(timeout=0.3))
        assert hung_up.wait(10)
    assert failure.cause is Cause.SILENT
    assert "within 0.3 s" in failure.detail


def test_the_connection_is_closed_when_reading_the_answer_fails() -> None:
    before = open_sockets()
    with answering(saying(CUT_SHORT)) as port, pytest.raises(Unanswered) as caught:
        ask("GET", f"http://127.0.0.1:{port}", Way())
    assert open_sockets() == before  # while the exception still refers to what failed
    assert caught.value.failure.cause is Cause.NOT_ETCD


def test_what_is_no_http_is_told() -> None:
    with answering(saying(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        failure = unanswered(f"http://127.0.0.1:{port}")
    assert failure.cause is Cause.NOT_ETCD
    assert "does not speak HTTP" in failure.detail


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("http://h/x", "http://h:80"),
        ("HTTPS://h/x", "https://h:443"),
        ("http://h:7379", "http://h:7379"),
        ("http://[::1]/x", "http://[::1]:80"),
    ],
)
def test_a_url_leads_to_a_port(url: str, endpoint: str) -> None:
    assert endpoint_of(url) == parse_url(endpoint)


def test_ipv6_is_dialled() -> None:
    assert unanswered("http://[::1]:1").cause in (Cause.REFUSED, Cause.UNROUTABLE)  # not: unresolved
