"""A throw-away world: hosts joined by one switch, with no route out, gone with the test however that ends.

    with World() as world:
        etcd1 = world.host("etcd1", "192.168.202.128")
        etcd2 = world.host("etcd2", "192.168.202.129")
        etcd1.run("ping -c1 192.168.202.129")
        world.cut(etcd1, etcd2)

The test holds one end of a pipe, the guardian the other: when the test ends, or is killed, the guardian ends
PID 1 of the world, and the kernel ends every process, namespace and mount that hangs on it.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from types import TracebackType

from lab.world import services
from lab.world.host import Host, with_prefix
from lab.world.namespaces import enter, guardian, init, new_world
from lab.world.process import Init, Process

# A hardware address that nobody has: packets sent to it are lost without a word, as behind a cut cable.
_NOWHERE = "02:00:00:00:00:01"


class World:
    """A network of hosts of its own; equal addresses in parallel worlds never meet."""

    def __init__(self) -> None:
        self.name = f"etcdboot-lab-{secrets.token_hex(4)}"
        self.hosts: dict[str, Host] = {}
        self.dnsmasq: Process | None = None  # the name server's process, once there is one
        self._nameserver: str | None = None
        nothing = {"overlays": [], "mirrors": [], "absent": [], "sealed": False}
        settings = json.dumps({"hostname": None, "tmpfs": ["/run"], **nothing})
        self._guardian = Init("the world", guardian(self.name, new_world(*init(settings))))
        self.pid = self._guardian.pid
        self._ip(self.pid, "link add sw0 type bridge", "link set sw0 up")

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End every process in the world and wait until nothing is left of it."""
        self._guardian.end()
        for host in self.hosts.values():
            host.end()

    def host(self, name: str, *addresses: str) -> Host:
        """A new machine on the switch; addresses without a prefix length get /24, IPv6 /64."""
        host = Host(self, name, [each.partition("/")[0] for each in addresses])
        cable = f"host{len(self.hosts)}"
        self._ip(
            self.pid,
            f"link add {cable} type veth peer name eth0 netns {host.pid}",
            f"link set {cable} master sw0 up",
        )
        given = [f"addr add {with_prefix(each)} dev eth0{_nodad(each)}" for each in addresses]
        self._ip(host.pid, "link set lo up", "link set eth0 up", *given)
        self.hosts[name] = host
        if self._nameserver:
            host.settle(self._nameserver)
        return host

    def cut(self, one: Host, other: Host) -> None:
        """Lose every packet between two hosts, silently and both ways; others still reach both."""
        for here, there in ((one, other), (other, one)):
            lost = [
                f"neigh replace {each} lladdr {_NOWHERE} dev eth0 nud permanent" for each in there.addresses
            ]
            self._ip(here.pid, *lost)

    def mend(self, one: Host, other: Host) -> None:
        """Undo ``cut``."""
        for here, there in ((one, other), (other, one)):
            self._ip(here.pid, *[f"neigh del {each} dev eth0" for each in there.addresses])

    def unplug(self, host: Host) -> None:
        """Take the host's cable out: its own interface goes down, addresses and all routes of it with it."""
        self._ip(self.pid, f"link set {self._cable(host)} down")

    def plug_in(self, host: Host) -> None:
        """Undo ``unplug``."""
        self._ip(self.pid, f"link set {self._cable(host)} up")

    def power_off(self, host: Host) -> None:
        """Lose a host with all it wrote; its cable goes first, so that its kernel says no farewell."""
        self._ip(self.pid, f"link del {self._cable(host)}")
        host.end()

    def drop(self, host: Host, port: int) -> None:
        """Let the host lose what comes to that TCP port, as a firewall does: callers wait in vain."""
        services.filter_port(host.pid, port, "drop")

    def reject(self, host: Host, port: int) -> None:
        """Let the host refuse what comes to that TCP port: callers learn it at once."""
        services.filter_port(host.pid, port, "reject with tcp reset")

    def let_through(self, host: Host) -> None:
        """Undo ``drop`` and ``reject``, for all ports of the host."""
        services.unfilter(host.pid)

    def dns(self, records: str, address: str = "192.168.202.53") -> Host:
        """A host that serves these records (dnsmasq's lines: host-record, srv-host, …) to all hosts.

        Called once more, it serves these records instead.
        """
        server = self.hosts.get("dns") or self.host("dns", address)
        if self.dnsmasq:
            self.dnsmasq.kill()  # frozen ones too
        self.dnsmasq = services.start_dnsmasq(server, records)
        self._nameserver = server.address
        for host in self.hosts.values():
            host.settle(self._nameserver)
        return server

    def _cable(self, host: Host) -> str:
        return f"host{list(self.hosts).index(host.name)}"

    def _ip(self, pid: int, *lines: str) -> None:
        """Run ip's own language in the network of a process; the pids in it are the test's."""
        done = subprocess.run(
            [*enter(pid, "-n"), "ip", "-batch", "-"],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"ip refused {lines}: {done.stderr}")


def _nodad(address: str) -> str:
    # Duplicate address detection would keep an IPv6 address unusable for the first seconds.
    return " nodad" if ":" in address else ""
