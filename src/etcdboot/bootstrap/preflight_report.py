"""What was found before a start, put together: the complaints, and the exit code that they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from etcdboot.base.diagnostics import Diagnostic, Severity, has_errors
from etcdboot.base.errors import Down, Drift, EtcdbootError, ExitCode, Missing, Refused, first_of
from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.base.text import counted
from etcdboot.bootstrap import preflight_data_dirs, preflight_peers
from etcdboot.bootstrap.preflight_data_dirs import Here
from etcdboot.bootstrap.preflight_peers import Neighbours, Seen
from etcdboot.bootstrap.preflight_validity import Validity
from etcdboot.observations.host import DataDir, Speech

_ERRORS: dict[ExitCode, type[EtcdbootError]] = {
    each.exit_code: each for each in (Missing, Refused, Down, Drift)
}


@dataclass(frozen=True, slots=True)
class Part:
    """Complaints of one kind; ``exit_code`` is what errors among them come to."""

    exit_code: ExitCode
    diagnostics: tuple[Diagnostic, ...] = ()


def refusals(found: Iterable[Diagnostic]) -> Part:
    """What makes it unsafe to go on."""
    return Part(ExitCode.REFUSED, tuple(found))


def of_error(cause: EtcdbootError) -> Part:
    """What stopped one look; the others go on."""
    return Part(cause.exit_code, cause.diagnostics)


def judge(here: Here, around: Neighbours) -> tuple[Part, ...]:
    """Data-dirs and peers, judged."""
    return (
        Part(ExitCode.MISSING, tuple(preflight_data_dirs.unreadable(here))),
        refusals(preflight_data_dirs.objections(here)),
        refusals(preflight_data_dirs.unreadable_files(here)),
        refusals(preflight_peers.strangers(around)),
        Part(ExitCode.DRIFT, (*preflight_peers.misfits(around), *preflight_peers.clocks(around))),
        Part(ExitCode.DOWN, tuple(preflight_peers.nobody_to_join(around))),
    )


@dataclass(frozen=True, slots=True)
class Preflight:
    """What stands in the way of a start, and what was looked at to say so.

    ``token`` and ``dns`` are the objects that ``discovery status`` and ``dns check`` print, None where they
    were not asked.
    """

    parts: tuple[Part, ...]
    here: Here
    around: Neighbours
    token: dict[str, Any] | None = None
    dns: dict[str, Any] | None = None
    certificates: tuple[Validity, ...] = field(default=())

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All complaints."""
        return tuple(each for part in self.parts for each in part.diagnostics)

    @property
    def exit_code(self) -> ExitCode:
        """The first by precedence of what the errors come to."""
        return first_of([part.exit_code for part in self.parts if has_errors(part.diagnostics)])

    def placed(self, place: Callable[[Diagnostic], Diagnostic]) -> Preflight:
        """The same, with each complaint about the spec in its place; files and the world are not in it."""

        def settled(each: Diagnostic) -> Diagnostic:
            is_of_spec = each.path and not each.path.startswith("/") and not each.file
            return place(each) if is_of_spec else each

        parts = (replace(part, diagnostics=tuple(map(settled, part.diagnostics))) for part in self.parts)
        return replace(self, parts=tuple(parts))

    def demand(self) -> tuple[Diagnostic, ...]:
        """The warnings and notes.

        Raises:
            EtcdbootError: there are errors; all of them, with the exit code that they come to.
        """
        if self.exit_code is ExitCode.OK:
            return self.diagnostics
        errors = [each for each in self.diagnostics if each.severity is Severity.ERROR]
        raise _ERRORS[self.exit_code](*errors)

    def as_json(self) -> dict[str, Any]:
        """The object ``live`` of ``-w json``."""
        return {
            "members": [_data_json(name, data) for name, data in self.here.found.items()],
            "peers": [_peer_json(each) for each in self.around.seen],
            "token": self.token,
            "dns": self.dns,
            "certificates": [each.as_json() for each in self.certificates],
        }

    def summary(self) -> tuple[str, ...]:
        """What was looked at, a line for each kind."""
        lines = [f"here: {', '.join(map(self._told, self.here.found)) or 'no member of this cluster'}"]
        if self.around.seen:
            lines.append(
                f"peers: {', '.join(f'{each.member.name} {_state(each)}' for each in self.around.seen)}"
            )
        if self.token:
            lines.append(f"token: {len(self.token['registered'])} of {self.token['size'] or '?'} registered")
        if self.dns:
            lines.append(f"dns: {counted(len(self.dns['records']), 'record')} looked up")
        if self.certificates:
            lines.append(f"certificates: {len(self.certificates)} looked at")
        if self.exit_code is ExitCode.OK:
            lines.append("nothing stands in the way")
        return tuple(lines)

    def _told(self, name: str) -> str:
        data = self.here.found[name]
        if name in self.here.running:
            return f"{name} (runs)"
        return f"{name} ({'has data' if data.is_bootstrapped else 'no data yet'})"


def _state(seen: Seen) -> str:
    answer = seen.answer
    if answer.cluster_id is not None:
        return f"runs in cluster {answer.cluster_id:x}"
    return "does not answer" if answer.speech is Speech.NOTHING else f"speaks {answer.speech}"


def _data_json(name: str, data: DataDir) -> dict[str, Any]:
    found = data.identity
    return {
        "name": name,
        "data_dir": str(data.path),
        "bootstrapped": data.is_bootstrapped,
        "in_use": data.in_use,
        "member_id": None if found is None else f"{found.member_id:x}",
        "cluster_id": None if found is None else f"{found.cluster_id:x}",
    }


def _peer_json(seen: Seen) -> dict[str, Any]:
    answer = seen.answer
    return {
        "name": seen.member.name,
        "url": str(answer.url),
        "speaks": None if answer.speech is Speech.NOTHING else str(answer.speech),
        "cluster_id": None if answer.cluster_id is None else f"{answer.cluster_id:x}",
        "clock_ahead": answer.ahead,
        "detail": answer.detail,
    }
