"""``discovery status``: who has registered, once or until all have."""

from __future__ import annotations

from collections.abc import Callable

from etcdboot.base.diagnostics import Diagnostic, has_errors
from etcdboot.base.errors import Down, ExitCode
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.bootstrap.discovery_checks import Standing, standing
from etcdboot.effects.clock import monotonic, pause
from etcdboot.workflows.cluster import open_cluster
from etcdboot.workflows.discovery.registry import DEFAULT_TIMEOUT, reader

_POLL = 0.5  # seconds between two looks while waiting


@dataclass(frozen=True, slots=True)
class Status:
    """How the registry stands, and all there is to say of the spec and of it."""

    standing: Standing
    diagnostics: tuple[Diagnostic, ...]

    @property
    def exit_code(self) -> ExitCode:
        """0 complete, 4 incomplete or not what the spec says."""
        return ExitCode.OK if self.standing.is_good else ExitCode.DRIFT


def status(
    file: str,
    *,
    patience: float = 0.0,
    timeout: float = DEFAULT_TIMEOUT,
    report: Reporter = silent,
    gives_up: Callable[[float], bool] = pause,
) -> Status:
    """How far the founders of the spec have come; waits ``patience`` seconds for the last of them.

    What waiting cannot mend, as a token of the wrong size, ends it. ``gives_up`` sleeps for the seconds it is
    given and tells whether to stop waiting. News go to ``report``.

    Raises:
        SpecError, Missing: as reading the spec does; EB253, there is no token yet.
        UsageError: EB568, the spec's mode knows no token.
        Missing, Refused, Down: as :func:`~etcdboot.workflows.discovery.registry.read_registry` does.
    """
    cluster = open_cluster(file, complete=True)
    read = reader(cluster.plan.bootstrap, cluster.folder, timeout)
    deadline = monotonic() + patience
    told = ""
    while True:
        is_last = monotonic() >= deadline
        try:
            seen = standing(read(), cluster.plan.founders)
        except Down as cause:
            if is_last:
                raise
            news = Event(EventKind.STEP, str(cause))
        else:
            if is_last or seen.is_good or has_errors(seen.diagnostics):
                found = cluster.source.in_order(seen.diagnostics)
                return Status(seen, (*cluster.diagnostics, *found))
            news = _progress(seen)
        if news.text != told:
            told = news.text
            report(news)
        if gives_up(min(_POLL, max(deadline - monotonic(), 0.0))):
            deadline = monotonic()


def _progress(seen: Standing) -> Event:
    total = len(seen.founders)
    text = f"waiting for {', '.join(seen.missing)}"
    return Event(EventKind.STEP, text, done=total - len(seen.missing), total=total)
