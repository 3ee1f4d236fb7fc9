from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from etcdboot.base.addresses import Url, parse_url
from etcdboot.effects.etcd.observer import Access, look
from etcdboot.effects.tls.credentials import CredentialFiles, read_credentials
from etcdboot.observations.cluster import Cause, Read, Trust
from etcdboot.workflows.certs.issue import issue
from samples.grpc_etcd import good, serving
from samples.observations import planned


def url(scheme: str, port: int) -> Url:
    return parse_url(f"{scheme}://127.0.0.1:{port}")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates") / "pki"
    issue(planned(), folder)
    return folder


def served(pki: Path) -> grpc.ServerCredentials:
    pair = pki / "members" / "etcd1"
    key, certificate = (pair / "server-key.pem").read_bytes(), (pair / "server.pem").read_bytes()
    return grpc.ssl_server_credentials([(key, certificate)])


def test_a_plain_endpoint_is_looked_at_in_the_clear() -> None:
    with serving(good()) as port:
        [found] = look([url("http", port)], Access(), 2)
    assert isinstance(found.read, Read)
    assert found.trust is Trust.PLAIN


def test_an_endpoint_of_our_ca_is_verified(pki: Path) -> None:
    access = Access(read_credentials(CredentialFiles(pki / "ca.pem")))
    with serving(good(), served(pki)) as port:
        [found] = look([url("https", port)], access, 2)
    assert isinstance(found.read, Read)
    assert found.trust is Trust.VERIFIED


def test_without_credentials_whatever_is_served_is_taken_and_called_encrypted(pki: Path) -> None:
    with serving(good(), served(pki)) as port:
        [found] = look([url("https", port)], Access(), 2)
    assert isinstance(found.read, Read)
    assert found.trust is Trust.ENCRYPTED


@pytest.mark.parametrize("access", ["ours", "any"])
def test_a_dead_port_is_refused_in_every_way_of_access(pki: Path, access: str) -> None:
    ours = Access(read_credentials(CredentialFiles(pki / "ca.pem")))
    [found] = look([url("https", 1)], ours if access == "ours" else Access(), 2)
    assert found.unreached is not None
    assert found.unreached.cause is Cause.REFUSED


def test_a_cause_that_grpc_does_not_tell_is_found_by_a_second_look(pki: Path, tmp_path: Path) -> None:
    issue(planned(), tmp_path / "pki")
    access = Access(read_credentials(CredentialFiles(tmp_path / "pki" / "ca.pem")))
    with serving(good(), served(pki)) as port:
        [found] = look([url("https", port)], access, 2)
    assert found.unreached is not None
    assert found.unreached.cause is Cause.UNTRUSTED
    assert "signed by CN=" in found.unreached.detail


def test_many_silent_endpoints_cost_one_deadline_and_one_second_look() -> None:
    holes = [socket.create_server(("127.0.0.1", 0)) for _ in range(8)]
    try:
        begun = time.monotonic()
        found = look([url("http", each.getsockname()[1]) for each in holes], Access(), 0.5)
        assert time.monotonic() - begun < 3
    finally:
        for each in holes:
            each.close()
    assert {each.unreached and each.unreached.cause for each in found} == {Cause.SILENT}


def test_looks_from_several_threads_do_not_disturb_one_another() -> None:
    with serving(good()) as port, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: look([url("http", port)], Access(), 5), range(8)))
    assert all(isinstance(each.read, Read) for [each] in found)
