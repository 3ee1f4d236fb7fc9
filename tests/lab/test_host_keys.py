"""Keys that are made on the members' hosts: requested there by openssl alone, signed by us or by others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from etcdboot.spec.spec import Target
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import FOLDER, HostCluster
from lab.cluster.loopback import loopback_spec, rendered
from lab.cluster.operating import example
from lab.pairwise import ends
from lab.peers.fixtures import ETCD_RELEASES, require_capability
from lab.world.host import Host
from lab.world.world import World
from samples.host_scripts import make_keys

pytestmark = pytest.mark.lab

OPERATOR = "192.168.202.10"
KEYS = "cksum /etc/etcd/pki/*-key.pem; stat -Lc '%a %U:%G' /etc/etcd/pki/*-key.pem"


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("root")
    require_capability("network namespaces")
    with World() as world:
        yield world


def spec_of(release: str = "", **certificates: object) -> str:
    spec = yaml.safe_load(example("three-hosts-tls", release))
    spec["certificates"] = {"source": "csr", **certificates}
    return yaml.safe_dump(spec, sort_keys=False)


def bring_requests(cluster: HostCluster) -> None:
    """Make them on every host, from the folder that was copied there, and bring them to the operator."""
    for name, host in cluster.hosts.items():
        cluster.deliver(name, f"/root/{name}")
        host.run(["sh", f"/root/{name}/make-csr.sh"])
        cluster.operator.unpack(host.pack(f"/root/{name}/csr"), f"{FOLDER}/csr")


def install(cluster: HostCluster, name: str) -> str:
    cluster.deliver(name, f"/root/{name}")
    return cluster.hosts[name].run(["sh", f"/root/{name}/install.sh"]).stdout


def keys(host: Host) -> str:
    return host.run(KEYS).stdout


def assert_healthy(cluster: HostCluster) -> None:
    seen = cluster.verify("--wait", "60s")
    assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"


@pytest.mark.slow
@pytest.mark.parametrize("release", ends(ETCD_RELEASES))
def test_a_cluster_whose_keys_never_left_their_hosts(world: World, release: str) -> None:
    cluster = HostCluster(world, spec_of(release, subject={"O": "A/B + C's"}), OPERATOR)
    cluster.etcdboot("certs")
    first = cluster.etcdboot("render")
    assert "run make-csr.sh on its host" in first.stderr
    assert "scp -r root@192.168.202.128:etcd1/csr ." in first.stderr
    bring_requests(cluster)
    assert "PRIVATE KEY" not in cluster.operator.run(f"cat {FOLDER}/csr/*").stdout
    cluster.etcdboot("certs", "sign", "csr")
    cluster.etcdboot("render")
    for name in cluster.hosts:
        assert f"{name}: installed." in install(cluster, name)
        cluster.start(name, Target.SYSTEMD)
    assert_healthy(cluster)
    assert_agreed(cluster)
    made = {name: keys(host) for name, host in cluster.hosts.items()}
    assert all(said.count("640 root:etcd") == 2 for said in made.values())
    found = cluster.operator.run(f"find {FOLDER} -name '*-key.pem' -path '*etcd?/*'").stdout
    assert found == ""

    cluster.etcdboot("certs", "renew", "--all")  # for the keys that the hosts keep
    cluster.etcdboot("render")
    for name in cluster.hosts:
        install(cluster, name)
    assert {name: keys(host) for name, host in cluster.hosts.items()} == made
    assert_healthy(cluster)
    live = cluster.etcdboot("certs", "status", "--live", "-w", "json")
    assert live.returncode == 0


@pytest.fixture
def prepared(world: World) -> HostCluster:
    cluster = HostCluster(world, spec_of(), OPERATOR)
    cluster.etcdboot("certs")
    cluster.etcdboot("render")
    return cluster


@pytest.mark.slow
def test_installing_first_keeps_what_is_made_then(prepared: HostCluster) -> None:
    host = prepared.hosts["etcd1"]
    said = install(prepared, "etcd1")
    assert "Its certificates are missing. Next: sh /etc/etcd/make-csr.sh" in said
    host.run("sh /etc/etcd/make-csr.sh /root/csr")
    before = keys(host)
    assert before.count("640 root:etcd") == 2
    for _ in range(2):
        install(prepared, "etcd1")
        assert keys(host) == before
    host.run("sh /etc/etcd/make-csr.sh /root/csr")
    assert keys(host) == before
    prepared.operator.unpack(host.pack("/root/csr"), f"{FOLDER}/csr")
    prepared.etcdboot("certs", "sign", "csr")
    prepared.etcdboot("render")
    assert "etcd1: installed." in install(prepared, "etcd1")
    assert keys(host) == before
    listing = "find -L /etc/etcd -printf '%p %i %m %u\\n' | grep pki | sort"
    state = host.run(listing).stdout
    install(prepared, "etcd1")
    assert host.run(listing).stdout == state  # nothing is swapped that has not changed


@pytest.mark.slow
def test_a_certificate_of_another_key_is_not_installed(prepared: HostCluster) -> None:
    bring_requests(prepared)
    swap = "cd csr && mv etcd1-server.csr x && mv etcd1-peer.csr etcd1-server.csr && mv x etcd1-peer.csr"
    prepared.on_desk("sh", "-c", swap)
    done = prepared.etcdboot("certs", "sign", "csr", check=False)
    assert "EB352" in done.stderr  # a server's names are no peer's
    prepared.etcdboot("certs", "sign", "csr/etcd1-server.csr")
    prepared.etcdboot("render")
    host = prepared.hosts["etcd1"]
    prepared.deliver("etcd1", "/root/etcd1")
    done = host.run(["sh", "/root/etcd1/install.sh"], check=False)
    assert done.returncode == 7
    assert "/etc/etcd/pki/server-key.pem is not the key of /root/etcd1/pki/server.pem" in done.stderr
    assert host.run("ls /etc/etcd/etcd.conf.yml", check=False).returncode


def test_a_dry_run_makes_nothing(prepared: HostCluster) -> None:
    prepared.deliver("etcd1", "/root/etcd1")
    host = prepared.hosts["etcd1"]
    said = host.run("sh /root/etcd1/make-csr.sh --dry-run").stdout
    assert said.splitlines() == [
        "would create /etc/etcd/pki",
        "would create /etc/etcd/pki/server-key.pem",
        "would write /root/etcd1/csr/etcd1-server.csr",
        "would create /etc/etcd/pki/peer-key.pem",
        "would write /root/etcd1/csr/etcd1-peer.csr",
    ]
    assert host.run("ls /etc/etcd /root/etcd1/csr", check=False).stdout == ""


@pytest.mark.parametrize(
    ("before", "words", "status", "said"),
    [
        ("true", "--dry", 2, "usage: sudo sh make-csr.sh"),
        ("true", "a b", 2, "usage: sudo sh make-csr.sh"),
        ("mkdir -p /etc/etcd/pki; echo hello >/etc/etcd/pki/server-key.pem", "", 7, "no private key without"),
        ("mkdir -p /etc/etcd/pki/server-key.pem", "", 7, "no private key without"),
        ("mkdir -p /etc/etcd/pki; ln -s nowhere /etc/etcd/pki/server-key.pem", "", 7, "is a symlink"),
        ("mkdir -p /etc/etcd; touch /etc/etcd/pki", "", 7, "is not a folder"),
        ("mkdir -p /etc/etcd/pki; chown 9:9 /etc/etcd/pki", "", 7, "who could exchange a key there"),
        ("mkdir -p /etc/etcd; chmod 777 /etc/etcd", "", 7, "another user than root can change it"),
        ("mkdir -p /srv/pki /etc/etcd; ln -s /srv/pki /etc/etcd/pki", "", 7, "etcdboot did not make"),
        ("touch /root/file", "/root/file", 7, "cannot be written"),
        ("mkdir /root/bin; PATH=/root/bin", "", 8, "openssl is missing"),
    ],
)
def test_what_make_csr_refuses(
    prepared: HostCluster, before: str, words: str, status: int, said: str
) -> None:
    prepared.deliver("etcd1", "/root/etcd1")
    tools = "for each in sh dirname pwd mktemp rm; do ln -s $(command -v $each) /root/bin/ || true; done"
    script = "mkdir /root/tmp; export TMPDIR=/root/tmp; " + before.replace("; PATH=", f"; {tools}; PATH=")
    done = prepared.hosts["etcd1"].run(
        ["sh", "-c", f"{script}; /bin/sh /root/etcd1/make-csr.sh {words}"], check=False
    )
    assert (done.returncode, said in done.stderr) == (status, True), done
    assert prepared.hosts["etcd1"].run("ls -A /root/tmp").stdout == ""


# --- on this machine


@pytest.mark.parametrize("key", ["ecdsa-p256", "ecdsa-p384", "rsa-2048"])
def test_every_kind_of_key_serves(tmp_path: Path, key: str) -> None:
    spec = loopback_spec(tmp_path, "3.6.14", certificates={"source": "csr", "key": key})
    with rendered(tmp_path, spec) as cluster:
        make_keys(tmp_path / "out/etcd1/make-csr.sh", str(tmp_path / "csr"))
        cluster.etcdboot("certs", "sign", "csr")
        cluster.etcdboot("render")
        cluster.start(Target.SCRIPT)
        seen = cluster.verify("--wait", "60s")
        assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
        shown = cluster.etcdboot("certs", "show", "pki/members/etcd1/server.pem").stdout
        assert re.search(rf"key +{key}", shown)
