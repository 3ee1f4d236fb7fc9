from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab.peers.fixtures import require_capability

ROOT = Path(__file__).resolve().parents[2]
ENTER = """
import socket, sys
from lab import own_network
print(own_network.enter(), flush=True)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(server.getsockname()[1])
"""


@pytest.fixture(autouse=True)
def root() -> None:
    require_capability("network namespaces")
    if os.geteuid() != 0:
        pytest.skip("only root gives a process with threads a network namespace of its own")


def test_a_port_that_is_taken_outside_is_free_inside() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = os.environ | {"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT / 'src'}"}
        command = [sys.executable, "-c", ENTER, port]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", port]


def test_nothing_but_loopback_can_be_reached_from_a_test() -> None:
    interfaces = Path("/proc/thread-self/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]
    # No packet leaves: connecting a UDP socket only looks for a route.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        assert probe.connect_ex(("192.0.2.1", 9)) == errno.ENETUNREACH
