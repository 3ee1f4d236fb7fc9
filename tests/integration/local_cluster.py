"""Real members on loopback, started by hand: the arguments are written here, not planned by etcdboot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.cluster import open_cluster
from lab.peers.fixtures import require_peer

_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ETCD")}


@dataclass
class LocalCluster:
    """``tls`` is as in the spec: off, mutual or auto; ``file`` is the spec that describes the cluster."""

    folder: Path
    release: str
    names: tuple[str, ...]
    tls: str
    ports: tuple[int, ...]
    extra: tuple[str, ...] = ()
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "cluster.yaml"

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def scheme(self) -> str:
        return "http" if self.tls == "off" else "https"

    @property
    def endpoints(self) -> list[str]:
        return [f"{self.scheme}://127.0.0.1:{self.client_port(name)}" for name in self.names]

    def client_port(self, name: str) -> int:
        return self.ports[2 * self.names.index(name)]

    def peer_url(self, name: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.ports[2 * self.names.index(name) + 1]}"

    def write_spec(self) -> ClusterPlan:
        members = [
            f"  - {{name: {name}, host: 127.0.0.1, client-port: {self.ports[2 * index]}, "
            f"peer-port: {self.ports[2 * index + 1]}}}"
            for index, name in enumerate(self.names)
        ]
        head = [
            "name: local",
            f'etcd: {{version: "{self.release}", allow-dangerous-release: true}}',
            f'tls: {{client: "{self.tls}", peer: "{self.tls}"}}',
            "members:",
        ]
        self.file.write_text("\n".join([*head, *members, ""]))
        return open_cluster(str(self.file)).plan

    def start(self, name: str) -> None:
        etcd = require_peer("etcd", self.release)
        url = f"{self.scheme}://127.0.0.1:{self.client_port(name)}"
        arguments = [
            f"--name={name}",
            f"--data-dir={self.folder / name}",
            f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}",
            f"--listen-peer-urls={self.peer_url(name)}",
            f"--initial-advertise-peer-urls={self.peer_url(name)}",
            f"--initial-cluster={','.join(f'{each}={self.peer_url(each)}' for each in self.names)}",
            "--initial-cluster-token=local",
            "--logger=zap",
            *self.tls_arguments(name),
            *self.extra,
        ]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(etcd), *arguments], env=_ENVIRONMENT, stdout=log, stderr=log
            )

    def tls_arguments(self, name: str) -> list[str]:
        if self.tls == "auto":
            return ["--auto-tls", "--peer-auto-tls"]
        if self.tls == "off":
            return []
        own, ca, peer_ca = self.pki / "members" / name, self.pki / "ca.pem", self.pki / "peer-ca.pem"
        return [
            f"--cert-file={own / 'server.pem'}",
            f"--key-file={own / 'server-key.pem'}",
            f"--trusted-ca-file={ca}",
            "--client-cert-auth",
            f"--peer-cert-file={own / 'peer.pem'}",
            f"--peer-key-file={own / 'peer-key.pem'}",
            f"--peer-trusted-ca-file={peer_ca if peer_ca.exists() else ca}",
            "--peer-client-cert-auth",
        ]

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def etcdctl(
        self, *arguments: str, check: bool = True, shown: str = "clients/root"
    ) -> subprocess.CompletedProcess[str]:
        """Run etcdctl; with mutual TLS it shows the pair ``shown`` of ``pki/``."""
        tls = [f"--cacert={self.served_certificates()}"] if self.tls == "auto" else []
        if self.tls == "mutual":
            tls = [
                f"--cacert={self.pki / 'ca.pem'}",
                f"--cert={self.pki / f'{shown}.pem'}",
                f"--key={self.pki / f'{shown}-key.pem'}",
            ]
        argv = [str(require_peer("etcdctl", self.release)), f"--endpoints={','.join(self.endpoints)}", *tls]
        return subprocess.run(
            [*argv, "--command-timeout=2s", *arguments],
            env={**_ENVIRONMENT, "ETCDCTL_API": "3"},
            capture_output=True,
            text=True,
            check=check,
        )

    def served_certificates(self) -> Path:
        """What the members with auto TLS made for themselves, as one file to trust."""
        made = [self.folder / name / "fixtures" / "client" / "cert.pem" for name in self.names]
        bundle = self.folder / "served.pem"
        bundle.write_text("".join(each.read_text() for each in made if each.exists()))
        return bundle

    def healthy_by_etcdctl(self) -> dict[str, bool]:
        said = self.etcdctl("endpoint", "health", "-w", "json", check=False).stdout
        return {each["endpoint"]: each["health"] for each in json.loads(said or "[]")}

    def close(self) -> None:
        for name in list(self.running):
            self.kill(name)
        for name in self.names:
            shutil.rmtree(self.folder / name, ignore_errors=True)


@contextmanager
def local_cluster(
    folder: Path,
    release: str = "3.5.1",
    *,
    size: int = 3,
    tls: str = "off",
    extra: tuple[str, ...] = (),
    awaited: bool = True,
) -> Iterator[LocalCluster]:
    """A running cluster that etcdctl calls healthy; killed and its data removed at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    names = tuple(f"etcd{number}" for number in range(1, size + 1))
    cluster = LocalCluster(folder, release, names, tls, free_loopback_ports(2 * size), extra)
    with ExitStack() as ending:
        ending.callback(cluster.close)
        plan = cluster.write_spec()
        if tls == "mutual":
            issue(plan, cluster.pki)
        for name in names:
            cluster.start(name)
        if awaited:
            wait_until(lambda: _all_well(cluster), f"{release} healthy")
        yield cluster


def _all_well(cluster: LocalCluster) -> bool:
    seen = cluster.healthy_by_etcdctl()
    return len(seen) == len(cluster.names) and all(seen.values())


def wait_until(holds: Callable[[], bool], what: str, within: float = 60) -> None:
    """Poll a condition; fails with its name when it does not come true."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.1)
