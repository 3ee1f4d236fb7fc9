"""A cluster on this machine's loopback, from a spec to running members, by the rendered files alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import Target
from lab.cluster.load import Load, writer
from lab.cluster.operating import ENVIRONMENT, etcdboot, planned
from lab.cluster.process import LocalProcess
from lab.cluster.starting import Start, by_script, by_unit
from lab.peers.fixtures import require_capability, require_peer

_CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("ETCD")}
_WITH_ETCDCTL_ENV = 'set -a; . "$1"; set +a; shift; exec "$@"'


def loopback_spec(folder: Path, release: str, size: int = 1, **sections: object) -> str:
    """A spec to stand in that folder: members etcd1 … on free ports, run by that release's peer.

    They start by script unless ``sections``, which go in as they are, say otherwise.
    """
    ports = free_loopback_ports(2 * size)
    members = [
        {"name": f"etcd{n + 1}", "client-port": ports[2 * n], "peer-port": ports[2 * n + 1]}
        for n in range(size)
    ]
    spec = {
        "name": "loopback",
        "etcd": {
            "version": release,
            "binary": str(require_peer("etcd", release)),
            "config-dir": f"{folder}/out/{{name}}",
            "data-dir": f"{folder}/data/{{name}}",
        },
        "defaults": {"host": "127.0.0.1"},
        "members": members,
        "render": {"targets": ["script"]},
        **sections,
    }
    return yaml.safe_dump(spec, sort_keys=False)


@dataclass
class LoopbackCluster:
    """What stands in ``folder``; ``processes`` by member, or by what they are beside members."""

    folder: Path
    plan: ClusterPlan
    processes: dict[str, LocalProcess] = field(default_factory=dict)

    def etcdboot(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run etcdboot in the folder; AssertionError with what it said when it fails and is checked."""
        done = subprocess.run(
            etcdboot(*arguments),
            cwd=self.folder,
            env=_CLEAN | ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0 or not check, f"etcdboot {arguments}: {done.stdout}{done.stderr}"
        return done

    def start(self, target: Target) -> None:
        """Start all members by the rendered files of that target."""
        if target is Target.PROCFILE:
            require_capability("network namespaces")
            words = (str(require_peer("honcho")), "-f", "out/Procfile", "start")
            self.processes["Procfile"] = LocalProcess(words, _CLEAN, self.folder, own_tree=True)
            return
        for member in self.plan.members:
            self.start_member(member.name, target)

    def start_member(self, name: str, target: Target = Target.SCRIPT) -> None:
        """Start one member by its script or its unit."""
        if before := self.processes.pop(name, None):
            before.forget()
        start = self._start(name, target)
        self.processes[name] = LocalProcess(start.argv, _CLEAN | start.environment, self.folder)

    def _start(self, name: str, target: Target) -> Start:
        member = self.plan.member(name)
        assert member is not None
        if target is Target.SCRIPT:
            return by_script(str(member.paths.config_dir))
        return by_unit(
            (self.folder / "out" / name / member.unit).read_text(), lambda at: Path(at).read_text()
        )

    def verify(self, *arguments: str) -> dict[str, Any]:
        """What ``etcdboot verify -w json`` prints, healthy or not."""
        said: dict[str, Any] = json.loads(
            self.etcdboot("verify", "-w", "json", *arguments, check=False).stdout
        )
        return said

    def etcdctl(
        self, *arguments: str, before: tuple[str, ...] = (), check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run the release's own etcdctl with the rendered environment of the first member.

        ``before`` are words before the program, such as ``env -u NAME``. Unless told, it gives up after 5 s.
        """
        first = self.plan.members[0]
        environment = first.paths.config_dir / "etcdctl.env"
        program = require_peer("etcdctl", str(first.release))
        argv = ["sh", "-c", _WITH_ETCDCTL_ENV, "sh", str(environment), *before, str(program), *arguments]
        return subprocess.run(argv, env=_CLEAN, capture_output=True, text=True, timeout=60, check=check)

    def load(self) -> Load:
        """Begin to write, through all endpoints."""
        argv = writer(self.plan, f"{self.folder}/pki")
        number = sum(name.startswith("writer") for name in self.processes) + 1
        process = self.processes[f"writer {number}"] = LocalProcess(argv, _CLEAN | ENVIRONMENT, self.folder)
        return Load(process)

    def said(self) -> str:
        """The last words of every process, for a failure's message."""
        return "\n".join(f"{name}: {each.output[-3000:]}" for name, each in self.processes.items())

    def close(self) -> None:
        """End what runs, remove the data."""
        for process in self.processes.values():
            process.forget()
        shutil.rmtree(self.folder / "data", ignore_errors=True)


@contextmanager
def rendered(folder: Path, spec: str) -> Iterator[LoopbackCluster]:
    """A cluster with certificates and rendered files, not started; its data go at the end."""
    (folder / "cluster.yaml").write_text(spec)
    cluster = LoopbackCluster(folder, planned(spec, folder))
    cluster.etcdboot("certs")
    cluster.etcdboot("render")
    with ExitStack() as ending:
        ending.callback(cluster.close)
        yield cluster


@contextmanager
def running(folder: Path, spec: str, target: Target = Target.SCRIPT) -> Iterator[LoopbackCluster]:
    """A started cluster that verify calls healthy."""
    with rendered(folder, spec) as cluster:
        cluster.start(target)
        seen = cluster.verify("--wait", "60s")
        assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
        yield cluster
