"""All members of one cluster, as processes of this machine."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.base.progress import Event, EventKind, Reporter
from etcdboot.effects.process.process import Program, Run, launch
from etcdboot.etcd.log_lines import complaint
from etcdboot.observations.local_cluster import MemberState, Phase, how_it_ended

# Seconds between asking a member to end and making it: a leader that finds nobody to take over waits 7 s
# (etcd issue 15702), and 3 more are for the disk.
GRACE = 10.0
_REMEMBERED = 50  # lines, to tell why a member ended


@dataclass(slots=True)
class _Seat:
    """A member's place: its program, and the run that is or was the last."""

    program: Program
    endpoints: tuple[str, ...]
    phase: Phase = Phase.STOPPED
    run: Run | None = None
    status: int | None = None
    watch: asyncio.Task[None] | None = None
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class Supervisor:
    """Starts, hears, watches and stops members; a member that dies is told of and leaves the others be.

    All of it belongs to one event loop in the main thread (see ``guard``). ``changed`` is set whenever a
    member's phase changes; whoever waits for it clears it. What members print always goes to their log files,
    and to the reporter while ``passes_logs`` is set.
    """

    def __init__(
        self, programs: Iterable[tuple[Program, tuple[str, ...]]], reporter: Reporter, grace: float = GRACE
    ) -> None:
        self._seats = {program.name: _Seat(program, endpoints) for program, endpoints in programs}
        self._reporter = reporter
        self._grace = grace
        self._ending = False
        self._turn = asyncio.Lock()  # one start or stop at a time
        self.changed = asyncio.Event()
        self.passes_logs = False

    def states(self) -> tuple[MemberState, ...]:
        """How each member is, in the spec's order."""
        return tuple(
            MemberState(
                name,
                seat.phase,
                seat.run.pid if seat.run and seat.status is None else None,
                seat.status,
                seat.endpoints,
                str(seat.program.log),
            )
            for name, seat in self._seats.items()
        )

    def count(self, phase: Phase) -> int:
        """How many members are in that phase."""
        return sum(seat.phase is phase for seat in self._seats.values())

    async def start_all(self, apart: float = 0.0) -> None:
        """Start every member without waiting for any: a founder becomes ready only when a quorum is there.

        ``apart`` is how many seconds lie between two starts.
        """
        for number, name in enumerate(self._seats):
            if apart and number:
                await asyncio.sleep(apart)
            if not self._ending:
                await self.start(name)

    async def start(self, name: str) -> None:
        """Start one member. Refused if it runs."""
        seat = self._seat(name)
        async with self._turn:
            if seat.phase in (Phase.RUNNING, Phase.STOPPING):
                raise Refused.because("EB511", f"{name} is {seat.phase}", "`etcdboot ps` shows all members")
            if self._ending:
                raise Refused.because("EB511", "the cluster is ending", "run `etcdboot up` again")
            seat.last_lines.clear()
            seat.run = await launch(seat.program, self._hear(name, seat))
            seat.status = None
            self._enter(seat, Phase.RUNNING)
            seat.watch = asyncio.create_task(self._watch(name, seat, seat.run))

    async def stop(self, name: str) -> None:
        """Stop one member and wait until it has ended. Refused if it does not run."""
        seat = self._seat(name)
        if seat.phase is not Phase.RUNNING:
            raise Refused.because("EB511", f"{name} is {seat.phase}", "`etcdboot ps` shows all members")
        await self._stop(name, seat)

    async def stop_all(self) -> None:
        """Stop the members one after the other, and let none start again.

        Each hands its leadership on while others are left: 0.2 to 2.2 s in all, at once 7 s (measured).
        """
        self._ending = True
        for name, seat in self._seats.items():
            await self._stop(name, seat)
        await self._settled()

    async def kill_all(self) -> None:
        """Make all members end at once, and none start again."""
        self._ending = True
        for seat in self._seats.values():
            if seat.run and seat.status is None:
                seat.phase = Phase.STOPPING
                seat.run.kill()
        await self._settled()

    # --- inside

    def _seat(self, name: str) -> _Seat:
        seat = self._seats.get(name)
        if seat is None:
            members = ", ".join(self._seats)
            raise UsageError.because("EB512", f"no member is called {name!r}", f"the members are {members}")
        return seat

    async def _stop(self, name: str, seat: _Seat) -> None:
        async with self._turn:
            if seat.run is None or seat.watch is None or seat.phase is not Phase.RUNNING:
                return
            self._tell(EventKind.STEP, "stopping", name)
            self._enter(seat, Phase.STOPPING)
            await seat.run.stop(self._grace)
            await seat.watch

    async def _watch(self, name: str, seat: _Seat, run: Run) -> None:
        seat.status = status = await run.ended()
        if seat.phase is Phase.STOPPING:
            self._enter(seat, Phase.STOPPED)
            self._tell(EventKind.DONE, "stopped", name)
            return
        self._enter(seat, Phase.EXITED)
        why = complaint(tuple(seat.last_lines))
        text = f"ended on its own: {how_it_ended(status)}" + (f": {why}" if why else "")
        self._tell(EventKind.WARNING, f"{text}; its log is {seat.program.log}", name)

    async def _settled(self) -> None:
        await asyncio.gather(*(seat.watch for seat in self._seats.values() if seat.watch))

    def _enter(self, seat: _Seat, phase: Phase) -> None:
        seat.phase = phase
        self.changed.set()

    def _hear(self, name: str, seat: _Seat) -> Callable[[str], None]:
        def hear(line: str) -> None:
            seat.last_lines.append(line)
            if self.passes_logs:
                self._tell(EventKind.LOG, line, name)

        return hear

    def _tell(self, kind: EventKind, text: str, member: str) -> None:
        self._reporter(Event(kind, text, member))
