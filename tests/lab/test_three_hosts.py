"""The tutorial's three hosts, at its very addresses: from the spec to a cluster, as an operator goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from etcdboot.spec.spec import Target
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import FOLDER, HostCluster
from lab.cluster.operating import etcdboot, example
from lab.peers.fixtures import require_capability, require_peer
from lab.world.host import Host
from lab.world.process import wait_until
from lab.world.state import upper_layers
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]

OPERATOR = "192.168.202.10"
# All that has changed on a host, apart from /root, where the rendered folder is delivered, and /tmp.
STATE = upper_layers(f"/run/lab/{top}/upper" for top in ("etc", "home", "opt", "srv", "usr-local", "var"))


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("root")
    require_capability("network namespaces")
    with World() as world:
        yield world


def prepared(world: World) -> HostCluster:
    cluster = HostCluster(world, example("three-hosts-tls"), OPERATOR)
    cluster.etcdboot("certs")
    cluster.etcdboot("render")
    return cluster


def assert_healthy(cluster: HostCluster) -> None:
    seen = cluster.verify("--wait", "60s")
    assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
    assert_agreed(cluster)


def state(host: Host) -> str:
    return host.run(STATE).stdout


def test_three_hosts_become_a_cluster(world: World) -> None:
    cluster = prepared(world)
    for name, host in cluster.hosts.items():
        cluster.deliver(name, f"/root/{name}")
        assert host.run("id etcd", check=False).returncode, "a user etcd would hide that install.sh makes one"
        host.run(["sh", f"/root/{name}/install.sh"])
        cluster.start(name, Target.SYSTEMD)
    assert_healthy(cluster)
    for name, host in cluster.hosts.items():
        assert host.run("ps -C etcd -o user=").stdout == "etcd\n"
        local = "set -a; . /etc/etcd/etcdctl.env; set +a; etcdctl endpoint health"
        host.install(require_peer("etcdctl", "3.6.14"))
        assert host.run(local + " 2>&1").stdout.count("is healthy") == 3, name


def test_the_ca_key_stays_with_the_operator(world: World) -> None:
    cluster = prepared(world)
    secret = cluster.operator.read(f"{FOLDER}/pki/ca-key.pem").decode().splitlines()[1]
    search = ["grep", "-rlF", secret, "/run"]  # /run holds all that was ever written to a host of the lab
    assert "ca-key.pem" in cluster.operator.run(search).stdout
    for name, host in cluster.hosts.items():
        cluster.deliver(name, f"/root/{name}")
        host.run(["sh", f"/root/{name}/install.sh"])
        assert host.run(search, check=False).stdout == ""


def test_a_dry_run_writes_nothing_and_a_second_run_changes_nothing(world: World) -> None:
    cluster = prepared(world)
    host = cluster.hosts["etcd1"]
    cluster.deliver("etcd1", "/root/etcd1")
    before = state(host)
    said = host.run(["sh", "/root/etcd1/install.sh", "--dry-run"]).stdout
    assert "would create: user etcd" in said
    assert state(host) == before
    host.run(["sh", "/root/etcd1/install.sh"])
    installed = state(host)
    assert installed != before
    again = host.run(["sh", "/root/etcd1/install.sh", "--dry-run"]).stdout
    assert "etcd1: already up to date." in again
    host.run(["sh", "/root/etcd1/install.sh"])
    assert state(host) == installed


def test_the_next_lines_make_a_cluster_that_systemd_keeps_alive(world: World) -> None:
    """Every line that render tells the operator, pasted as it is: scp, install.sh, systemctl, verify."""
    for peer in ("systemd-nspawn", "sshd"):
        require_peer(peer)
    require_capability("cgroups")
    cluster = HostCluster(world, example("three-hosts-tls"), OPERATOR, systemd=True)
    let_in(cluster)
    cluster.etcdboot("certs")
    lines = next_lines(cluster.etcdboot("render").stderr)
    assert [line.split()[0] for line in lines] == ["scp"] * 3 + ["ssh"] * 6 + ["etcdboot"]
    for line in lines:
        cluster.on_desk("sh", "-c", line)
    assert_healthy(cluster)

    second = cluster.hosts["etcd2"]
    killed = second.run("systemctl show -P MainPID etcd.service").stdout.strip()
    second.run(["kill", "-KILL", killed])
    wait_until(
        "systemd to restart etcd",
        lambda: second.run("systemctl show -P NRestarts etcd.service").stdout == "1\n",
        within=60,
    )
    assert_healthy(cluster)


def let_in(cluster: HostCluster) -> None:
    """Give the operator root's ssh on every host, and the command by its name."""
    desk = cluster.operator
    desk.run("mkdir -p /root/.ssh && ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/lab")
    desk.write("/root/.ssh/config", "IdentityFile /root/.ssh/lab\nStrictHostKeyChecking accept-new\n")
    desk.write("/usr/local/bin/etcdboot", f'#!/bin/sh\nexec {" ".join(etcdboot())} "$@"\n', 0o755)
    for host in cluster.hosts.values():
        host.sshd(desk.read("/root/.ssh/lab.pub").decode())


def next_lines(said: str) -> list[str]:
    """The commands among the steps that render ends with."""
    steps = said.partition("Next:\n")[2]
    return re.findall(r"^(?:  \d\. (?=etcdboot )|       )(\S.*)$", steps, re.MULTILINE)
