"""Real members of every release start from the rendered files themselves, and every judge agrees on them.

Pairwise; with ETCDBOOT_FULL_MATRIX=1 the whole product of releases, forms, targets, sizes and TLS.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from etcdboot.spec.spec import CaLayout, ClientTls, KeyAlgorithm, PeerTls, Settings, Target
from lab.cluster.agreement import assert_agreed
from lab.cluster.loopback import LoopbackCluster, loopback_spec, running
from lab.pairwise import pairs, pairwise
from lab.peers.fixtures import ETCD_RELEASES
from samples.sampling import WHOLE

pytestmark = [pytest.mark.integration, pytest.mark.slow]

NEWEST = ETCD_RELEASES[-1]
TLS = {
    "plain": {"client": str(ClientTls.OFF), "peer": str(PeerTls.OFF)},
    "mutual": {"client": str(ClientTls.MUTUAL), "peer": str(PeerTls.MUTUAL)},
    "server": {"client": str(ClientTls.SERVER), "peer": str(PeerTls.MUTUAL)},
    "auto": {"client": str(ClientTls.AUTO), "peer": str(PeerTls.AUTO)},
}
AXES = (ETCD_RELEASES, tuple(map(str, Settings)), tuple(map(str, Target)), ("1", "3"), ("plain", "mutual"))
CELLS = tuple(product(*AXES)) if WHOLE else pairwise(*AXES)
KEYS = (tuple(map(str, KeyAlgorithm)), tuple(map(str, CaLayout)))
KEY_CELLS = tuple(product(*KEYS)) if WHOLE else (("ecdsa-p384", "split"), ("rsa-2048", "shared"))


def serves_strangers(cluster: LoopbackCluster) -> bool:
    """Whether etcd serves who trusts its certificates and shows none, by etcdctl and by verify."""
    stranger = ("env", "-u", "ETCDCTL_CERT", "-u", "ETCDCTL_KEY")
    done = cluster.etcdctl("--command-timeout=1s", "get", "any", before=stranger, check=False)
    endpoints = ",".join(map(str, cluster.plan.endpoints))
    seen = cluster.verify("--endpoints", endpoints, "--cacert", "pki/ca.pem")
    assert (seen["verdict"], done.returncode != 0) in {("healthy", False), ("refused", True)}
    return done.returncode == 0


def test_the_cells_show_every_value_beside_every_other() -> None:
    assert set(pairs(CELLS)) == set(pairs(product(*AXES)))


@pytest.mark.parametrize(("release", "settings", "target", "size", "tls"), CELLS)
def test_rendered_files_make_a_cluster_that_all_agree_on(
    release: str, settings: str, target: str, size: str, tls: str, tmp_path: Path
) -> None:
    render = {"settings": settings, "targets": [target]}
    spec = loopback_spec(tmp_path, release, int(size), tls=TLS[tls], render=render)
    with running(tmp_path, spec, Target(target)) as cluster:
        assert_agreed(cluster)
        if tls == "mutual":
            assert not serves_strangers(cluster)


@pytest.mark.parametrize("release", ETCD_RELEASES)
def test_a_client_needs_no_certificate_where_only_the_server_shows_one(release: str, tmp_path: Path) -> None:
    with running(tmp_path, loopback_spec(tmp_path, release, tls=TLS["server"])) as cluster:
        assert_agreed(cluster)
        assert serves_strangers(cluster)


@pytest.mark.parametrize("release", ETCD_RELEASES)
def test_members_that_make_their_own_certificates_form_a_cluster(release: str, tmp_path: Path) -> None:
    with running(tmp_path, loopback_spec(tmp_path, release, 3, tls=TLS["auto"])) as cluster:
        assert_agreed(cluster)


@pytest.mark.parametrize(("key", "ca"), KEY_CELLS)
def test_every_kind_of_key_serves_both_layouts_of_cas(key: str, ca: str, tmp_path: Path) -> None:
    certificates = {"key": key, "ca": ca}
    with running(tmp_path, loopback_spec(tmp_path, NEWEST, 3, certificates=certificates)) as cluster:
        assert_agreed(cluster)
        assert not serves_strangers(cluster)


@pytest.mark.parametrize("release", ETCD_RELEASES if WHOLE else (ETCD_RELEASES[0], NEWEST))
def test_no_write_is_lost_when_a_member_is_killed_under_load(release: str, tmp_path: Path) -> None:
    with running(tmp_path, loopback_spec(tmp_path, release, 3)) as cluster:
        load = cluster.load()
        load.await_progress()
        cluster.processes["etcd1"].kill()  # the one that is written to
        load.await_progress()
        seen = cluster.verify()
        assert (seen["verdict"], seen["exit"]) == ("degraded", 5)
        cluster.start_member("etcd1")
        assert cluster.verify("--wait", "60s")["verdict"] == "healthy"
        load.await_progress()
        written = load.stop()
        assert (written.failed, written.missing) == (0, 0), written
        assert written.retried > 0, written
        assert_agreed(cluster)


def test_members_stop_one_after_the_other_and_come_back_with_their_data(tmp_path: Path) -> None:
    """Slow for a reason: members with data that start together ask one another's hash first (the baseline's
    InitialCorruptCheck), and none answers yet: etcd gives up after 7 s for each peer.
    """
    with running(tmp_path, loopback_spec(tmp_path, NEWEST, 3)) as cluster:
        cluster.etcdctl("put", "greeting", "hello")
        for process in cluster.processes.values():
            process.stop()
        assert cluster.verify()["verdict"] == "unreachable"
        cluster.start(Target.SCRIPT)
        assert cluster.verify("--wait", "60s")["verdict"] == "healthy"
        assert cluster.etcdctl("get", "greeting", "--print-value-only").stdout == "hello\n"
        assert_agreed(cluster)
