"""``etcdboot verify`` on real members: what it says of each fault, and where etcdctl agrees."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.effects.tls.credentials import CredentialFiles
from etcdboot.observations.cluster import Layer
from etcdboot.verify.check import CheckResult, Outcome
from etcdboot.verify.report import Verdict, VerifyReport
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.verify import ask, verify_once, wait_until_healthy
from integration.local_cluster import LocalCluster, local_cluster, wait_until
from lab.peers.fixtures import ETCD_RELEASES

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def mutual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Three members with mutual TLS, for the tests that change nothing."""
    with local_cluster(tmp_path_factory.mktemp("mutual"), tls="mutual") as cluster:
        yield cluster


def root_of(cluster: LocalCluster, ca: Path | None = None) -> CredentialFiles:
    clients = cluster.pki / "clients"
    return CredentialFiles(ca or cluster.pki / "ca.pem", clients / "root.pem", clients / "root-key.pem")


def failures(report: VerifyReport, code: str) -> list[CheckResult]:
    return [each for each in report.those(Outcome.FAIL) if each.code == code]


@contextmanager
def black_hole() -> Iterator[str]:
    """A port that takes connections and never speaks."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("release", ETCD_RELEASES)
@pytest.mark.parametrize("tls", ["off", "mutual", "auto"])
def test_calls_a_healthy_cluster_healthy_and_etcdctl_agrees(tmp_path: Path, release: str, tls: str) -> None:
    with local_cluster(tmp_path, release, tls=tls) as cluster:
        report = wait_until_healthy(ask(str(cluster.file)), 20)
        assert report.verdict is Verdict.HEALTHY, report.checks
        assert {each.endpoint: each.health for each in report.endpoints} == cluster.healthy_by_etcdctl()
        listed = [line.split(", ") for line in cluster.etcdctl("member", "list").stdout.splitlines()]
        assert sorted(listed) == sorted(
            [
                f"{each.member.id:x}",
                "started",
                each.member.name,
                ",".join(each.member.peer_urls),
                ",".join(each.member.client_urls),
                "false",
            ]
            for each in report.members
        )
        assert [each.seen for each in report.checks if each.code == "EB619"] == [
            f"cluster id {report.cluster_id:x}, as foretold"
        ]


def test_tells_what_etcdctl_tells_of_each_member(mutual: LocalCluster) -> None:
    said = json.loads(mutual.etcdctl("endpoint", "status", "-w", "json").stdout)
    report = verify_once(ask(str(mutual.file)))
    ours = {each.member.id: each.status for each in report.members}
    for each in said:
        theirs = each["Status"]
        status = ours[theirs["header"]["member_id"]]
        assert status is not None
        assert (status.version, status.leader_id) == (theirs["version"], theirs["leader"])
        assert (status.cluster_id, status.raft_term) == (theirs["header"]["cluster_id"], theirs["raftTerm"])
        assert (status.db_size, status.db_size_in_use) == (theirs["dbSize"], theirs["dbSizeInUse"])
        assert 0 < status.raft_applied_index <= status.raft_index


def test_one_dead_member_of_three_is_degraded_and_then_two_are_down(tmp_path: Path) -> None:
    with local_cluster(tmp_path) as cluster:
        question = ask(str(cluster.file))
        cluster.kill("etcd1")
        report = verify_once(question)
        assert report.verdict is Verdict.DEGRADED
        [dead] = failures(report, "EB610")
        assert (dead.subject, dead.layer) == ("etcd1", Layer.NETWORK)
        assert "refused" in dead.seen
        cluster.kill("etcd2")
        wait_until(lambda: verify_once(question, 1).verdict is Verdict.DOWN, "quorum lost")
        report = verify_once(question, 1)
        [lost] = failures(report, "EB615")
        assert lost.remedy == "bring back etcd1, etcd2"
        [waits] = failures(report, "EB613")
        assert (waits.subject, waits.layer) == ("etcd3", Layer.RAFT)
        cluster.start("etcd2")
        cluster.start("etcd1")
        assert wait_until_healthy(question, 30).is_healthy


def test_dead_ports_cost_milliseconds() -> None:
    endpoints = ",".join(f"127.0.0.1:{port}" for port in free_loopback_ports(3))
    question = ask(None, endpoints=endpoints)
    verify_once(question)  # imports
    begun = time.monotonic()
    report = verify_once(question)
    assert time.monotonic() - begun < 0.5
    assert report.verdict is Verdict.UNREACHABLE


def test_names_the_issuer_when_the_ca_is_another(mutual: LocalCluster, tmp_path: Path) -> None:
    issue(mutual.write_spec(), tmp_path / "pki")
    files = root_of(mutual, ca=tmp_path / "pki" / "ca.pem")
    report = verify_once(ask(None, endpoints=mutual.endpoints[0], files=files))
    assert report.verdict is Verdict.REFUSED
    [found] = failures(report, "EB610")
    assert found.layer is Layer.TLS
    assert "the server's certificate is signed by CN=" in found.seen


def test_names_the_alert_when_no_client_certificate_is_shown(mutual: LocalCluster) -> None:
    files = CredentialFiles(mutual.pki / "ca.pem")
    report = verify_once(ask(None, endpoints=",".join(mutual.endpoints), files=files))
    assert report.verdict is Verdict.REFUSED
    assert len(failures(report, "EB610")) == 3
    for each in failures(report, "EB610"):
        assert each.layer is Layer.TLS
        assert "the server refuses the client certificate" in each.seen
        assert "none was shown" in each.seen


def test_tells_who_signed_a_client_certificate_that_is_refused(mutual: LocalCluster, tmp_path: Path) -> None:
    issue(mutual.write_spec(), tmp_path / "pki")
    other = tmp_path / "pki" / "clients"
    files = CredentialFiles(mutual.pki / "ca.pem", other / "root.pem", other / "root-key.pem")
    [found] = failures(verify_once(ask(None, endpoints=mutual.endpoints[0], files=files)), "EB610")
    assert "it was signed by CN=" in found.seen


def test_names_the_names_of_a_certificate_for_another_host(mutual: LocalCluster) -> None:
    endpoint = mutual.endpoints[0].replace("127.0.0.1", "127.0.0.2")
    port = mutual.client_port("etcd1")
    relay = subprocess.Popen([sys.executable, "-c", _FORWARD, "127.0.0.2", str(port)])
    try:
        wait_until(lambda: _listens("127.0.0.2", port), "a way to 127.0.0.2")
        [found] = failures(verify_once(ask(None, endpoints=endpoint, files=root_of(mutual))), "EB610")
    finally:
        relay.kill()
        relay.wait()
    assert found.layer is Layer.TLS
    assert "127.0.0.1" in found.seen
    assert "not for 127.0.0.2" in found.seen


_FORWARD = """
import socket, sys, threading
def pump(one, other):
    while data := one.recv(65536):
        other.sendall(data)
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    near, _ = server.accept()
    far = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
    for pair in ((near, far), (far, near)):
        threading.Thread(target=pump, args=pair, daemon=True).start()
