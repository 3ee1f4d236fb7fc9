"""What a host can serve or refuse with a peer's help: names, ssh, filtered ports."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from lab.peers.fixtures import require_capability, require_peer
from lab.world.namespaces import enter
from lab.world.process import Process

if TYPE_CHECKING:
    from lab.world.host import Host

# Never asks anyone else: the world has no route out, and a name that is not in the records does not exist.
_DNSMASQ = """\
no-resolv
no-hosts
bind-interfaces
listen-address={address}
user=root
group=
pid-file=
log-facility=-
{records}
"""

_SSHD = """\
ListenAddress {address}
HostKey /etc/ssh/lab_host_key
AuthorizedKeysFile /root/.ssh/authorized_keys
PasswordAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
"""


def start_dnsmasq(host: Host, records: str) -> Process:
    """Serve DNS on the host's first address."""
    program = require_peer("dnsmasq")
    host.write("/etc/dnsmasq.lab", _DNSMASQ.format(address=host.address, records=records))
    process = host.start([str(program), "--keep-in-foreground", "--conf-file=/etc/dnsmasq.lab"])
    process.says("started, version")
    return process


def start_sshd(host: Host, public_key: str) -> Process:
    """Serve ssh on the host's first address, to root with that key.

    Its privilege separation wants a second user, which a rootless world does not have.
    """
    require_capability("root")
    program = require_peer("sshd")
    host.run("grep -q ^sshd: /etc/passwd || echo sshd:x:74:65534::/run/sshd:/usr/sbin/nologin >>/etc/passwd")
    host.run("mkdir -p -m 755 /run/sshd && rm -f /etc/ssh/lab_host_key")
    host.run("ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/lab_host_key")
    host.write("/root/.ssh/authorized_keys", public_key, 0o600)
    host.write("/etc/ssh/lab_sshd_config", _SSHD.format(address=host.address))
    process = host.start([str(program), "-D", "-e", "-f", "/etc/ssh/lab_sshd_config"])
    process.says("Server listening on")
    return process


def filter_port(pid: int, port: int, verdict: str) -> None:
    """Apply an nft verdict to what comes to a TCP port in the network of that process."""
    _nft(
        pid,
        "add table inet lab",
        "add chain inet lab input { type filter hook input priority 0; }",
        f"add rule inet lab input tcp dport {port} {verdict}",
    )


def unfilter(pid: int) -> None:
    """Remove every filter from the network of that process."""
    _nft(pid, "flush ruleset")


def _nft(pid: int, *lines: str) -> None:
    command = [*enter(pid, "-n"), str(require_peer("nft")), "-f", "-"]
    subprocess.run(command, input="\n".join(lines) + "\n", text=True, check=True, capture_output=True)
