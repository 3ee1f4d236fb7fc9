"""One machine of a world: its own network, mounts, host name and process tree."""

from __future__ import annotations

import ipaddress
import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from lab.world import pristine, services, systemd
from lab.world.namespaces import ENVIRONMENT, enter, init, new_host, rootless
from lab.world.process import DIES_WITH_NSENTER, Init, Process

# Private to each host: what is written below them is seen by this host alone and goes with it. All else on
# the machine's own file system is sealed: it can be read and not written.
_FOLDERS = {
    "tmpfs": ("/run",),
    "overlays": ("/etc", "/opt", "/var", "/root", "/home", "/srv", "/usr/local", "/tmp"),
    "mirrors": (),
}
# Rootless, a mirrored folder takes new entries only itself, not below (see init.mirror): so deeper ones are
# named too. Homes stay shared and /tmp starts empty, since what is below them is the user's own to write.
_ROOTLESS_FOLDERS = {
    "tmpfs": ("/run", "/tmp"),
    "overlays": (),
    "mirrors": (
        *("/etc", "/etc/default", "/etc/systemd/system", "/opt", "/srv"),
        *("/usr/local", "/usr/local/bin", "/usr/local/sbin"),
        *("/var", "/var/lib", "/var/log"),
    ),
}


class Network(Protocol):
    """What a host needs of its world: its name, and its PID 1 as we see it."""

    name: str
    pid: int


class Host:
    """A machine in the world, reached as an administrator would: run, write, read, start."""

    def __init__(self, world: Network, name: str, addresses: Sequence[str]) -> None:
        self.name = name
        self.addresses = tuple(addresses)
        self.cgroup = f"{world.name}/{name}"
        folders = _ROOTLESS_FOLDERS if rootless() else _FOLDERS
        settings = json.dumps({"hostname": name, "absent": pristine.ABSENT, "sealed": True} | folders)
        self._init = Init(f"host {name}", new_host(world.pid, *init(settings)))
        self._processes: list[Process] = []
        self.pid = self._init.pid
        self.run(f"cd /\n{pristine.HOST}")
        self.settle()

    def settle(self, nameserver: str | None = None) -> None:
        """Let the host resolve its own name, and others through that server alone; without one, none."""
        self.write("/etc/hosts", f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {self.name}\n")
        self.write("/etc/resolv.conf", f"nameserver {nameserver}\n" if nameserver else "")

    @property
    def address(self) -> str:
        """The first of its addresses."""
        return self.addresses[0]

    def run(
        self,
        command: str | Sequence[str],
        *,
        check: bool = True,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes | str = b"",
        within: float = 60.0,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command (a string is a shell's) to its end, at most so many seconds.

        Raises:
            AssertionError: it failed, and ``check`` was left on; carries what it said.
        """
        argv = self._command(command, user)
        done = subprocess.run(
            [*self._entry(), *DIES_WITH_NSENTER, *argv],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=ENVIRONMENT | dict(env or {}),
            timeout=within,
            check=False,
        )
        text = subprocess.CompletedProcess(argv, done.returncode, done.stdout.decode(), done.stderr.decode())
        if check and text.returncode != 0:
            said = (text.stdout + text.stderr)[-4000:]
            raise AssertionError(f"{self.name}: {shlex.join(argv)} ended with {text.returncode}: {said}")
        return text

    def start(
        self, command: str | Sequence[str], *, user: str | None = None, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start a command that runs on; it ends with the world at the latest."""
        process = Process(self._entry(), self._command(command, user), ENVIRONMENT | dict(env or {}))
        self._processes.append(process)
        return process

    def write(self, path: str, content: bytes | str, mode: int = 0o644) -> None:
        """Put a file there with that mode, folders and all."""
        script = 'mkdir -p "$(dirname "$1")" && rm -f "$1" && umask 077 && cat > "$1" && chmod "$2" "$1"'
        self.run(["sh", "-c", script, "write", path, f"{mode:o}"], stdin=content)

    def read(self, path: str) -> bytes:
        """A file's content."""
        return subprocess.run([*self._entry(), "cat", path], check=True, capture_output=True).stdout

    def copy(self, folder: Path, to: str) -> None:
        """Copy a folder of the test's into the host, modes kept."""
        packed = subprocess.run(["tar", "-C", folder, "-c", "."], check=True, capture_output=True).stdout
        self.unpack(packed, to)

    def pack(self, folder: str) -> bytes:
        """A folder of the host's, for ``unpack`` on another."""
        command = [*self._entry(), "tar", "-C", folder, "-c", "."]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def unpack(self, packed: bytes, to: str) -> None:
        """Put there what ``pack`` gave, modes kept."""
        self.run(["sh", "-c", 'mkdir -p "$1" && tar -C "$1" --no-same-owner -xp', "copy", to], stdin=packed)

    def install(self, program: Path, to: str | None = None) -> str:
        """Put a peer's program where it is on every PATH; gives where.

        A peer whose program is a starter script stays where it is: call that by its own path instead.
        """
        place = to or f"/usr/local/bin/{program.name}"
        self.write(place, program.read_bytes(), 0o755)
        return place

    def sshd(self, public_key: str) -> Process:
        """Serve ssh to root with that key (see services.start_sshd); needs root."""
        return services.start_sshd(self, public_key)

    def boot_systemd(self) -> None:
        """Make this a machine that systemd runs (see systemd.boot); first of all, and as root."""
        self.pid = systemd.boot(self)

    def freeze(self, pid: int) -> None:
        """Stop a process, named by its id on this host."""
        self.run(["kill", "-STOP", str(pid)])

    def thaw(self, pid: int) -> None:
        """Let a frozen process go on."""
        self.run(["kill", "-CONT", str(pid)])

    def end(self) -> None:
        """End all of the host; what it had written is gone too."""
        self._init.end()
        for process in self._processes:
            process.forget()
        self._processes.clear()

    def _entry(self) -> list[str]:
        return enter(self.pid, "-m", "-u", "-n", "-p", "-i")

    @staticmethod
    def _command(command: str | Sequence[str], user: str | None) -> list[str]:
        argv = ["sh", "-c", command] if isinstance(command, str) else [str(each) for each in command]
        if user is None:
            return argv
        return ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--", *argv]


def with_prefix(address: str) -> str:
    """An address as `ip addr add` wants it: /24 for IPv4, /64 for IPv6, unless it says otherwise."""
    if "/" in address:
        return address
    return f"{address}/{24 if ipaddress.ip_address(address).version == 4 else 64}"
