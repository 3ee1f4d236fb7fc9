"""The discovery host: an etcd at which founders meet, and Debian's discovery service before it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import yaml

from etcdboot.spec.spec import Target
from lab.cluster.hosts import HostCluster
from lab.peers.fixtures import require_peer
from lab.world.host import Host
from lab.world.world import World

ADDRESS: Final = "192.168.202.20"
SERVICE: Final = f"http://{ADDRESS}:8087"
PROXY: Final = f"http://{ADDRESS}:3128"
BEHIND_PROXY: Final = "meeting.inside"  # a name that the proxy alone knows
_FOLDER: Final = "/srv/meeting"  # the operator's, beside that of the cluster to be
_USER, _PASSWORD = "founder", "cannot be guessed"

# The keys of `bootstrap` that a founder needs at a secured meeting place, from the folder beside.
CREDENTIALS: Final[dict[str, object]] = {
    "discovery-cacert": "../meeting/pki/ca.pem",
    "discovery-cert": "../meeting/pki/clients/founders.pem",
    "discovery-key": "../meeting/pki/clients/founders-key.pem",
    "discovery-user": _USER,
    "discovery-password-file": "../meeting/password",
}


def meeting_place(
    world: World, operator: Host, release: str, *, secured: bool = False, has_v2: bool = True
) -> HostCluster:
    """A running etcd of that release at ``ADDRESS``, made with etcdboot.

    ``has_v2``: with the v2 API, if the release has one. ``secured``: with TLS, client certificates, and auth,
    for a user who may write below /_etcd/registry/ alone.
    """
    sides = "mutual" if secured else "off"
    spec = {
        "name": "meeting",
        "etcd": {
            "version": release,
            "flags": {"enable-v2": True} if has_v2 and release < "3.6" else {},
        },
        "tls": {"client": sides, "peer": sides},
        "certificates": {"clients": ["root", "founders"]},
        "members": [{"name": "meeting", "host": ADDRESS}],
        "render": {"targets": ["script"]},
    }
    place = HostCluster(world, yaml.safe_dump(spec), operator, folder=_FOLDER)
    if secured:
        place.etcdboot("certs")
    place.etcdboot("render")
    place.deliver("meeting", "/etc/etcd")
    place.start("meeting", Target.SCRIPT)
    place.processes["meeting"].says("serving client traffic")
    if secured:
        _demand_a_user(place)
    return place


def _demand_a_user(place: HostCluster) -> None:
    place.operator.write(f"{_FOLDER}/password", f"{_PASSWORD}\n", 0o600)
    for words in (
        ("user", "add", "root:a password of its own"),
        ("user", "grant-role", "root", "root"),
        ("role", "add", "registry"),
        ("role", "grant-permission", "registry", "--prefix=true", "readwrite", "/_etcd/registry/"),
        ("user", "add", f"{_USER}:{_PASSWORD}"),
        ("user", "grant-role", _USER, "registry"),
        ("auth", "enable"),
    ):
        place.etcdctl(*words)


def serve_tokens(place: HostCluster) -> None:
    """Start Debian's discovery service on the meeting place's host, before its etcd.

    It wants a file in /etc/etcd-discovery even where flags say all; without -h its tokens' URLs lead to
    example.com (docs/etcd/discovery.md#discovery-service).
    """
    host = place.hosts["meeting"]
    program = require_peer("discovery.etcd.io")
    host.write("/etc/etcd-discovery/etcd-discovery.conf", "")
    words = ["-e", "http://127.0.0.1:2379", "-h", SERVICE, "-a", SERVICE.partition("://")[2]]
    service = place.processes["the service"] = host.start([str(program), *words])
    service.says("discovery serving")


def serve_proxy(place: HostCluster) -> None:
    """Start a proxy on the meeting place's host, the only way to ``BEHIND_PROXY``."""
    host = place.hosts["meeting"]
    host.write("/etc/hosts", f"127.0.0.1 localhost\n{ADDRESS} {BEHIND_PROXY}\n")
    script = Path(__file__).with_name("forward_proxy.py")
    words = [sys.executable, "-I", "-S", str(script), PROXY.partition("://")[2]]
    place.processes["the proxy"] = host.start(words)
    place.processes["the proxy"].says("listening")
