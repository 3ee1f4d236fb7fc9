"""Who is accepted at the peer port, with one CA and with two, and the way from one to two under a writer."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from etcdboot.spec.spec import CaLayout
from etcdboot.workflows.cluster import open_certified
from lab.cluster.loopback import LoopbackCluster, loopback_spec, rendered, running
from lab.pairwise import ends
from lab.test_ca_rotation import ends_well, order, restart, rotate, take_over, told

pytestmark = pytest.mark.lab

RELEASES = ("3.4.23", "3.5.33", "3.6.14", "3.7.1")
TAKEN = "HTTP/1.1 200 OK"
EVERYONE = {"etcd1", "etcd2", "etcd3"}


def peer_port(cluster: LoopbackCluster, client: str) -> str:
    """What ``GET /members`` at a peer port returns to a client: the HTTP status line, or the TLS alert."""
    [url] = cluster.plan.members[0].initial_advertise_peer_urls
    pki = cluster.folder / "pki"
    context = ssl.create_default_context(cafile=str(cluster.folder / "out/etcd1/pki/peer-ca.pem"))
    context.load_cert_chain(pki / f"clients/{client}.pem", pki / f"clients/{client}-key.pem")
    place = (url.host.text, url.port)
    try:
        with (
            socket.create_connection(place, timeout=5) as connection,
            context.wrap_socket(connection, server_hostname=url.host.text) as tls,
        ):
            tls.settimeout(1)
            with suppress(TimeoutError):
                return repr(tls.recv(1))  # under TLS 1.3 the alert comes after the handshake
            tls.settimeout(5)
            tls.sendall(b"GET /members HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n\r\n")
            return tls.recv(64).partition(b"\r\n")[0].decode()
    except ssl.SSLError as cause:
        return str(cause.reason)


@pytest.mark.parametrize("release", ends(RELEASES))
def test_by_default_a_client_certificate_opens_no_peer_port_and_with_one_ca_it_does(
    tmp_path: Path, release: str
) -> None:
    seen = {}
    for layout, section in (("default", {}), ("shared", {"ca": "shared"})):
        folder = tmp_path / layout
        folder.mkdir()
        spec = loopback_spec(folder, release, certificates={"clients": ["root", "app"], **section})
        with running(folder, spec) as cluster:
            seen[layout] = peer_port(cluster, "app")
    assert seen["shared"] == TAKEN
    assert "ALERT" in seen["default"]


@pytest.mark.parametrize("release", ends(RELEASES))
def test_a_living_cluster_goes_from_one_ca_to_two_and_no_write_fails(tmp_path: Path, release: str) -> None:
    certificates = {"ca": "shared", "clients": ["root", "app"], "crl": {}}
    with running(tmp_path, loopback_spec(tmp_path, release, 3, certificates=certificates)) as cluster:
        load = cluster.load()
        load.await_progress()
        assert peer_port(cluster, "app") == TAKEN
        clients = {path.name: path.read_bytes() for path in (tmp_path / "pki/clients").iterdir()}

        assert rotate(cluster, "--split")["rotation"]["step"] == "bundle"
        cluster.etcdboot("render")  # into the very folders that the members run from
        assert told(rotate(cluster, "--next", code=7)) == {("EB381", name) for name in EVERYONE}
        *first, last = order(cluster)
        restart(cluster, *first)
        assert told(rotate(cluster, "--next", code=7)) == {("EB381", last)}
        restart(cluster, last)
        assert [seen["answer"] for seen in rotate(cluster, "status")["seen"]] == [True] * 3

        assert rotate(cluster, "--next")["rotation"]["step"] == "reissue"
        assert told(rotate(cluster, "--next", code=7)) == {("EB382", name) for name in EVERYONE}
        cluster.etcdboot("render")
        assert peer_port(cluster, "app") == TAKEN  # the old CA is still trusted

        assert rotate(cluster, "--next")["rotation"]["step"] == "drop"
        cluster.etcdboot("render")
        assert told(rotate(cluster, "--next", code=7)) == {("EB383", name) for name in EVERYONE}
        restart(cluster, *order(cluster))
        assert rotate(cluster, "--next")["rotation"] is None
        ends_well(take_over(cluster, load))

        assert "ALERT" in peer_port(cluster, "app")
        assert {path.name: path.read_bytes() for path in (tmp_path / "pki/clients").iterdir()} == clients
        assert open_certified(str(tmp_path / "cluster.yaml"), None).written is CaLayout.SPLIT
        assert cluster.verify()["verdict"] == "healthy"
        assert cluster.etcdctl("endpoint", "health").returncode == 0
        assert cluster.etcdboot("certs", "status", "--live").returncode == 0


def test_the_way_back_to_one_ca_is_as_safe(tmp_path: Path) -> None:
    certificates = {"ca": "shared", "clients": ["root", "app"]}
    with running(tmp_path, loopback_spec(tmp_path, "3.6.14", certificates=certificates)) as cluster:
        rotate(cluster, "--split")
        cluster.etcdboot("render")
        restart(cluster, "etcd1")
        rotate(cluster, "--next")
        cluster.etcdboot("render")
        assert rotate(cluster, "--abort")["rotation"]["step"] == "bundle"
        assert told(rotate(cluster, "--abort", code=7)) == {("EB382", "etcd1")}
        assert open_certified(str(tmp_path / "cluster.yaml"), None).written is CaLayout.SPLIT
        cluster.etcdboot("render")
        assert rotate(cluster, "--abort")["rotation"] is None
        assert open_certified(str(tmp_path / "cluster.yaml"), None).written is CaLayout.SHARED
        cluster.etcdboot("render")
        restart(cluster, "etcd1")
        assert peer_port(cluster, "app") == TAKEN
        assert cluster.etcdboot("certs", "status", "--live").returncode == 0


def test_the_remedies_of_both_contradictions_leave_a_running_cluster_as_it_is(tmp_path: Path) -> None:
    certificates = {"ca": "shared", "clients": ["root", "app"]}
    with rendered(tmp_path, loopback_spec(tmp_path, "3.6.14", certificates=certificates)) as cluster:
        spec = tmp_path / "cluster.yaml"
        spec.write_text(spec.read_text().replace("ca: shared", "ca: split"))
        for command in ("certs", "render"):
            refused = cluster.etcdboot(command, check=False)
            assert refused.returncode == 7
            assert "EB338" in refused.stderr
            assert "etcdboot certs rotate-ca --split" in refused.stderr
            assert "away" not in refused.stderr
        assert rotate(cluster, "--split", "--offline")["rotation"]["step"] == "bundle"
        assert cluster.etcdboot("render", "--check", check=False).returncode == 4
