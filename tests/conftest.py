"""For every test: one line in the report's head that says which peers the run can meet, and ``--record``."""

from __future__ import annotations

import os

import pytest

from lab import own_network
from lab.peers.store import Store, default_root
from lab.peers.table import PEERS
from samples.sampling import load_profile


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--record``: what golden tests compare with is written anew, and they fail."""
    parser.addoption("--record", action="store_true", help="write the golden files anew, then fail")


def pytest_configure(config: pytest.Config) -> None:
    """Give each process that runs tests (an xdist worker) a network of its own, and the sample its size."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        own_network.enter()
    load_profile()


def pytest_report_header() -> list[str]:
    """Name the peers that are absent, since the tests that need them skip (or fail, if they are required)."""
    store = Store(default_root())
    lacking = [each.title for each in PEERS if not store.has(each)]
    required = " (required)" if os.environ.get("ETCDBOOT_REQUIRE_PEERS") == "1" else ""
    there = f"peers{required}: {len(PEERS) - len(lacking)} of {len(PEERS)}"
    return [f"{there}; absent: {', '.join(lacking)}" if lacking else there]
