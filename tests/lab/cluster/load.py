"""Writes under load: a client that goes on whatever happens, and counts what failed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClientTls
from lab.world.process import wait_until

_WRITER = Path(__file__).with_name("writer.py")


class Running(Protocol):
    """The writer's process, on this machine or on a host."""

    @property
    def output(self) -> str:
        """All it has said so far."""

    def stop(self) -> int:
        """Ask it to end with SIGTERM; gives its exit code."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a load: writes that a member took, writes that none took in time, and why not.

    ``retried`` counts attempts at one endpoint that failed, whether or not another endpoint then took the
    write; ``missing`` are writes that were acknowledged and cannot be read back; ``slowest`` is in seconds.
    """

    taken: int
    failed: int
    retried: int
    missing: int
    slowest: float
    errors: dict[str, int]


class Load:
    """A load that is on until it is stopped."""

    def __init__(self, process: Running) -> None:
        self._process = process

    def await_progress(self, writes: int = 50, within: float = 30.0) -> None:
        """Wait until so many more writes were taken; seconds."""
        goal = self._taken() + writes
        wait_until(f"{goal} writes in all", lambda: self._taken() >= goal, within)

    def _taken(self) -> int:
        return self._process.output.splitlines().count(".")

    def stop(self) -> Written:
        """End it; what came of it."""
        assert self._process.stop() == 0, self._process.output
        return Written(**json.loads(self._process.output.splitlines()[-1]))


def writer(plan: ClusterPlan, pki: str) -> list[str]:
    """The command that writes to a planned cluster, with the first client's certificate from ``pki``.

    It wants ``operating.ENVIRONMENT``. One write at a time, to the first member until that fails for a few
    seconds, then to the next; a dot on a line of its own for every write that was taken.
    """
    endpoints = [str(url) for member in plan.members for url in member.advertise_client_urls]
    argv = [sys.executable, "-P", str(_WRITER), "--endpoints", ",".join(endpoints)]
    if plan.client_tls in (ClientTls.MUTUAL, ClientTls.SERVER):
        argv += ["--cacert", f"{pki}/ca.pem"]
    if plan.client_tls is ClientTls.MUTUAL:
        client = next(each.name for each in plan.certificates if each.name.startswith("client/"))
        pair = f"{pki}/clients/{client.removeprefix('client/')}"
        argv += ["--cert", f"{pair}.pem", "--key", f"{pair}-key.pem"]
    return argv
