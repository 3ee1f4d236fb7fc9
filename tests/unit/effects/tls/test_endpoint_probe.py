from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.effects.tls.credentials import CredentialFiles, Credentials, read_credentials
from etcdboot.effects.tls.endpoint_probe import explain
from etcdboot.observations.cluster import Cause, Failure
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned
from samples.tcp_port import answering, saying

SETTINGS = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates") / "pki"
    issue(planned(), folder)
    return folder


def over_tls(
    pki: Path, said: bytes = SETTINGS, client_ca: Path | None = None
) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "members/etcd1/server.pem", pki / "members/etcd1/server-key.pem")
    context.set_alpn_protocols(["h2"])
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            saying(said)(tls)

    return answer


def credentials(pki: Path, *, pair: bool = False) -> Credentials:
    client = pki / "clients"
    shown = (client / "root.pem", client / "root-key.pem") if pair else ()
    return read_credentials(CredentialFiles(pki / "ca.pem", *shown))


def explained(
    scheme: str, port: int, given: Credentials | None = None, host: str = "127.0.0.1"
) -> Failure | None:
    return explain(parse_url(f"{scheme}://{host}:{port}"), given, 0.5)


def cause(failure: Failure | None) -> Cause | None:
    return failure.cause if failure else None


def test_a_port_that_nothing_listens_on_is_refused() -> None:
    assert cause(explained("http", 1)) is Cause.REFUSED


def test_a_name_that_is_not_known_is_unresolved() -> None:
    assert cause(explained("http", 1, host="no-such-host.invalid")) is Cause.UNRESOLVED


@pytest.mark.parametrize(
    ("said", "expected"),
    [(SETTINGS, None), (b"HTTP/1.1 400 Bad Request", Cause.NOT_ETCD), (b"", Cause.CLOSED)],
)
def test_a_plain_port_is_greeted(said: bytes, expected: Cause | None) -> None:
    with answering(saying(said)) as port:
        assert cause(explained("http", port)) is expected


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_that_takes_connections_and_says_nothing_is_silent(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert cause(explained(scheme, server.getsockname()[1])) is Cause.SILENT


def test_http_to_a_tls_port_wants_tls(pki: Path) -> None:
    with answering(over_tls(pki)) as port:
        assert cause(explained("http", port)) is Cause.WANTS_TLS


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"garbage, and not TLS"])
def test_https_to_a_plain_port_finds_no_tls(pki: Path, said: bytes) -> None:
    with answering(saying(said)) as port:
        assert cause(explained("https", port, credentials(pki))) is Cause.NO_TLS


def test_https_to_an_etcd_in_the_clear_finds_no_tls(pki: Path) -> None:
    def plain_etcd(connection: socket.socket) -> None:
        if connection.recv(1024).startswith(b"PRI "):
            connection.sendall(SETTINGS)

    with answering(plain_etcd) as port:
        assert cause(explained("https", port, credentials(pki))) is Cause.NO_TLS


def test_a_server_that_hangs_up_during_the_handshake_has_closed(pki: Path) -> None:
    with answering(saying(b"")) as port:
        assert cause(explained("https", port, credentials(pki))) is Cause.CLOSED


def test_a_certificate_for_another_host_comes_with_its_names(pki: Path) -> None:
    with answering(over_tls(pki), host="127.0.0.2") as port:
        failure = explained("https", port, credentials(pki), host="127.0.0.2")
    assert failure is not None
    assert failure.cause is Cause.WRONG_NAME
    assert "10.0.0.1" in failure.detail
    assert failure.detail.endswith(", not for 127.0.0.2")


def test_a_certificate_of_another_ca_comes_with_its_issuer(pki: Path, tmp_path: Path) -> None:
    issue(planned(), tmp_path / "pki")
    with answering(over_tls(pki)) as port:
        failure = explained("https", port, credentials(tmp_path / "pki"))
    assert cause(failure) is Cause.UNTRUSTED
    assert failure is not None
    assert "signed by CN=" in failure.detail


def test_a_client_certificate_that_is_refused_is_described(pki: Path, tmp_path: Path) -> None:
    issue(planned(), tmp_path / "pki")
    with answering(over_tls(pki, client_ca=tmp_path / "pki" / "ca.pem")) as port:
        shown = explained("https", port, credentials(pki, pair=True))
        none = explained("https", port, credentials(pki))
    assert (cause(shown), cause(none)) == (Cause.CLIENT_REFUSED, Cause.CLIENT_REFUSED)
    assert shown is not None
    assert "it was signed by CN=" in shown.detail
    assert none is not None
    assert none.detail.endswith("none was shown")


def test_nothing_wrong_up_to_etcd_is_nothing_to_tell(pki: Path) -> None:
    with answering(over_tls(pki, client_ca=pki / "ca.pem")) as port:
        assert explained("https", port, credentials(pki, pair=True)) is None


def test_without_credentials_any_certificate_will_do(pki: Path) -> None:
    with answering(over_tls(pki)) as port:
        assert explained("https", port) is None
