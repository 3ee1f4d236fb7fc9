"""Real name servers on loopback that know what they are given and ask nobody else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etcdboot.effects.network.dns_client import ask
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.observations.dns_answers import Answer, NameServer, Question, RecordType, parse_server
from lab.cluster.process import LocalProcess
from lab.peers.fixtures import require_peer
from lab.world.process import wait_until

_NAMED = """\
options {{
  directory "{folder}";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion no;
  dnssec-validation no;
  pid-file none;
  session-keyfile none;
}};
controls {{ }};
zone "{zone}" {{ type primary; file "zone"; allow-update {{ 127.0.0.1; }}; }};
"""


@contextmanager
def dnsmasq(folder: Path, configuration: str) -> Iterator[str]:
    """``IP:PORT`` of a dnsmasq that reads this configuration alone."""
    (port,) = free_loopback_ports(1)
    file = folder / "dnsmasq.conf"
    file.write_text(configuration)
    # What the test's own surroundings demand, and no more: a port of its own, and nobody else to ask.
    own = (f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts")
    talk = ("--keep-in-foreground", "--log-facility=-", "--pid-file=", "--user=root", "--group=root")
    process = LocalProcess(
        [str(require_peer("dnsmasq")), f"--conf-file={file}", *own, *talk], os.environ, folder
    )
    try:
        process.says("started, version")
        yield f"127.0.0.1:{port}"
    finally:
        process.forget()


@contextmanager
def named(folder: Path, zone: str, text: str) -> Iterator[str]:
    """``IP:PORT`` of BIND serving one zone, which this machine may update."""
    (port,) = free_loopback_ports(1)
    (folder / "zone").write_text(text)
    (folder / "named.conf").write_text(_NAMED.format(folder=folder, port=port, zone=zone))
    process = LocalProcess(
        [str(require_peer("named")), "-g", "-n", "1", "-c", "named.conf"], os.environ, folder
    )
    try:
        process.says("all zones loaded")
        server = parse_server(f"127.0.0.1:{port}")
        # It says that it runs a moment before it listens.
        wait_until("named to answer", lambda: not _asked(zone, server).ending.is_silence, 20.0)
        yield str(server)
    finally:
        process.forget()


def _asked(name: str, server: NameServer) -> Answer:
    (answer,) = ask((Question(name, RecordType.A),), (server,))
    return answer


def checkzone(folder: Path, zone: str, text: str) -> subprocess.CompletedProcess[str]:
    """What named-checkzone says of a zone, without looking beyond it."""
    (folder / "checked").write_text(text)
    argv = [str(require_peer("named-checkzone")), "-i", "local", zone, "checked"]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def nsupdate(script: str) -> subprocess.CompletedProcess[str]:
    """What nsupdate says of a script."""
    argv = [str(require_peer("nsupdate"))]
    return subprocess.run(argv, input=script, capture_output=True, text=True, check=False, timeout=30)
