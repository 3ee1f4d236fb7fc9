"""Members as on their own hosts, but all on loopback: installed from what render wrote, started by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.running import etcdboot, in_json
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.cluster import open_cluster
from integration.local_cluster import wait_until
from lab.peers.fixtures import require_peer

_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ETCD")}


@dataclass
class Hosts:
    """Three members; ``tls`` is for both sides. Data and configuration are below ``folder``."""

    folder: Path
    release: str
    tls: str
    ports: tuple[int, ...]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return str(self.folder / "cluster.yaml")

    @property
    def plan(self) -> ClusterPlan:
        return open_cluster(self.file, complete=True).plan

    def data(self, name: str) -> Path:
        return self.folder / "data" / name

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def describe(
        self, *, more: str = "", joiner: str = "", tls: str = "", ports: tuple[int, ...] = ()
    ) -> None:
        """Write the spec; ``joiner`` is one that joins later, ``more`` are further lines."""
        numbers = ports or self.ports
        rows = [
            f"  - {{name: etcd{n + 1}, host: 127.0.0.1, client-port: {numbers[2 * n]}, "
            f"peer-port: {numbers[2 * n + 1]}"
            + (", initial-cluster-state: existing}" if joiner == f"etcd{n + 1}" else "}")
            for n in range(3)
        ]
        head = [
            "name: prod",
            f'etcd: {{version: "{self.release}", data-dir: "{self.folder}/data/{{name}}", '
            f'config-dir: "{self.folder}/etc/{{name}}"}}',
            f'tls: {{client: "{tls or self.tls}", peer: "{tls or self.tls}"}}',
            "render: {settings: flags, targets: [procfile]}",
            more,
            "members:",
        ]
        Path(self.file).write_text("\n".join([*head, *rows, ""]))

    def install(self) -> None:
        """Give each member its certificates, as install.sh would."""
        for words in (("certs",), ("render",)):
            done = etcdboot(*words, "-q", "-f", self.file)
            assert done.exit_code == 0, done.output
        for each in (self.folder / "out").iterdir():
            if each.is_dir():
                shutil.copytree(each, self.folder / "etc" / each.name, dirs_exist_ok=True)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start a member with the flags that the spec comes to now."""
        member = self.plan.member(name)
        assert member is not None
        flags = [f"--{each.name}={each.value}" for each in member.flags]
        argv = [str(require_peer("etcd", self.release)), *flags]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(argv, env=_ENVIRONMENT, stdout=log, stderr=log)
        return self.running[name]

    def stop(self, *names: str) -> None:
        for name in names or tuple(self.running):
            process = self.running.pop(name)
            process.kill()
            process.wait()

    def await_log(self, name: str, text: str) -> None:
        wait_until(lambda: text in self.log(name), f"{name} says {text}")

    def await_health(self, *names: str) -> None:
        def all_serve() -> bool:
            seen = in_json(etcdboot("verify", "-f", self.file, "-w", "json"))
            good = {each["endpoint"] for each in seen.get("endpoints", []) if each["health"]}
            plan = self.plan
            return all(
                str(member.advertise_client_urls[0]) in good
                for member in plan.members
                if member.name in names
            )

        wait_until(all_serve, f"{names} serve")

    def look(self, *here: str) -> dict[str, Any]:
        """What check --live shows for these members, without what check says of the spec."""
        words = [word for name in here for word in ("--member", name)]
        seen = in_json(etcdboot("check", "--live", "-f", self.file, "-w", "json", *words))
        of_live = [each for each in seen["diagnostics"] if each["code"] >= "EB5"]
        return seen | {"diagnostics": of_live}

    def found(self, *here: str) -> dict[str, str]:
        """The codes of what it complains of, with their severities."""
        return {each["code"]: each["severity"] for each in self.look(*here)["diagnostics"]}


@contextmanager
def hosts(folder: Path, release: str, tls: str = "off") -> Iterator[Hosts]:
    """Hosts with nothing on them; whatever runs at the end is killed, and its data go."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Hosts(folder, release, tls, free_loopback_ports(6))
    made.describe()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder / "data", ignore_errors=True)
