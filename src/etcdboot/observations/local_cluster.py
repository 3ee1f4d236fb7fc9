"""What is known of a cluster that runs on this machine: what ``up`` tells and ``ps`` shows."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.observations import control_answers


class Phase(StrEnum):
    """Where a local member is in its life."""

    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"  # because someone asked
    EXITED = "exited"  # on its own


@dataclass(frozen=True, slots=True)
class MemberState:
    """One member's process; ``status`` is how it ended, as subprocess says it (negative: by a signal)."""

    name: str
    phase: Phase
    pid: int | None
    status: int | None
    endpoints: tuple[str, ...]
    log: str

    @property
    def text(self) -> str:
        """``running``, or ``exited (signal KILL)``."""
        if self.phase is Phase.EXITED and self.status is not None:
            return f"{self.phase} ({how_it_ended(self.status)})"
        return str(self.phase)

    def as_json(self) -> dict[str, Any]:
        """The object that ``-w json`` prints and the control socket carries."""
        return {
            "name": self.name,
            "phase": str(self.phase),
            "pid": self.pid,
            "status": self.status,
            "endpoints": list(self.endpoints),
            "log": self.log,
        }

    @classmethod
    def from_json(cls, value: object) -> MemberState:
        """What :meth:`as_json` gave. AnswerProblem where it is something else."""
        return cls(**control_answers.checked(value, _MEMBER))


_MEMBER: Final[dict[str, control_answers.Check]] = {
    "name": control_answers.line,
    "phase": control_answers.one_of(Phase),
    "pid": control_answers.pid,
    "status": control_answers.status,
    "endpoints": control_answers.many(control_answers.endpoint),
    "log": control_answers.text,
}


@dataclass(frozen=True, slots=True)
class LocalCluster:
    """A cluster on this machine as a user needs to know it.

    ``environment`` is what etcdctl wants to know, in order; ``etcdctl`` its absolute path or "";
    ``ephemeral`` says that all goes with the end of the run; ``verdict`` is verify's last word.
    """

    name: str
    release: str
    state: str
    ephemeral: bool
    etcdctl: str
    environment: tuple[tuple[str, str], ...]
    members: tuple[MemberState, ...]
    verdict: str = ""

    def as_json(self) -> dict[str, Any]:
        """The object that ``-w json`` prints and the control socket carries."""
        return {
            "cluster": self.name,
            "release": self.release,
            "state": self.state,
            "ephemeral": self.ephemeral,
            "etcdctl": self.etcdctl,
            "environment": dict(self.environment),
            "members": [each.as_json() for each in self.members],
            "verdict": self.verdict,
        }

    @classmethod
    def from_json(cls, value: object) -> LocalCluster:
        """What :meth:`as_json` gave. AnswerProblem where it is something else."""
        fields = control_answers.checked(value, _CLUSTER)
        return cls(name=fields.pop("cluster"), **fields)


_CLUSTER: Final[dict[str, control_answers.Check]] = {
    "cluster": control_answers.line,
    "release": control_answers.line,
    "state": control_answers.text,
    "ephemeral": control_answers.flag,
    "etcdctl": control_answers.text,
    "environment": control_answers.environment,
    "members": control_answers.many(MemberState.from_json),
    "verdict": control_answers.line,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """How the start of a cluster came out: what ``up`` shows, and a child in the background sends.

    ``body`` is ``LocalCluster.as_json`` and verify's endpoints and checks, or empty when nothing was started;
    ``health`` is verify's report as lines.
    """

    exit_code: ExitCode
    diagnostics: tuple[Diagnostic, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    health: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What :meth:`from_json` reads back."""
        return {
            "exit": int(self.exit_code),
            "diagnostics": [each.as_json() for each in self.diagnostics],
            "body": dict(self.body),
            "health": list(self.health),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Settled:
        """What :meth:`as_json` gave."""
        diagnostics = tuple(
            Diagnostic(**{**each, "severity": Severity(each["severity"])}) for each in value["diagnostics"]
        )
        return cls(ExitCode(value["exit"]), diagnostics, value["body"], tuple(value["health"]))


def how_it_ended(status: int) -> str:
    """``exit code 1`` or ``signal KILL`` for a status as subprocess gives it."""
    if status >= 0:
        return f"exit code {status}"
    try:
        return f"signal {signal.Signals(-status).name.removeprefix('SIG')}"
    except ValueError:
        return f"signal {-status}"
