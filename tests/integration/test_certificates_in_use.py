"""Real members with our certificates: whom they refuse, and what they do when a pair is renewed."""

from __future__ import annotations

import hashlib
import http.client
import ssl
from collections.abc import Iterator

import pytest

from etcdboot.workflows.certs.issue import CertsResult
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.cluster import open_cluster
from integration.local_cluster import LocalCluster, local_cluster

pytestmark = pytest.mark.integration

RELEASES = ("3.4.23", "3.5.1", "3.6.14", "3.7.1")


@pytest.fixture(scope="module", params=RELEASES)
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalCluster]:
    with local_cluster(tmp_path_factory.mktemp("tls"), request.param, tls="mutual") as running:
        yield running


def trusting(cluster: LocalCluster, client: str | None) -> ssl.SSLContext:
    """A client that trusts the cluster's CA, strictly, and shows that certificate, if any."""
    context = ssl.create_default_context(cafile=cluster.pki / "ca.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if client:
        context.load_cert_chain(cluster.pki / f"{client}.pem", cluster.pki / f"{client}-key.pem")
    return context


def ask(
    cluster: LocalCluster, name: str, client: str | None, path: str = "/health", body: str | None = None
) -> tuple[int, str]:
    """The status that a member answers over HTTP, and the fingerprint of the certificate that it served."""
    port = cluster.client_port(name)
    context = trusting(cluster, client)
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
    try:
        connection.request("POST" if body else "GET", path, body)
        assert isinstance(connection.sock, ssl.SSLSocket)
        served = connection.sock.getpeercert(binary_form=True)
        return connection.getresponse().status, hashlib.sha256(served or b"").hexdigest()
    finally:
        connection.close()


def test_a_client_without_a_certificate_is_refused(cluster: LocalCluster) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(cluster, "etcd1", None)
    assert ask(cluster, "etcd1", "clients/root")[0] == 200


def test_the_server_pair_of_a_member_is_its_hosts_identity_and_its_peer_pair_is_not(
    cluster: LocalCluster,
) -> None:
    assert ask(cluster, "etcd1", "members/etcd2/server")[0] == 200
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(cluster, "etcd1", "members/etcd2/peer")  # peers have a CA of their own


def test_the_gateway_may_dial_its_own_listener(cluster: LocalCluster) -> None:
    """With a server certificate that lacks clientAuth it answers 503 here (etcd issue 9785)."""
    assert ask(cluster, "etcd1", "clients/root", "/v3/kv/range", '{"key": "YQ=="}')[0] == 200
    for name in cluster.names:
        assert "incompatible key usage" not in (cluster.folder / f"{name}.log").read_text()


def test_renewed_pairs_are_served_without_a_restart_and_the_cluster_stays_healthy(
    cluster: LocalCluster,
) -> None:
    before = ask(cluster, "etcd1", "clients/root")[1]
    result = renew(open_cluster(str(cluster.file)).plan, cluster.pki, everything=True)
    assert {fingerprint(result, "etcd1/server")} - {before}
    assert ask(cluster, "etcd1", "clients/root") == (200, fingerprint(result, "etcd1/server"))
    assert set(cluster.healthy_by_etcdctl().values()) == {True}


def fingerprint(result: CertsResult, name: str) -> str:
    [found] = [each.facts.sha256 for each in result.certificates if each.name == name]
    return found
