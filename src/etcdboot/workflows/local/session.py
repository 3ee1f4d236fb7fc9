"""A cluster while it runs here: started, awaited, answered for, ended."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from etcdboot.base.errors import ExitCode, UsageError
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.base.progress import Event, EventKind, Reporter
from etcdboot.effects.process.control_socket import serving
from etcdboot.effects.process.supervisor import Supervisor
from etcdboot.effects.signals import EXIT_CODES, asked_to_end
from etcdboot.observations.local_cluster import LocalCluster, Phase
from etcdboot.verify.report import Verdict, VerifyReport

_BETWEEN_LOOKS = 0.1  # seconds
# Seconds for one look: short at first, for most members are ready within a second or two; then patient.
_FIRST_LOOK, _LONGEST_LOOK, _GROWTH = 0.3, 5.0, 1.2

Look = Callable[[float], VerifyReport]
Announce = Callable[[VerifyReport], None]


@dataclass(slots=True)
class Session:
    """One run of a cluster.

    ``look`` takes a look at its health within so many seconds, ``describe`` tells of it as it is now;
    ``wait`` is how many seconds it may take to become healthy; ``stays`` whether it runs on after
    that; ``apart`` how many seconds lie between two starts.
    """

    supervisor: Supervisor
    state: Path
    look: Look
    describe: Callable[[], LocalCluster]
    announce: Announce
    reporter: Reporter
    wait: float
    stays: bool
    apart: float
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _signal: signal.Signals | None = None
    _killing: asyncio.Future[None] | None = None

    async def run(self) -> ExitCode:
        """Start all, wait for health, announce it, stay until asked to end, stop all; gives the exit code."""
        with asked_to_end(self._hear_signal, self._kill):
            async with serving(self.state, self._answer):
                try:
                    code = await self._live()
                finally:
                    self.supervisor.passes_logs = False  # how members take their leave is noise
                    await self.supervisor.stop_all()
                    self._over.set()
        return EXIT_CODES[self._signal] if self._signal else code

    async def _live(self) -> ExitCode:
        self._tell(EventKind.STEP, f"starting {len(self.supervisor.states())} members")
        await self.supervisor.start_all(self.apart)
        report = await self._awaited()
        if self._asked.is_set():
            return ExitCode.OK
        self.announce(report)
        if self.stays and report.is_healthy:
            self.supervisor.passes_logs = True
            return await self._stay()
        return report.exit_code

    async def _awaited(self) -> VerifyReport:
        """The first look that shows it healthy, or the last one when there is no hope or no time left."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.wait
        timeout, told = _FIRST_LOOK, ""
        while True:
            report = await asyncio.to_thread(self.look, min(timeout, max(self.wait, _FIRST_LOOK)))
            if (progress := _progress(report)) != told:
                self._tell(EventKind.STEP, progress)
            timeout, told = min(timeout * _GROWTH, _LONGEST_LOOK), progress
            ended = report.is_healthy or self._asked.is_set() or self._hopeless(report)
            if ended or clock() >= deadline:
                return report
            await _first_of(self._asked.wait(), timeout=_BETWEEN_LOOKS)

    def _hopeless(self, report: VerifyReport) -> bool:
        """Whether waiting changes nothing: members have ended, and the others are as far as they get."""
        ended = self.supervisor.count(Phase.EXITED)
        members = len(self.supervisor.states())
        quorum_is_gone = members - ended < members // 2 + 1
        return quorum_is_gone or (ended > 0 and report.verdict is Verdict.DEGRADED)

    async def _stay(self) -> ExitCode:
        """Until somebody asks for the end, or no member is left."""
        while not self._asked.is_set():
            if self.supervisor.count(Phase.EXITED) == len(self.supervisor.states()):
                self._tell(EventKind.WARNING, "no member is left: that is the end")
                return ExitCode.DOWN
            self.supervisor.changed.clear()
            await _first_of(self._asked.wait(), self.supervisor.changed.wait())
        return ExitCode.OK

    # --- what others ask

    async def _answer(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """One question of the control socket."""
        rows = {"ps": self._nothing, "stop": self._stop, "start": self._start, "down": self._down}
        row = rows.get(str(question.get("do")))
        if row is None:
            raise UsageError.because("EB523", "a question that this etcdboot does not know")
        await row(str(question.get("member", "")))
        return self.describe().as_json()

    async def _nothing(self, member: str) -> None:
        pass

    async def _stop(self, member: str) -> None:
        await self.supervisor.stop(member)

    async def _start(self, member: str) -> None:
        await self.supervisor.start(member)

    async def _down(self, member: str) -> None:
        self._asked.set()
        await self._over.wait()

    def _hear_signal(self, number: signal.Signals) -> None:
        self._signal = number
        self._tell(EventKind.NOTE, "stopping one member after the other; once more kills them all")
        self._asked.set()

    def _kill(self) -> None:
        self._tell(EventKind.WARNING, "killing all members")
        self._killing = asyncio.ensure_future(self.supervisor.kill_all())

    # --- news

    def _tell(self, kind: EventKind, text: str) -> None:
        self.reporter(Event(kind, text))


def _progress(report: VerifyReport) -> str:
    healthy = sum(each.health for each in report.endpoints)
    return f"{healthy} of {len(report.endpoints)} endpoints healthy"


async def _first_of(*waits: Any, timeout: float | None = None) -> None:
    """Until one of the waits is over, or the time is."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in tasks:
            each.cancel()
