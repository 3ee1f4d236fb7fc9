"""What real members serve, read off the wire, compared with a desk's pki/: old, new, another CA's, none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from etcdboot.base.errors import ExitCode
from etcdboot.pki.inspection.served_comparison import Served
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.status import status
from etcdboot.workflows.cluster import open_cluster
from integration.local_cluster import LocalCluster, local_cluster

pytestmark = pytest.mark.integration

RELEASES = ("3.4.23", "3.5.1", "3.6.14", "3.7.1")
NAMES = ("etcd1/server", "etcd1/peer")


@pytest.fixture(scope="module", params=RELEASES)
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalCluster]:
    """One member that lets in nobody without a certificate; its pki/ plays the host's."""
    with local_cluster(tmp_path_factory.mktemp("live"), request.param, size=1, tls="mutual") as running:
        yield running


def served(cluster: LocalCluster, pki: Path) -> tuple[dict[str, Served], ExitCode]:
    """What the member serves, compared with that folder."""
    found = status(open_cluster(str(cluster.file)).plan, pki, wire=True)
    return {each.place.request.name: each.state for each in found.live or ()}, found.exit_code


def test_a_member_is_seen_to_serve_the_old_pair_until_the_new_one_is_put_there(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    desk = tmp_path / "pki"
    shutil.copytree(cluster.pki, desk)
    assert served(cluster, desk) == (dict.fromkeys(NAMES, Served.CURRENT), ExitCode.OK)
    renew(open_cluster(str(cluster.file)).plan, desk, NAMES)
    assert served(cluster, desk) == (dict.fromkeys(NAMES, Served.OLD), ExitCode.DRIFT)
    assert served(cluster, cluster.pki)[0] == dict.fromkeys(NAMES, Served.CURRENT)
    for name in ("server.pem", "server-key.pem"):
        shutil.copy(desk / "members/etcd1" / name, cluster.pki / "members/etcd1" / name)
    # No restart: the member reads the pair at this very handshake.
    assert served(cluster, desk) == (
        {"etcd1/server": Served.CURRENT, "etcd1/peer": Served.OLD},
        ExitCode.DRIFT,
    )
    shutil.copytree(desk / "members", cluster.pki / "members", dirs_exist_ok=True)
    assert served(cluster, desk) == (dict.fromkeys(NAMES, Served.CURRENT), ExitCode.OK)


def test_another_clusters_pki_is_told_from_an_old_one(cluster: LocalCluster, tmp_path: Path) -> None:
    issue(open_cluster(str(cluster.file)).plan, tmp_path / "pki")
    assert served(cluster, tmp_path / "pki") == (dict.fromkeys(NAMES, Served.OTHER_CA), ExitCode.DRIFT)


def test_no_certificate_and_no_key_of_ours_is_needed_to_look(cluster: LocalCluster, tmp_path: Path) -> None:
    public = tmp_path / "pki"
    shutil.copytree(cluster.pki, public, ignore=shutil.ignore_patterns("*-key.pem", "root.pem"))
    found, _ = served(cluster, public)
    assert found == dict.fromkeys(NAMES, Served.CURRENT)


def test_a_member_that_is_down_is_told(tmp_path: Path) -> None:
    with local_cluster(tmp_path / "down", "3.6.14", size=1, tls="mutual") as running:
        running.kill("etcd1")
        assert served(running, running.pki) == (dict.fromkeys(NAMES, Served.UNREACHABLE), ExitCode.DOWN)


def test_a_member_without_tls_1_3_shows_its_certificate_as_well(tmp_path: Path) -> None:
    extra = ("--tls-max-version=TLS1.2",)
    with local_cluster(tmp_path / "old", "3.6.14", size=1, tls="mutual", extra=extra) as running:
        assert served(running, running.pki) == (dict.fromkeys(NAMES, Served.CURRENT), ExitCode.OK)