"""


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def test_tells_http_spoken_to_a_tls_port(mutual: LocalCluster) -> None:
    endpoint = mutual.endpoints[0].replace("https", "http")
    [found] = failures(verify_once(ask(None, endpoints=endpoint), 2), "EB610")
    assert "speaks TLS" in found.seen
    assert found.layer is Layer.TLS


def test_tells_https_spoken_to_a_plain_port(mutual: LocalCluster, tmp_path: Path) -> None:
    with local_cluster(tmp_path, size=1) as plain:
        endpoint = plain.endpoints[0].replace("http", "https")
        report = verify_once(ask(None, endpoints=endpoint, files=root_of(mutual)), 2)
        [found] = failures(report, "EB610")
        assert "does not speak TLS" in found.seen


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_tells_a_port_that_takes_connections_and_never_speaks(mutual: LocalCluster, scheme: str) -> None:
    with black_hole() as address:
        endpoints = f"{scheme}://{address},{mutual.endpoints[0]}"
        begun = time.monotonic()
        report = verify_once(ask(None, endpoints=endpoints, files=root_of(mutual)), 1)
        assert time.monotonic() - begun < 5
    [found] = failures(report, "EB610")
    assert (found.subject, found.layer) == (f"{scheme}://{address}", Layer.NETWORK)
    assert "says nothing" in found.seen
    assert report.endpoints[1].health


@pytest.mark.parametrize("release", ["3.4.23", "3.5.1", "3.6.14"])
def test_reports_a_space_alarm_also_where_etcdctl_calls_it_healthy(tmp_path: Path, release: str) -> None:
    with local_cluster(tmp_path, release, size=1, extra=("--quota-backend-bytes=1048576",)) as cluster:
        value = "x" * 100_000
        wait_until(lambda: cluster.etcdctl("put", "k", value, check=False).returncode != 0, "no space")
        report = verify_once(ask(str(cluster.file)))
        assert report.verdict is Verdict.DEGRADED
        [found] = failures(report, "EB621")
        assert (found.subject, found.layer, found.seen) == ("etcd1", Layer.DATA, "alarm NOSPACE")
        assert not report.endpoints[0].health
        assert all(cluster.healthy_by_etcdctl().values()) is (release == "3.4.23")


def test_names_the_member_of_another_cluster_that_etcdctl_calls_healthy(tmp_path: Path) -> None:
    with local_cluster(tmp_path / "a") as cluster, local_cluster(tmp_path / "b", size=1) as other:
        endpoints = [*cluster.endpoints[:2], other.endpoints[0]]
        report = verify_once(ask(str(cluster.file), endpoints=",".join(endpoints)))
        assert report.verdict is Verdict.DEGRADED
        [found] = failures(report, "EB614")
        assert found.seen.startswith(f"{endpoints[2]} belongs to the cluster ")
        assert [each.health for each in report.endpoints] == [True, True, False]
        assert all(other.healthy_by_etcdctl().values())


def test_a_learner_is_no_fault(tmp_path: Path) -> None:
    with local_cluster(tmp_path, "3.6.14", size=1) as cluster:
        client, peer = free_loopback_ports(2)
        added = cluster.etcdctl("member", "add", "late", "--learner", f"--peer-urls=http://127.0.0.1:{peer}")
        assert added.returncode == 0
        cluster.names, cluster.ports = ("etcd1", "late"), (*cluster.ports, client, peer)
        cluster.extra = ("--initial-cluster-state=existing",)
        cluster.start("late")
        question = ask(None, endpoints=",".join(cluster.endpoints))
        report = wait_until_healthy(question, 30)
        assert report.is_healthy, report.checks
        assert [each.member.is_learner for each in report.members if each.member.name == "late"] == [True]
        assert [each.subject for each in report.checks if each.code == "EB618"] == ["late"]


def test_denied_by_auth_is_not_called_healthy_though_etcdctl_does(tmp_path: Path) -> None:
    with local_cluster(tmp_path, size=1) as cluster:
        for words in ("user add root:secret", "user grant-role root root", "auth enable"):
            cluster.etcdctl(*words.split())
        report = verify_once(ask(str(cluster.file)))
        assert report.verdict is Verdict.REFUSED
        [found] = [each for each in report.those(Outcome.WARN) if each.code == "EB612"]
        assert "not verified further" in found.seen
        assert not failures(report, "EB615")


def test_names_the_dates_of_an_expired_server_certificate(tmp_path: Path) -> None:
    # Under TLS 1.2, as of 3.5.1, the refusal of our own expired certificate would hide the dates.
    with local_cluster(tmp_path, "3.6.14", size=1, tls="mutual", awaited=False) as cluster:
        cluster.kill("etcd1")
        shutil.rmtree(cluster.pki)
        issue(cluster.write_spec(), cluster.pki, now=lambda: datetime(2020, 1, 1, tzinfo=UTC))
        cluster.start("etcd1")
        question = ask(str(cluster.file))
        wait_until(lambda: verify_once(question).verdict is Verdict.REFUSED, "a listening port")
        [found] = failures(verify_once(question), "EB610")
        assert found.layer is Layer.TLS
        assert "is valid from 2019-12-31T23:55:00Z to 2020-12-31T" in found.seen


@pytest.mark.parametrize("release", ["3.4.23", "3.6.14"])
def test_an_election_is_waited_out_within_the_deadline(tmp_path: Path, release: str) -> None:
    with local_cluster(tmp_path, release) as cluster:
        question = ask(str(cluster.file))
        leader = next(
            each.row()["member"] for each in verify_once(question).members if each.row()["leader"] == "true"
        )
        cluster.kill(leader)
        report = verify_once(question)
        assert report.verdict is Verdict.DEGRADED, report.checks
        assert sum(each.health for each in report.endpoints) == 2


def test_a_frozen_member_is_told_from_a_dead_one(tmp_path: Path) -> None:
    with local_cluster(tmp_path, tls="mutual") as cluster:
        cluster.running["etcd2"].send_signal(signal.SIGSTOP)
        [found] = failures(verify_once(ask(str(cluster.file)), 3), "EB610")
        assert found.subject == "etcd2"
        assert "takes connections and says nothing" in found.seen


def test_a_member_that_was_added_and_never_started_is_named(tmp_path: Path) -> None:
    with local_cluster(tmp_path, size=2) as cluster:
        [peer] = free_loopback_ports(1)
        add = ("member", "add", "late", f"--peer-urls=http://127.0.0.1:{peer}")
        # Etcd adds nobody before all members have been connected for 5 s.
        wait_until(lambda: cluster.etcdctl(*add, check=False).returncode == 0, "the member is added")
        report = verify_once(ask(str(cluster.file)))
        assert report.verdict is Verdict.DEGRADED
        [found] = failures(report, "EB617")
        assert "is not in the spec" in found.seen
        alone = verify_once(ask(None, endpoints=",".join(cluster.endpoints)))
        assert ["never started" in each.seen for each in failures(alone, "EB617")] == [True]


def test_waits_for_members_that_start_late_and_says_how_it_goes(tmp_path: Path) -> None:
    heard: list[str] = []
    with local_cluster(tmp_path, awaited=False) as cluster:
        report = wait_until_healthy(
            ask(str(cluster.file)), 30, report=lambda event: heard.append(f"{event.done}/{event.total}")
        )
        assert report.is_healthy
    assert heard[-1] == "3/3"


def test_gives_up_waiting_at_its_deadline() -> None:
    [port] = free_loopback_ports(1)
    begun = time.monotonic()
    report = wait_until_healthy(ask(None, endpoints=f"127.0.0.1:{port}"), 0.5)
    assert report.verdict is Verdict.UNREACHABLE
    assert 0.4 < time.monotonic() - begun < 3
