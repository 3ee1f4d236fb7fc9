"""From the name that a user wrote to the one that a release has: plain, ``experimental-…`` or a feature gate.

A flag may be written in the planned release's spelling or in the newest one. The pairs of old and new come
from the flag table's "replaced by" column; nothing else knows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Final

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.feature_gates import FEATURE_GATES, parse_gates
from etcdboot.etcd.flag_table import TABLE
from etcdboot.etcd.flags import FlagFacts, flag, known_in, nearest
from etcdboot.etcd.releases import MINORS, Release, parse_release

GATES_FLAG: Final = "feature-gates"
_GATE_REPLACEMENT = re.compile(r"feature-gates=(\w+)=<bool>")
_REPLACED_BY: Final = 6  # the column of the table


@dataclass(frozen=True, slots=True)
class Spelled:
    """What to tell that release: one flag, or several where feature gates become flags of their own.

    ``remark`` says that and why another name than the written one is used where the written one still works;
    empty otherwise.
    """

    flags: tuple[tuple[str, str], ...]
    remark: str = ""


class Reason(StrEnum):
    """Why a release has no spelling for a flag."""

    UNKNOWN = "unknown"  # no release has it
    NOT_YET = "not yet"  # a later minor has it
    LATER_PATCH = "later patch"  # a later patch of this minor has it
    REMOVED = "removed"  # an earlier release had it
    MALFORMED = "malformed"  # a feature-gates value that cannot be read


@dataclass(frozen=True, slots=True)
class Unspellable:
    """Why ``written`` cannot be said to ``release``, and what could be done.

    ``since``: the first release from here on that knows it; ``removed``: the one that dropped it;
    ``replacement``: what took its place; ``suggestion``: a name that the writer may have meant.
    """

    written: str
    release: Release
    reason: Reason
    since: Release | None = None
    removed: Release | None = None
    replacement: str = ""
    suggestion: str = ""
    detail: str = ""

    @property
    def message(self) -> str:
        """The whole complaint as one sentence, without the way out."""
        match self.reason:
            case Reason.UNKNOWN:
                return f"no etcd from {MINORS[0]} to {MINORS[-1]} has {self.written}"
            case Reason.REMOVED:
                return f"{self.written} is gone since {self.removed}; the planned release is {self.release}"
            case Reason.MALFORMED:
                return f"{self.written}: {self.detail}"
            case _:
                return f"{self.written} exists from {self.since}; the planned release is {self.release}"

    @property
    def hint(self) -> str:
        """The way out; empty when there is none to tell."""
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        if self.replacement:
            return f"use {self.replacement} instead"
        if self.since:
            return f"leave it out, or plan {self.since} or newer"
        return "leave it out: nothing took its place" if self.removed else ""


@cache
def _renamed() -> dict[str, str]:
    """Old flag -> the flag that took its place with the same kind of value."""
    return {name: row[_REPLACED_BY] for name, row in TABLE.items() if row[_REPLACED_BY] in TABLE}


@cache
def _gate_flags() -> dict[str, str]:
    """Feature gate -> the experimental boolean it was before 3.6."""
    found = ((_GATE_REPLACEMENT.fullmatch(row[_REPLACED_BY]), name) for name, row in TABLE.items())
    return {match[1]: name for match, name in found if match}


def spell(name: str, value: str, release: Release) -> Spelled | Unspellable:
    """How to say ``--name=value`` to ``release``; a feature gate's flag ends as one more ``feature-gates``.

    Several ``feature-gates`` of one member are for :func:`merge_gates`.
    """
    if name == GATES_FLAG:
        return _spell_gates(value, release)
    facts = flag(name)
    if facts is None:
        near = nearest(name, release)
        return Unspellable(f"--{name}", release, Reason.UNKNOWN, suggestion=f"--{near}" if near else "")
    if facts.known_in(release):
        return _newest(facts, value, release)
    older = next((old for old, new in _renamed().items() if new == name and known_in(old, release)), None)
    return Spelled(((older, value),)) if older else _why_not(facts, value, release)


def _newest(facts: FlagFacts, value: str, release: Release) -> Spelled:
    """A flag the release knows, by its new name where it asks for that one."""
    same = Spelled(((facts.name, value),))
    if not facts.deprecated_in(release):
        return same
    remark = f"--{facts.name} is deprecated since {facts.deprecated}"
    gate = _GATE_REPLACEMENT.fullmatch(facts.replaced_by)
    newer = _renamed().get(facts.name)
    if newer is not None and known_in(newer, release):
        return Spelled(((newer, value),), f"{remark}; written as --{newer}")
    if gate is not None and value in ("true", "false"):
        return Spelled(
            ((GATES_FLAG, f"{gate[1]}={value}"),), f"{remark}; written as {_replacement(facts, value)}"
        )
    replacement = _replacement(facts, value)
    return Spelled(same.flags, f"{remark}; use {replacement}" if replacement else remark)


def _replacement(facts: FlagFacts, value: str) -> str:
    """What took a flag's place, as one would type it; empty when nothing did.

    The table writes ``flag``, ``flag=word``, ``feature-gates=Gate=<bool>`` or ``one + other (remark)``.
    """
    if not facts.replaced_by:
        return ""
    bare = facts.replaced_by.split(" (")[0].replace(" + ", " and --")
    return "--" + bare.replace("<bool>", value if value in ("true", "false") else "true")


def _why_not(facts: FlagFacts, value: str, release: Release) -> Unspellable:
    """Why a flag that some release has cannot be said to this one."""
    written = f"--{facts.name}"
    if facts.removed is not None and facts.removed <= release:
        replacement = _replacement(facts, value)
        return Unspellable(written, release, Reason.REMOVED, removed=facts.removed, replacement=replacement)
    older = [old for old, new in _renamed().items() if new == facts.name]
    return _waiting(written, release, [facts, *filter(None, map(flag, older))])


def _waiting(written: str, release: Release, spellings: list[FlagFacts]) -> Unspellable:
    """Not there yet: since when any of its spellings is."""
    since = min(first for facts in spellings if (first := facts.since(release)))
    reason = Reason.LATER_PATCH if since.minor_name == release.minor_name else Reason.NOT_YET
    return Unspellable(written, release, reason, since=since)


# --- feature gates


def _spell_gates(value: str, release: Release) -> Spelled | Unspellable:
    try:
        gates = parse_gates(value)
    except ValueError as problem:
        return Unspellable(f"--{GATES_FLAG}", release, Reason.MALFORMED, detail=str(problem))
    failed = next(filter(None, (_gate_problem(gate, release) for gate, _ in gates)), None)
    if failed is not None:
        return failed
    if known_in(GATES_FLAG, release):
        return Spelled(((GATES_FLAG, value),))
    return Spelled(tuple((_gate_flags()[gate], str(state).lower()) for gate, state in gates))


def _gate_problem(gate: str, release: Release) -> Unspellable | None:
    """Why a gate cannot be said to the release, as a gate or as the flag it was; None if it can."""
    older = flag(_gate_flags().get(gate, ""))
    if gate in FEATURE_GATES[release.minor_name] or (older is not None and older.known_in(release)):
        return None
    written = f"feature gate {gate}"
    since = next((minor for minor in MINORS if gate in FEATURE_GATES[minor]), None)
    if since is None:
        import difflib  # as in flags.nearest

        near = difflib.get_close_matches(gate, FEATURE_GATES[MINORS[-1]], n=1)
        return Unspellable(written, release, Reason.UNKNOWN, suggestion=near[0] if near else "")
    if older is not None:
        return _waiting(written, release, [older])
    return Unspellable(written, release, Reason.NOT_YET, since=parse_release(f"{since}.0"))


def merge_gates(settings: Iterable[str]) -> str:
    """Several ``feature-gates`` values as one, sorted by gate.

    Raises:
        ValueError: a part cannot be read, or a gate is set to both true and false.
    """
    gates = sorted(parse_gates(",".join(settings)))
    return ",".join(f"{gate}={str(state).lower()}" for gate, state in gates)
