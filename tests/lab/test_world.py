"""The world itself: what hosts share and do not share, what faults do, and that nothing outlives a test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.peers.fixtures import require_capability
from lab.world.process import TookTooLong, wait_until
from lab.world.world import World

pytestmark = pytest.mark.lab
TESTS = Path(__file__).parents[1]


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("network namespaces")
    with World() as world:
        yield world


def reaches(command_host: object, address: str, port: int) -> bool:
    """Whether a TCP connection from the host gets through within a second."""
    script = f"import socket; socket.create_connection(({address!r}, {port}), 1)"
    done = command_host.run([sys.executable, "-I", "-S", "-c", script], check=False)  # type: ignore[attr-defined]
    return bool(done.returncode == 0)


SERVER = "import socket, sys, time; s = socket.create_server((sys.argv[1], 80), family={}); print('up', flush=True)"
ACCEPT = "\nwhile True: s.accept()"


def serve(host: object, address: str) -> object:
    """A TCP server on port 80 of the host."""
    family = "socket.AF_INET6" if ":" in address else "socket.AF_INET"
    argv = [sys.executable, "-I", "-S", "-c", SERVER.format(family) + ACCEPT, address]
    process = host.start(argv)  # type: ignore[attr-defined]
    process.says("up")
    return process
