"""Boot a real systemd on a host: systemd-nspawn over an overlay of this machine's own root file system."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from lab.peers.fixtures import require_capability, require_peer
from lab.world import pristine
from lab.world.namespaces import children
from lab.world.process import Process, wait_until

if TYPE_CHECKING:
    from lab.world.host import Host

_ROOT = "/run/lab/systemd"

# Without the machine's units, which would start where they are enabled; lab.target is the least that systemd
# calls booted.
_IMAGE = f"""\
set -e
mkdir -p {_ROOT}/upper {_ROOT}/work {_ROOT}/image
mount -t overlay overlay -o lowerdir=/,upperdir={_ROOT}/upper,workdir={_ROOT}/work {_ROOT}/image
cd {_ROOT}/image
{pristine.IMAGE}
mkdir -p etc/systemd/system
cat >etc/systemd/system/lab.target <<'END'
[Unit]
Description=A machine of the lab
Requires=basic.target
After=basic.target
AllowIsolate=yes
END
: >etc/machine-id
echo "$1" >etc/hostname
"""

# A cgroup of its own in each hierarchy that systemd uses (v2 alone, or the hybrid of v1 and v2): in a shared
# one it would leave its own behind. The guardian removes them when the world ends.
_ENTER_CGROUP = """\
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  if [ -w "$hierarchy/cgroup.procs" ]; then
    mkdir -p "$hierarchy/$1" && echo 0 >"$hierarchy/$1/cgroup.procs" || exit 1
  fi
done
shift
exec "$@"
"""


def boot(host: Host) -> int:
    """Boot systemd on the host and give its PID 1 as the test sees it.

    What was written to the host before is not on the booted machine: boot first, then write.
    """
    require_capability("root")
    require_capability("cgroups")
    nspawn = require_peer("systemd-nspawn")
    host.run(["sh", "-c", _IMAGE, "sh", host.name])
    process = host.start(
        ["sh", "-c", _ENTER_CGROUP, "sh", host.cgroup, *_nspawn_command(str(nspawn), host.name)]
    )
    machine = _first_process(process)
    host.pid = machine
    wait_until("systemd to boot", lambda: _is_running(host), within=60.0)
    host.settle()
    return machine


def _nspawn_command(program: str, name: str) -> list[str]:
    return [
        program,
        "--quiet",
        f"--directory={_ROOT}/image",
        f"--machine={name}",
        "--register=no",
        "--keep-unit",
        "--settings=no",
        "--link-journal=no",
        "--resolv-conf=off",
        "--timezone=off",
        "--network-namespace-path=/proc/self/ns/net",
        "--boot",
        "systemd.unit=lab.target",
    ]


def _first_process(nspawn: Process) -> int:
    """PID 1 of the machine, once it is systemd: nspawn's first child only makes it, and goes."""

    def found() -> int:
        if nspawn.exit_code is not None:
            raise RuntimeError(f"systemd-nspawn ended: {nspawn.output}")
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in children(nspawn.pid):
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return child
        return 0

    wait_until("systemd-nspawn to start the machine", lambda: bool(found()))
    return found()


def _is_running(host: Host) -> bool:
    said = host.run("systemctl is-system-running", check=False).stdout.strip()
    return said in ("running", "degraded")
