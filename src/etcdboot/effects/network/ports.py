"""Ports and addresses of this machine."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from etcdboot.base.addresses import Host, Url
from etcdboot.base.errors import Missing
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.network.dial import addresses

LOOPBACK = "127.0.0.1"
LOOKUP = 3.0  # seconds for what a name leads to
# Below the range that the kernel takes for outgoing connections (32768 and up, ip(7)), so that none of those
# can take a port between our look and etcd's listen.
_PICKED_FROM = range(20000, 32000)
_LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp
_UNBINDABLE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL)


@dataclass(frozen=True, slots=True)
class Occupied:
    """A URL that cannot be listened on; ``why`` is a clause: ``port 2379 is taken by etcd (pid 7)``."""

    url: Url
    why: str


def is_of_this_machine(host: Host) -> bool:
    """Whether the host is an address of this machine (one that can be bound), or a name that leads to one."""
    try:
        return any(map(_can_bind, addresses(host, LOOKUP)))
    except OSError:
        return False


def occupied(urls: Iterable[Url]) -> tuple[Occupied, ...]:
    """Those URLs that nobody could listen on now, and why."""
    checked = ((url, _obstacle(url)) for url in urls)
    return tuple(Occupied(url, why) for url, why in checked if why)


def free_loopback_ports(count: int) -> tuple[int, ...]:
    """That many different ports that are free on 127.0.0.1."""
    found: list[int] = []
    start = random.randrange(len(_PICKED_FROM))  # noqa: S311 - only to keep two runs apart
    for step in range(len(_PICKED_FROM)):
        if len(found) == count:
            return tuple(found)
        port = _PICKED_FROM[(start + step) % len(_PICKED_FROM)]
        if _bind_error(LOOPBACK, port) is None:
            found.append(port)
    raise Missing.because("EB506", f"no {count} free ports on {LOOPBACK}", "end what holds them: `ss -ltnp`")


def _can_bind(address: str) -> bool:
    return (cause := _bind_error(address, 0)) is None or cause.errno not in _UNBINDABLE


def _bind_error(address: str, port: int) -> OSError | None:
    """What binding says; as Go does it, with SO_REUSEADDR, so that a port in TIME_WAIT counts as free."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as cause:
        return cause
    return None


def _obstacle(url: Url) -> str:
    cause = _bind_error(LOOPBACK if url.host.text == "localhost" else url.host.text, url.port)
    if cause is None:
        return ""
    if cause.errno == errno.EADDRINUSE:
        return f"port {url.port} is taken{_holder(url.port)}"
    if cause.errno == errno.EACCES:
        return f"port {url.port} is below 1024, which only root may listen on"
    return f"{url.host} port {url.port}: {(cause.strerror or str(cause)).lower()}"


def _holder(port: int) -> str:
    """`` by NAME (pid N)`` for who listens on a port, as far as this user may see; "" if not (proc(5))."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for entry in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        with suppress(OSError):
            if str(entry.readlink()) in sockets:
                process = entry.parents[1]
                return f" by {(process / 'comm').read_text().strip()} (pid {process.name})"
    return ""


def _listening_inodes(port: int) -> set[str]:
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(fields[9])
    return found
