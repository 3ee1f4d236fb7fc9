"""Time commands against one another: interleaved, so that a busy machine is busy for all of them."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """One thing to time: a command line, what to do before each run, and the exit codes that are right."""

    name: str
    argv: Sequence[str]
    before: Callable[[], None] = lambda: None
    folder: Path | None = None
    codes: tuple[int, ...] = (0,)
    env: dict[str, str] | None = None


def measure(jobs: Sequence[Job], runs: int, *, warm: bool = True) -> dict[str, float]:
    """The median wall time of each job in seconds; the jobs take turns, and warm up once before that."""
    times: dict[str, list[float]] = {job.name: [] for job in jobs}
    for turn in range(runs + warm):
        for job in jobs:
            job.before()
            begun = time.perf_counter()
            _run(job)
            if turn >= warm:
                times[job.name].append(time.perf_counter() - begun)
    return {name: statistics.median(each) for name, each in times.items()}


def _run(job: Job) -> None:
    done = subprocess.run(job.argv, cwd=job.folder, env=job.env, capture_output=True, check=False)
    if done.returncode not in job.codes:
        raise SystemExit(f"{job.name}: exit {done.returncode}\n{done.stderr.decode()}")
