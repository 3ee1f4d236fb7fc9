"""Real members on real hosts, by hand: shows that a world carries what the other lab tests build on it."""

from __future__ import annotations

import json

import pytest

from lab.peers.fixtures import ETCD_RELEASES, require_capability, require_peer
from lab.world.host import Host
from lab.world.process import Process, wait_until
from lab.world.world import World

ADDRESSES = {"etcd1": "192.168.202.128", "etcd2": "192.168.202.129", "etcd3": "192.168.202.130"}


def start_member(host: Host) -> Process:
    """One member of the three, without TLS, on the host's own address."""
    peers = ",".join(f"{name}=http://{address}:2380" for name, address in ADDRESSES.items())
    return host.start(
        [
            "etcd",
            f"--name={host.name}",
            "--data-dir=/var/lib/etcd",
            f"--listen-peer-urls=http://{host.address}:2380",
            f"--initial-advertise-peer-urls=http://{host.address}:2380",
            f"--listen-client-urls=http://{host.address}:2379",
            f"--advertise-client-urls=http://{host.address}:2379",
            f"--initial-cluster={peers}",
            "--logger=zap",
        ]
    )


def healthy(client: Host) -> set[str]:
    """The members that commit a proposal of the client's."""
    endpoints = ",".join(f"{address}:2379" for address in ADDRESSES.values())
    said = client.run(
        f"etcdctl --endpoints {endpoints} --command-timeout 2s --write-out json endpoint health",
        env={"ETCDCTL_API": "3"},
        check=False,
    ).stdout
    names = {address: name for name, address in ADDRESSES.items()}
    return {names[each["endpoint"].partition(":")[0]] for each in json.loads(said) if each["health"]}


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("release", ETCD_RELEASES)
def test_members_survive_a_cut_a_freeze_and_a_kill_of_one(release: str) -> None:
    require_capability("network namespaces")
    etcd, etcdctl = require_peer("etcd", release), require_peer("etcdctl", release)
    with World() as world:
        hosts = [world.host(name, address) for name, address in ADDRESSES.items()]
        client = world.host("client", "192.168.202.10")
        client.install(etcdctl)
        for host in hosts:
            host.install(etcd)
        members = [start_member(host) for host in hosts]
        wait_until("three healthy members", lambda: healthy(client) == set(ADDRESSES), within=60)

        lost = hosts[2]
        for other in hosts[:2]:
            world.cut(lost, other)
        wait_until("two members without the third", lambda: healthy(client) == {"etcd1", "etcd2"}, within=60)
        for other in hosts[:2]:
            world.mend(lost, other)
        wait_until("the third to be back", lambda: healthy(client) == set(ADDRESSES), within=60)

        members[2].freeze()
        wait_until(
            "two members beside a frozen one", lambda: healthy(client) == {"etcd1", "etcd2"}, within=60
        )
        members[2].thaw()
        members[2].kill()
        members[2] = start_member(lost)
        wait_until("the third to be back again", lambda: healthy(client) == set(ADDRESSES), within=60)
