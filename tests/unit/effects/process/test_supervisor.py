from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.progress import Event, EventKind
from etcdboot.effects.process.process import Program
from etcdboot.effects.process.supervisor import Supervisor
from etcdboot.observations.local_cluster import Phase

OBEYS = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"
DEAF = "trap '' TERM; echo ready; while :; do sleep 0.01; done"


def tried(
    folder: Path, scripts: dict[str, str], act: Callable[[Supervisor], Awaitable[None]], grace: float = 30.0
) -> list[Event]:
    """Run the scripts as members, wait until each has said something, and act; gives all news."""
    heard: list[Event] = []

    async def live() -> None:
        said: set[str] = set()
        all_said = asyncio.Event()

        def hear(event: Event) -> None:
            heard.append(event)
            if event.kind is EventKind.LOG:
                said.add(event.subject)
            if said == set(scripts):
                all_said.set()

        programs = [
            (
                Program(name, ("/bin/sh", "-c", script), (), folder, folder / f"{name}.log"),
                (f"http://{name}",),
            )
            for name, script in scripts.items()
        ]
        supervisor = Supervisor(programs, hear, grace)
        supervisor.passes_logs = True
        await supervisor.start_all()
        await all_said.wait()
        try:
            await act(supervisor)
        finally:
            await supervisor.kill_all()

    asyncio.run(live())
    return heard


async def until(supervisor: Supervisor, phase: Phase, count: int = 1) -> None:
    while supervisor.count(phase) != count:
        supervisor.changed.clear()
        await supervisor.changed.wait()


def test_members_are_stopped_one_after_the_other(tmp_path: Path) -> None:
    async def act(supervisor: Supervisor) -> None:
        await supervisor.stop_all()
        assert [each.phase for each in supervisor.states()] == [Phase.STOPPED] * 2

    heard = tried(tmp_path, {"e1": OBEYS, "e2": OBEYS}, act)
    steps = [(each.subject, each.text) for each in heard if each.kind in (EventKind.STEP, EventKind.DONE)]
    assert steps == [("e1", "stopping"), ("e1", "stopped"), ("e2", "stopping"), ("e2", "stopped")]


def test_a_member_that_ends_on_its_own_is_told_of_and_the_others_stay(tmp_path: Path) -> None:
    async def act(supervisor: Supervisor) -> None:
        await until(supervisor, Phase.EXITED)
        e1, e2 = supervisor.states()
        assert (e1.phase, e1.pid, e1.status) == (Phase.EXITED, None, 4)
        assert e2.phase is Phase.RUNNING and e2.pid is not None

    heard = tried(tmp_path, {"e1": "echo because; exit 4", "e2": OBEYS}, act)
    (told,) = [each for each in heard if each.kind is EventKind.WARNING]
    assert told.subject == "e1" and "exit code 4: because" in told.text and "e1.log" in told.text


def test_a_member_is_stopped_and_started_again(tmp_path: Path) -> None:
    async def act(supervisor: Supervisor) -> None:
        before = supervisor.states()[0].pid
        await supervisor.stop("e1")
        assert supervisor.states()[0].phase is Phase.STOPPED
        await supervisor.start("e1")
        after = supervisor.states()[0]
        assert after.phase is Phase.RUNNING and after.pid not in (None, before)

    tried(tmp_path, {"e1": OBEYS}, act)


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async def act(supervisor: Supervisor) -> None:
        with pytest.raises(Refused):
            await supervisor.start("e1")
        await supervisor.stop("e1")
        with pytest.raises(Refused):
            await supervisor.stop("e1")
        with pytest.raises(UsageError, match="e9") as nobody:
            await supervisor.stop("e9")
        (told,) = nobody.value.diagnostics
        assert (told.code, told.hint) == ("EB512", "the members are e1")
        await supervisor.kill_all()
        with pytest.raises(Refused):
            await supervisor.start("e1")

    tried(tmp_path, {"e1": OBEYS}, act)


def test_none_starts_again_once_all_are_stopped(tmp_path: Path) -> None:
    async def act(supervisor: Supervisor) -> None:
        await supervisor.stop_all()
        with pytest.raises(Refused, match="ending"):
            await supervisor.start("e1")

    tried(tmp_path, {"e1": OBEYS}, act)


def test_killing_cuts_a_stop_short(tmp_path: Path) -> None:
    async def act(supervisor: Supervisor) -> None:
        stopping = asyncio.create_task(supervisor.stop_all())
        await until(supervisor, Phase.STOPPING)
        await supervisor.kill_all()
        await stopping
        assert supervisor.count(Phase.STOPPED) == 2

    tried(tmp_path, {"e1": DEAF, "e2": DEAF}, act, grace=1000.0)


def test_logs_are_passed_on_only_when_asked_for(tmp_path: Path) -> None:
    async def act(supervisor: Supervisor) -> None:
        supervisor.passes_logs = False
        await supervisor.stop("e1")
        await supervisor.start("e1")
        await supervisor.stop("e1")

    heard = tried(tmp_path, {"e1": OBEYS}, act)
    assert sum(each.kind is EventKind.LOG for each in heard) == 1


def test_a_cluster_that_ends_between_two_starts_starts_no_further_member(tmp_path: Path) -> None:
    async def live() -> list[Phase]:
        programs = [
            (Program(name, ("/bin/sh", "-c", OBEYS), (), tmp_path, tmp_path / f"{name}.log"), ())
            for name in ("a", "b")
        ]
        supervisor = Supervisor(programs, lambda event: None)
        starting = asyncio.create_task(supervisor.start_all(apart=30.0))
        await until(supervisor, Phase.RUNNING)
        await supervisor.kill_all()
        starting.cancel()
        return [each.phase for each in supervisor.states()]

    assert asyncio.run(live()) == [Phase.STOPPED, Phase.STOPPED]


def test_members_start_one_after_the_other_where_asked(tmp_path: Path) -> None:
    begun: list[str] = []

    async def live() -> None:
        programs = [
            (Program(name, ("/bin/sh", "-c", OBEYS), (), tmp_path, tmp_path / f"{name}.log"), ())
            for name in ("a", "b")
        ]
        supervisor = Supervisor(programs, lambda event: begun.append(event.subject))
        supervisor.passes_logs = True
        await supervisor.start_all(apart=0.01)
        while set(begun) != {"a", "b"}:
            await asyncio.sleep(0)
        await supervisor.kill_all()

    asyncio.run(live())
    assert begun[0] == "a"
