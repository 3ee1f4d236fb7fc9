"""``ps``, ``stop``, ``start``, ``down``, ``env``: words with the ``up`` that runs here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etcdboot.base.errors import Down, Refused
from etcdboot.effects.clock import monotonic, pause
from etcdboot.effects.files.state_folder import is_free
from etcdboot.effects.files.temporary_folders import private_folders
from etcdboot.effects.files.user_files import folder_of
from etcdboot.effects.process.control_socket import SOCKET, ask, malformed
from etcdboot.effects.process.supervisor import GRACE
from etcdboot.observations.control_answers import AnswerProblem
from etcdboot.observations.local_cluster import LocalCluster

_STATE = ".etcdboot"
_TALK = 5.0  # seconds for an answer that costs nothing
_MOST_MEMBERS = 9  # stopping takes a grace each at the worst
_LEAVING = 10.0  # seconds from the last member's end to the end of its etcdboot
_POLL = 0.05


def find(file: str, state: Path | None) -> Path:
    """The state folder of the ``up`` that is meant: as said, beside the spec, or the only throw-away one.

    Raises:
        Refused: several throw-away clusters run, and nothing says which (EB526).
    """
    if state is not None:
        return state.absolute()
    beside = folder_of(file) / _STATE
    if not is_free(beside):
        return beside
    running = [folder / _STATE for folder in private_folders()]
    if len(running) > 1:
        hint = "say which: " + ", ".join(f"--state {each}" for each in running)
        raise Refused.because("EB526", f"{len(running)} throw-away clusters run here", hint)
    return running[0] if running else beside


def ps(state: Path) -> LocalCluster:
    """The cluster that runs in that state folder, as it is now. Down (EB525) when none does."""
    return _asked(state, {"do": "ps"}, _TALK)


def stop(state: Path, member: str) -> LocalCluster:
    """Stop one member and wait for its end. Refused when it does not run, UsageError when there is none."""
    return _asked(state, {"do": "stop", "member": member}, GRACE + _TALK)


def start(state: Path, member: str) -> LocalCluster:
    """Start one member that was stopped or has ended. Refused when it runs."""
    return _asked(state, {"do": "start", "member": member}, GRACE + _TALK)


def down(state: Path) -> LocalCluster | None:
    """Stop all members and wait until their etcdboot is gone; None when nothing runs."""
    last = ask(state, {"do": "down"}, _MOST_MEMBERS * GRACE + _TALK)
    deadline = monotonic() + _LEAVING
    while not is_free(state) and monotonic() < deadline:
        pause(_POLL)
    return _cluster(last, state) if last else None


def _asked(state: Path, question: dict[str, str], deadline: float) -> LocalCluster:
    reply = ask(state, question, deadline)
    if reply is None:
        hint = "start one with `etcdboot up --detach`"
        raise Down.because("EB525", f"no cluster runs in {state}", hint, str(state))
    return _cluster(reply, state)


def _cluster(reply: dict[str, Any], state: Path) -> LocalCluster:
    try:
        return LocalCluster.from_json(reply)
    except AnswerProblem as cause:
        raise malformed(state / SOCKET, str(cause)) from cause
