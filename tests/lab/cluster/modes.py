"""Specs of the tutorial's three hosts in every bootstrap mode, and how their founders get to meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from etcdboot.spec.spec import BootstrapMode, Target
from lab.cluster.hosts import HostCluster
from lab.cluster.meeting import ADDRESS as MEETING
from lab.cluster.meeting import (
    BEHIND_PROXY,
    CREDENTIALS,
    PROXY,
    SERVICE,
    meeting_place,
    serve_proxy,
    serve_tokens,
)
from lab.world.host import Host
from lab.world.world import World

OPERATOR = "192.168.202.10"
DOMAIN = "cluster.local-test"
ADDRESSES = {f"etcd{n}": f"192.168.202.{127 + n}" for n in range(1, 5)}  # the fourth: whoever comes too late
FOUNDERS = ("etcd1", "etcd2", "etcd3")

Section = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Way:
    """A bootstrap mode with the parts it needs.

    ``keys`` of `bootstrap` tell of what ``prepare`` sets up; ``new`` is what `discovery new` is told of it.
    """

    mode: BootstrapMode
    keys: Section = field(default_factory=dict)
    new: tuple[str, ...] = ()
    prepare: Callable[[World, Host], object] = lambda world, operator: None


def _v2(release: str) -> Way:
    new = ("--at", f"http://{MEETING}:2379")
    return Way(
        BootstrapMode.DISCOVERY_V2, {}, new, lambda world, operator: meeting_place(world, operator, release)
    )


def _v3(release: str, *, secured: bool = False, **keys: object) -> Way:
    endpoint = {"discovery-endpoints": [f"http{'s' if secured else ''}://{MEETING}:2379"]}
    return Way(
        BootstrapMode.DISCOVERY_V3,
        endpoint | (CREDENTIALS if secured else {}) | {name.replace("_", "-"): keys[name] for name in keys},
        prepare=lambda world, operator: meeting_place(world, operator, release, secured=secured),
    )


WAYS: Mapping[str, Way] = {
    "static": Way(BootstrapMode.STATIC),
    "v2 on 3.4": _v2("3.4.23"),
    "v2 on 3.5": _v2("3.5.33"),
    "v2 through the service": Way(
        BootstrapMode.DISCOVERY_V2,
        {},
        ("--service", SERVICE),
        lambda world, operator: serve_tokens(meeting_place(world, operator, "3.4.23")),
    ),
    "v2 through a proxy": Way(
        BootstrapMode.DISCOVERY_V2,
        {"discovery-proxy": PROXY},
        ("--at", f"http://{BEHIND_PROXY}:2379"),
        lambda world, operator: serve_proxy(meeting_place(world, operator, "3.5.33")),
    ),
    # Without a scheme, and with every other key that there is.
    "v3 on 3.4, secured": _v3(
        "3.4.23",
        secured=True,
        discovery_endpoints=[f"{MEETING}:2379"],
        discovery_dial_timeout="3s",
        discovery_request_timeout="1m",
        discovery_keepalive_time="10s",
        discovery_keepalive_timeout="1500ms",
    ),
    "v3 on 3.6, secured": _v3("3.6.14", secured=True),
    "v3 on 3.4": _v3("3.4.23"),
    "dns": Way(BootstrapMode.DNS, {"discovery-srv": DOMAIN}),
    "dns, by a service name": Way(BootstrapMode.DNS, {"discovery-srv": DOMAIN, "discovery-srv-name": "prod"}),
}
# Each as (tls.client, tls.peer).
TLS: Mapping[str, tuple[str, str]] = {
    "off": ("off", "off"),
    "mutual": ("mutual", "mutual"),
    "auto": ("auto", "auto"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a spec is made from; a member that is no founder joins, and ``sections`` go in as they are."""

    mode: BootstrapMode
    release: str
    tls: str = "mutual"
    settings: str = "config"
    bootstrap: Section = field(default_factory=dict)
    members: tuple[str, ...] = FOUNDERS
    sections: Section = field(default_factory=dict)

    def spec(self) -> str:
        """The text of it; started by script."""
        client, peer = TLS[self.tls]
        spec = {
            "name": "etcd-cluster-1",
            "etcd": {"version": self.release, "allow-dangerous-release": True},
            "bootstrap": {"mode": str(self.mode), **self.bootstrap},
            "tls": {"client": client, "peer": peer},
            "members": [self.member(name) for name in self.members],
            "render": {"settings": self.settings, "targets": ["script"]},
            **self.sections,
        }
        return yaml.safe_dump(spec, sort_keys=False)

    def member(self, name: str) -> dict[str, Any]:
        """One of ``members``."""
        address = ADDRESSES[name]
        where = {"host": address}
        if self.mode is BootstrapMode.DNS:
            where = {"host": f"{name}.{DOMAIN}", "address": address}
        return {"name": name, **where, **({} if name in FOUNDERS else {"initial-cluster-state": "existing"})}


def rendered(cluster: HostCluster) -> HostCluster:
    """Certificates and files of what has a token, if it needs one."""
    if cluster.plan.certificates:
        cluster.etcdboot("certs")
    cluster.etcdboot("render")
    return cluster


def start(cluster: HostCluster, *names: str) -> None:
    """Start those members, or all, from their rendered files."""
    for name in names or cluster.hosts:
        cluster.deliver(name, "/etc/etcd")
        cluster.start(name, Target.SCRIPT)


def meet(world: World, cluster: HostCluster, way: Way) -> None:
    """Give the founders what they are to meet by: a token in the spec, or records on a name server."""
    if way.mode in (BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3):
        cluster.etcdboot("discovery", "new", *way.new, "--write")
        cluster.reread()
    if way.mode is BootstrapMode.DNS:
        world.dns(cluster.etcdboot("dns", "zone", "--format", "dnsmasq").stdout)
