"""``up``: the spec's cluster, or a throw-away one, as processes of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import ExitCode, UsageError
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.progress import Event, EventKind, Reporter
from etcdboot.effects.exposed_secrets import drained
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.state_folder import is_free, open_state
from etcdboot.effects.files.temporary_folders import private_folder
from etcdboot.effects.files.user_files import STDIN, folder_of
from etcdboot.effects.process.process import Program
from etcdboot.effects.process.supervisor import Supervisor
from etcdboot.effects.signals import unwinding
from etcdboot.observations.local_cluster import LocalCluster, Settled
from etcdboot.plan.bootstrap_flags import token_key
from etcdboot.verify.report import VerifyReport
from etcdboot.verify.text import simple
from etcdboot.workflows.cluster import load_file
from etcdboot.workflows.local.prepare import Draft, Ready, decide, etcdctl_environment, make_ready
from etcdboot.workflows.local.session import Session
from etcdboot.workflows.verify import ask_by_plan, verify_once

STATE = ".etcdboot"
PKI = "pki"
# Seconds. From 3.6 on, members with data that start at the same moment wait 7 s for one another before they
# serve (the initial corruption check); this much apart, the first asks before the others can be asked.
_BETWEEN_RESTARTS = 0.1


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for; ``file`` None is the throw-away cluster, ``wait`` seconds until healthy."""

    file: str | None
    etcd: Path | None = None
    state: Path | None = None
    pki: Path | None = None
    once: bool = False
    ephemeral: bool = False
    local: bool = False
    wait: float = 60.0

    @property
    def is_private(self) -> bool:
        """Whether all goes with the run: nothing that it makes is of use to the next."""
        return self.file is None or self.once or self.ephemeral or self.local


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is known when the waiting is over: the cluster, its health, and what had to be said before."""

    cluster: LocalCluster
    report: VerifyReport
    warnings: tuple[Diagnostic, ...]

    def settled(self) -> Settled:
        """The same as it is shown, or sent."""
        judged = {each: self.report.as_json()[each] for each in ("cluster_id", "endpoints", "checks")}
        body = self.cluster.as_json() | judged
        return Settled(self.report.exit_code, (*self.warnings, *drained()), body, simple(self.report))


def up(wish: Wish, reporter: Reporter, announce: Callable[[Announcement], None]) -> ExitCode:
    """Run the cluster until it is asked to end (with ``once``: until it was healthy); gives the exit code.

    ``announce`` is called once, when the cluster is healthy or the waiting for that is over.

    Raises:
        EtcdbootError: it cannot run here; nothing was started.
    """
    if wish.is_private and (wish.state or wish.pki):
        hint = "leave --state and --pki out, or leave out --once, --ephemeral and --local"
        raise UsageError.because("EB514", "a throw-away run keeps its files in a private folder", hint)
    loaded = load_file(wish.file) if wish.file is not None else None
    with unwinding(), ExitStack() as held:
        state, pki = _places(wish, held)
        folder = folder_of(wish.file or STDIN)
        draft = decide(
            loaded, wish.etcd, state, folder=folder, pki=pki, local=wish.local, private=wish.is_private
        )
        _note(reporter, draft.dropped)
        if is_free(state):  # else the lock tells better than the ports who runs here
            draft = draft.cleared(state, reporter)
        _note(reporter, _wasted(wish, draft))
        disk = held.enter_context(open_state(state))
        return _run(wish, draft, disk, pki, reporter, announce)


def _note(reporter: Reporter, sentences: Iterable[str]) -> None:
    for each in sentences:
        reporter(Event(EventKind.NOTE, each))


def _wasted(wish: Wish, draft: Draft) -> tuple[str, ...]:
    """What is used up by a run whose data do not stay."""
    if not wish.is_private or token_key(draft.plan.bootstrap.mode) is None:
        return ()
    return ("this run uses up the discovery token, and its data do not stay: make a new one for the next",)


def _places(wish: Wish, held: ExitStack) -> tuple[Path, Path]:
    """The state folder and the PKI folder; for a private run below a folder that goes with it."""
    if wish.is_private:
        folder = held.enter_context(private_folder())
        return folder / STATE, folder / PKI
    assert wish.file is not None
    beside = folder_of(wish.file)
    return (wish.state or beside / STATE).absolute(), (wish.pki or beside / PKI).absolute()


def _run(
    wish: Wish,
    draft: Draft,
    disk: Disk,
    pki: Path,
    reporter: Reporter,
    announce: Callable[[Announcement], None],
) -> ExitCode:
    ready = make_ready(draft, disk, pki, reporter)
    question = ask_by_plan(ready.plan, pki)

    async def live() -> ExitCode:
        supervisor = Supervisor(_seats(ready), reporter)

        def describe(verdict: str = "") -> LocalCluster:
            return _described(wish, ready, disk.root, supervisor, verdict)

        session = Session(
            supervisor,
            disk.root,
            look=lambda timeout: verify_once(question, timeout),
            describe=describe,
            announce=lambda report: announce(
                Announcement(describe(str(report.verdict)), report, ready.warnings)
            ),
            reporter=reporter,
            wait=wish.wait,
            stays=not wish.once,
            apart=_BETWEEN_RESTARTS if ready.restarts else 0.0,
        )
        return await session.run()

    return asyncio.run(live())


def _seats(ready: Ready) -> list[tuple[Program, tuple[str, ...]]]:
    return [
        (program, tuple(map(str, member.advertise_client_urls)))
        for program, member in zip(ready.programs, ready.plan.members, strict=True)
    ]


def _described(wish: Wish, ready: Ready, state: Path, supervisor: Supervisor, verdict: str) -> LocalCluster:
    return LocalCluster(
        name=ready.plan.name,
        release=str(ready.etcd.release),
        state=str(state),
        ephemeral=wish.is_private,
        etcdctl=str(ready.etcd.etcdctl or ""),
        environment=etcdctl_environment(ready),
        members=supervisor.states(),
        verdict=verdict,
    )
