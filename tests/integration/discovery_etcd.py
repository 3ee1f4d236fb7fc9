"""A single etcd on loopback that keeps discovery tokens, and members that go by them, all started by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.workflows.cluster import open_cluster
from integration.local_cluster import wait_until
from lab.peers.fixtures import require_peer

_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ETCD")}


@dataclass(frozen=True)
class DiscoveryEtcd:
    """The host: ``log`` is what it says, ``tls`` are etcdctl's options to reach it."""

    release: str
    port: int
    scheme: str
    log: Path
    tls: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def etcdctl(
        self, *arguments: str, user: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        own = [f"--user={user}"] if user else []
        argv = [str(require_peer("etcdctl", self.release)), f"--endpoints={self.url}", *self.tls, *own]
        return subprocess.run(
            [*argv, "--command-timeout=2s", *arguments],
            env={**_ENVIRONMENT, "ETCDCTL_API": "3"},
            capture_output=True,
            text=True,
            check=check,
        )

    def size(self, token: str, value: str) -> None:
        """Make a v3 token by hand, good or bad."""
        self.etcdctl("put", f"/_etcd/registry/{token}/_config/size", value)

    def turn_auth_on(self) -> None:
        """Users root and duser, both with the password pw; duser may read and write the registry only."""
        prefix = "/_etcd/registry/"
        for line in (
            "user add root:pw",
            "user add duser:pw",
            "user add nobody:pw",
            "role add disco",
            f"role grant-permission disco readwrite {prefix} --prefix=true",
            "user grant-role duser disco",
            "user grant-role root root",
            "auth enable",
        ):
            done = self.etcdctl(*line.split(), check=False)
            assert done.returncode == 0 or "already exists" in done.stderr, done.stderr


@contextmanager
def discovery_etcd(
    folder: Path, release: str, *extra: str, tls: Sequence[str] = (), ctl: Sequence[str] = ()
) -> Iterator[DiscoveryEtcd]:
    """The host, running and with a leader; ``tls`` are etcd's TLS options, ``ctl`` those of etcdctl."""
    folder.mkdir(parents=True, exist_ok=True)
    port, peer_port = free_loopback_ports(2)
    host = DiscoveryEtcd(release, port, "https" if tls else "http", folder / "disco.log", tuple(ctl))
    argv = [
        str(require_peer("etcd", release)),
        "--name=disco",
        f"--data-dir={folder / 'disco'}",
        f"--listen-client-urls={host.url}",
        f"--advertise-client-urls={host.url}",
        f"--listen-peer-urls=http://127.0.0.1:{peer_port}",
        f"--initial-advertise-peer-urls=http://127.0.0.1:{peer_port}",
        f"--initial-cluster=disco=http://127.0.0.1:{peer_port}",
        "--logger=zap",
        *tls,
        *extra,
    ]
    with host.log.open("ab") as log:
        process = subprocess.Popen(argv, env=_ENVIRONMENT, stdout=log, stderr=log)
    try:
        wait_until(
            lambda: host.etcdctl("endpoint", "status", check=False).returncode == 0,
            f"{release} is up, see {host.log}",
        )
        yield host
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder / "disco", ignore_errors=True)


@dataclass
class Members:
    """Three members to be, described by a spec in ``folder``; started by hand with what the spec says."""

    folder: Path
    release: str
    ports: tuple[int, ...]
    running: dict[str, subprocess.Popen[bytes]]

    @property
    def file(self) -> str:
        return str(self.folder / "cluster.yaml")

    def describe(self, bootstrap: str) -> None:
        """Write the spec with that ``bootstrap`` section, in YAML's flow style."""
        rows = [
            f"  - {{name: m{n}, host: 127.0.0.1, client-port: {client}, peer-port: {peer}}}"
            for n, (client, peer) in enumerate(zip(self.ports[:6:2], self.ports[1:6:2], strict=True))
        ]
        head = f'name: c\netcd: {{version: "{self.release}"}}\nbootstrap: {bootstrap}  # kept\n'
        tls = 'tls: {client: "off", peer: "off"}\n'
        Path(self.file).write_text("\n".join([f"{head}{tls}members:", *rows, ""]))

    def peer_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[2 * int(name[1:]) + 1]}"

    def client_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[2 * int(name[1:])]}"

    def leader(self) -> str | None:
        """The member that leads, once all of them say so."""
        endpoints = ",".join(self.client_url(name) for name in self.running)
        argv = [str(require_peer("etcdctl", self.release)), f"--endpoints={endpoints}", "endpoint", "status"]
        environment = {**_ENVIRONMENT, "ETCDCTL_API": "3"}
        done = subprocess.run([*argv, "-w=json"], env=environment, capture_output=True, check=False)
        seen = [each["Status"] for each in json.loads(done.stdout or "[]")]
        ids = {each["header"]["member_id"]: name for name, each in zip(self.running, seen, strict=False)}
        agreed = {each["leader"] for each in seen}
        return ids.get(*agreed) if len(seen) == len(self.running) and len(agreed) == 1 else None

    def start(self, name: str, *, called: str = "", told: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Start a member as the spec has it, or ``called`` something else, or ``told`` other flags."""
        client = self.client_url(name)
        by = told or _discovery_flags(self.file)
        argv = [
            str(require_peer("etcd", self.release)),
            f"--name={called or name}",
            f"--data-dir={self.folder / name}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={self.peer_url(name)}",
            f"--initial-advertise-peer-urls={self.peer_url(name)}",
            "--logger=zap",
            *by,
        ]
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(argv, env=_ENVIRONMENT, stdout=log, stderr=log)
        self.running[name] = process
        return process

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def wipe(self, name: str) -> None:
        """Stop a member and lose its data."""
        self.stop(name)
        shutil.rmtree(self.folder / name)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()


def _discovery_flags(file: str) -> tuple[str, ...]:
    """How the spec tells its founders to find one another."""
    written = open_cluster(file).plan.bootstrap
    if written.discovery:
        return (f"--discovery={written.discovery}", "--discovery-fallback=exit")
    endpoints = ",".join(written.discovery_endpoints)
    return (f"--discovery-token={written.discovery_token}", f"--discovery-endpoints={endpoints}")


@contextmanager
def members(folder: Path, release: str) -> Iterator[Members]:
    """Three members to be, killed at the end with all they wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    some = Members(folder, release, free_loopback_ports(8), {})
    try:
        yield some
    finally:
        for name in list(some.running):
            some.stop(name)
        for each in folder.glob("m?"):
            shutil.rmtree(each)
