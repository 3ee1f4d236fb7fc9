"""A planned cluster on the hosts of a world, and the operator's host beside them."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

from etcdboot.plan.plan import MemberPlan
from etcdboot.spec.spec import ClientTls, Target
from lab.cluster.load import Load, writer
from lab.cluster.operating import ENVIRONMENT, etcdboot, planned
from lab.cluster.starting import by_script, by_unit
from lab.peers.fixtures import require_peer
from lab.world.host import Host
from lab.world.process import Process
from lab.world.world import World

FOLDER = "/srv/cluster"  # the operator's: cluster.yaml, pki and out

# What etcdctl is told beside the endpoints. Until 3.5 the flag that skips verification needs the other.
_TRUST = ("--cacert=pki/ca.pem",)
_CREDENTIALS = {
    ClientTls.MUTUAL: (*_TRUST, "--cert=pki/clients/root.pem", "--key=pki/clients/root-key.pem"),
    ClientTls.SERVER: _TRUST,
    ClientTls.AUTO: ("--insecure-skip-tls-verify", "--insecure-transport=false"),
    ClientTls.OFF: (),
}


class HostCluster:
    """The members' hosts by name, at the addresses that the spec says; ``operator`` is one host more.

    Members on loopback run on the operator's. Each host has its release's etcd where the spec says, and with
    ``systemd`` the members' are machines that systemd runs. An operator of several clusters is given as a
    host, with another ``folder`` for each.
    """

    def __init__(
        self, world: World, spec: str, operator: str | Host, *, systemd: bool = False, folder: str = FOLDER
    ) -> None:
        self._world, self._systemd = world, systemd
        self.folder = folder
        self.processes: dict[str, Process] = {}
        self.operator = world.host("operator", operator) if isinstance(operator, str) else operator
        self.hosts: dict[str, Host] = {}
        self.operator.write(f"{folder}/cluster.yaml", spec)
        self.reread()
        etcdctl = require_peer("etcdctl", str(self.plan.members[0].release))
        self._etcdctl = self.operator.install(etcdctl, f"/opt{folder}/etcdctl")

    def reread(self) -> None:
        """Plan from the spec as it stands on the operator's host; members that are new in it get a host."""
        self.plan = planned(self.operator.read(f"{self.folder}/cluster.yaml").decode(), self.folder)
        for member in self.plan.members:
            if member.name not in self.hosts:
                self.hosts[member.name] = self._host(member)

    def _host(self, member: MemberPlan) -> Host:
        is_local = all(each.is_loopback for each in member.addresses)
        host = self.operator if is_local else self._world.host(member.name, *map(str, member.addresses))
        if self._systemd:
            host.boot_systemd()
        host.install(require_peer("etcd", str(member.release)), str(member.paths.binary))
        return host

    def on_desk(
        self, *words: str, check: bool = True, within: float = 90.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on the operator's host, in the folder of the spec."""
        script = f'cd {self.folder} && exec "$@"'
        return self.operator.run(
            ["sh", "-c", script, "desk", *words], env=ENVIRONMENT, check=check, within=within
        )

    def etcdboot(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run etcdboot there."""
        return self.on_desk(*etcdboot(*arguments), check=check)

    def etcdboot_at(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run etcdboot on a member's host, with a copy of all that the operator has; whatever comes of it."""
        host = self.hosts[name]
        host.unpack(self.operator.pack("/srv"), "/srv")
        script = f'cd {self.folder} && exec "$@"'
        return host.run(
            ["sh", "-c", script, "desk", *etcdboot(*arguments)], env=ENVIRONMENT, check=False, within=90.0
        )

    def deliver(self, name: str, to: str) -> None:
        """Copy a member's rendered folder from the operator's host to the member's."""
        self.hosts[name].unpack(self.operator.pack(f"{self.folder}/out/{name}"), to)

    def start(self, name: str, target: Target) -> None:
        """Start a member from what stands in its config-dir: by its script, or as its unit says."""
        host = self.hosts[name]
        member = self.plan.member(name)
        assert member is not None
        start = by_script(str(member.paths.config_dir))
        if target is Target.SYSTEMD:
            unit = host.read(f"{member.paths.config_dir}/{member.unit}").decode()
            start = by_unit(unit, lambda path: host.read(path).decode())
        self.processes[name] = host.start(start.argv, user=start.user or None, env=start.environment)

    def verify(self, *arguments: str) -> dict[str, Any]:
        """What ``etcdboot verify -w json`` prints on the operator's host, healthy or not."""
        done = self.etcdboot("verify", "-w", "json", *arguments, check=False)
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def etcdctl(
        self, *arguments: str, check: bool = True, at: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the first member's release's etcdctl on the operator's host, as the client root.

        ``at`` is a flag that leads it to the cluster in the place of ``--endpoints``.
        """
        endpoints = f"--endpoints={','.join(map(str, self.plan.endpoints))}"
        words = (self._etcdctl, at or endpoints, *_CREDENTIALS[self.plan.client_tls], *arguments)
        return self.on_desk("env", "ETCDCTL_API=3", *words, check=check)

    def load(self) -> Load:
        """Begin to write from the operator's host, through all endpoints."""
        command = shlex.join(writer(self.plan, f"{self.folder}/pki"))
        return Load(self.operator.start(f"exec {command}", env=ENVIRONMENT))

    def said(self) -> str:
        """The last words of the members that we started, for a failure's message."""
        return "\n".join(f"{name}: {each.output[-3000:]}" for name, each in self.processes.items())
