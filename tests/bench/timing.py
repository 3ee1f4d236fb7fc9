"""Time commands against one another: interleaved, so that a busy machine is busy for all of them."""

from __future__ import annotations

import resource
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


@dataclass(frozen=True)
class Taken:
    """What a job takes: seconds by the clock on the wall, and of processors, its children's included."""

    wall: float
    processor: float


def compare(jobs: Sequence[Job], runs: int, *, warm: bool = True) -> dict[str, Taken]:
    """The medians of each job; the jobs take turns, and warm up once before that."""
    taken: dict[str, list[Taken]] = {job.name: [] for job in jobs}
    for turn in range(runs + warm):
        for job in jobs:
            job.before()
            one = _run(job)
            if turn >= warm:
                taken[job.name].append(one)
    return {name: _median(every) for name, every in taken.items()}


def _median(every: Sequence[Taken]) -> Taken:
    walls, processors = ([getattr(each, what) for each in every] for what in ("wall", "processor"))
    return Taken(statistics.median(walls), statistics.median(processors))


def measure(jobs: Sequence[Job], runs: int) -> dict[str, float]:
    """The median wall time of each job."""
    return {name: taken.wall for name, taken in compare(jobs, runs).items()}


def _run(job: Job) -> Taken:
    before, begun = _processor_time(), time.perf_counter()
    done = subprocess.run(job.argv, cwd=job.folder, env=job.env, capture_output=True, check=False)
    taken = Taken(time.perf_counter() - begun, _processor_time() - before)
    if done.returncode not in job.codes:
        raise SystemExit(f"{job.name}: exit {done.returncode}\n{done.stderr.decode()}")
    return taken


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
