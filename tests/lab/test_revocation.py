"""Revocation lists and real members: each release, each way to learn its settings, both ports."""

from __future__ import annotations

import http.client
import ssl
from contextlib import closing
from pathlib import Path

import pytest

from etcdboot.base.addresses import Url
from etcdboot.effects.tls.client_auth_probe import Visit, receptions
from etcdboot.observations.client_auth import Answer
from etcdboot.spec.spec import Settings
from lab.cluster.loopback import LoopbackCluster, loopback_spec, rendered, running
from lab.pairwise import ends, in_turn
from lab.peers.fixtures import ETCD_RELEASES
from lab.world.process import wait_until

pytestmark = pytest.mark.lab

CLIENTS = ["root", "bob"]
Taken, HungUp = Answer.TAKEN, Answer.HUNG_UP


def spec(folder: Path, release: str, form: str = "config", **certificates: object) -> str:
    return loopback_spec(
        folder,
        release,
        certificates={"clients": CLIENTS, "crl": {}, **certificates},
        render={"settings": form, "targets": ["script"]},
    )


def answers(cluster: LoopbackCluster, pair: str) -> tuple[Answer, Answer]:
    """How the first member's client URL and peer URL receive who shows that pair."""
    first = cluster.plan.members[0]
    certificate, key = (
        (cluster.folder / "pki" / f"{pair}{end}").read_bytes() for end in (".pem", "-key.pem")
    )
    urls: list[Url] = [first.advertise_client_urls[0], first.initial_advertise_peer_urls[0]]
    roots = b"".join(path.read_bytes() for path in (cluster.folder / "pki").glob("*ca.pem"))
    client, peer = receptions([Visit(url, certificate, key, roots) for url in urls])
    return client.answer, peer.answer


@pytest.mark.parametrize(("release", "form"), in_turn(ETCD_RELEASES, [str(each) for each in Settings]))
def test_the_revoked_are_refused_and_the_others_served_without_a_restart(
    tmp_path: Path, release: str, form: str
) -> None:
    with running(tmp_path, spec(tmp_path, release, form, ca="shared")) as cluster:
        assert answers(cluster, "clients/root") == answers(cluster, "clients/bob") == (Taken, Taken)
        cluster.etcdboot("certs", "revoke", "client/bob")
        cluster.etcdboot("render")
        assert answers(cluster, "clients/bob") == (HungUp, HungUp)
        assert answers(cluster, "clients/root") == (Taken, Taken)
        assert "revoked" in cluster.said()
        assert cluster.verify()["verdict"] == "healthy"
        cluster.etcdboot("certs", "renew", "client/bob")
        assert answers(cluster, "clients/bob") == (Taken, Taken)


def take(folder: Path, copy: str) -> None:
    """Copy the pair that bob has now to another place in ``pki/``."""
    (folder / "pki" / copy).parent.mkdir(exist_ok=True)
    for end in (".pem", "-key.pem"):
        (folder / "pki" / f"{copy}{end}").write_bytes((folder / "pki" / f"clients/bob{end}").read_bytes())


@pytest.mark.parametrize("release", ["3.6.14"])
def test_a_client_that_left_spec_and_folder_is_revoked_by_its_name(tmp_path: Path, release: str) -> None:
    """Both its certificates are kept by somebody: the current one, and the one before its renewal."""
    with running(tmp_path, spec(tmp_path, release, ca="shared")) as cluster:
        take(tmp_path, "stolen/old")
        cluster.etcdboot("certs", "renew", "client/bob")
        take(tmp_path, "stolen/bob")
        left = (tmp_path / "cluster.yaml").read_text().replace("  - bob\n", "")
        (tmp_path / "cluster.yaml").write_text(left)
        for path in (tmp_path / "pki/clients").glob("bob*"):
            path.unlink()
        said = cluster.etcdboot("render", "--prune").stderr
        assert (
            "client/bob is no longer in the spec; its 2 certificates open the client and peer ports" in said
        )
        assert answers(cluster, "stolen/bob") == answers(cluster, "stolen/old") == (Taken, Taken)
        cluster.etcdboot("certs", "revoke", "client/bob")
        assert "EB410" not in cluster.etcdboot("render").stderr
        assert answers(cluster, "stolen/bob") == answers(cluster, "stolen/old") == (HungUp, HungUp)
        assert answers(cluster, "clients/root") == (Taken, Taken)
        assert cluster.verify()["verdict"] == "healthy"


@pytest.mark.parametrize("release", ends(ETCD_RELEASES))
def test_each_side_goes_by_the_list_of_its_own_ca(tmp_path: Path, release: str) -> None:
    with running(tmp_path, spec(tmp_path, release, ca="split")) as cluster:
        cluster.etcdboot("certs", "revoke", "client/bob", "etcd1/peer")
        cluster.etcdboot("certs", "renew", "etcd1/peer")
        cluster.etcdboot("render")
        assert answers(cluster, "clients/bob") == (HungUp, Answer.REFUSED)
        assert answers(cluster, "clients/root") == (Taken, Answer.REFUSED)
        assert answers(cluster, "members/etcd1/peer") == (Answer.REFUSED, Taken)


@pytest.mark.parametrize("release", ends(ETCD_RELEASES))
def test_a_connection_that_is_open_outlives_the_revocation(tmp_path: Path, release: str) -> None:
    """So the message says that members must be restarted to end it."""
    with running(tmp_path, spec(tmp_path, release)) as cluster:
        url = cluster.plan.members[0].advertise_client_urls[0]
        context = ssl.create_default_context(cafile=tmp_path / "pki/ca.pem")
        context.load_cert_chain(tmp_path / "pki/clients/bob.pem", tmp_path / "pki/clients/bob-key.pem")
        with closing(http.client.HTTPSConnection(url.host.text, url.port, context=context)) as bob:
            bob.request("GET", "/version")
            assert bob.getresponse().read()
            cluster.etcdboot("certs", "revoke", "client/bob")
            cluster.etcdboot("render")
            bob.request("GET", "/version")
            assert bob.getresponse().status == 200
            assert answers(cluster, "clients/bob")[0] is HungUp


@pytest.mark.parametrize("release", ends(ETCD_RELEASES))
def test_a_list_that_has_run_out_is_enforced_all_the_same(tmp_path: Path, release: str) -> None:
    with running(tmp_path, spec(tmp_path, release, crl={"lifetime": "1s"})) as cluster:
        cluster.etcdboot("certs", "revoke", "client/bob")
        wait_until("the list to run out", lambda: "ran out" in cluster.etcdboot("render").stderr)
        assert answers(cluster, "clients/bob")[0] is HungUp
        assert answers(cluster, "clients/root")[0] is Taken


@pytest.mark.parametrize("release", ["3.5.33", "3.6.14"])
def test_a_list_in_pem_form_is_not_handed_on(tmp_path: Path, release: str) -> None:
    with rendered(tmp_path, spec(tmp_path, release)) as cluster:
        (tmp_path / "pki/crl.der").write_bytes((tmp_path / "pki/crl.pem").read_bytes())
        done = cluster.etcdboot("render", check=False)
        assert done.returncode == 4
        assert "EB371" in done.stderr
