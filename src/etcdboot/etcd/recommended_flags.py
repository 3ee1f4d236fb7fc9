"""The settings that etcdboot adds unasked, on top of etcd's own defaults; whoever disagrees sets the flag.

One table: a new one is a row, and ``render --explain`` shows its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.flag_names import Spelled, spell
from etcdboot.etcd.releases import (
    Release,
    defaults_are_dated,
    falls_back_to_v2_proxy,
    has_initial_corruption_check,
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """One flag in its release's spelling, and why it is there."""

    name: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A flag in its newest spelling; ``bootstrap`` is the one mode it belongs to, empty for all."""

    name: str
    value: str
    applies: Callable[[Release], bool]
    reason: str
    bootstrap: str = ""


_ROWS: Final = (
    _Row("logger", "zap", defaults_are_dated, "3.4's own logger cannot write JSON and is gone in 3.5"),
    _Row("log-outputs", "stderr", defaults_are_dated, "where systemd and supervisors look, as from 3.5"),
    _Row(
        "pre-vote",
        "true",
        defaults_are_dated,
        "a member that was cut off does not unseat the leader when it is back; the default from 3.5",
    ),
    _Row(
        "feature-gates",
        "InitialCorruptCheck=true",
        has_initial_corruption_check,
        "a member compares its data with its peers before it serves",
    ),
    _Row(
        "discovery-fallback",
        "exit",
        falls_back_to_v2_proxy,
        "one member too many stops, where it would become a proxy that cannot be restarted",
        bootstrap="discovery-v2",
    ),
)


def baseline(release: Release, bootstrap: str = "static") -> tuple[Baseline, ...]:
    """What a member of that release is told unasked when the cluster bootstraps in that mode."""
    return tuple(
        Baseline(name, value, row.reason)
        for row in _ROWS
        if row.applies(release) and row.bootstrap in ("", bootstrap)
        for name, value in _spelled(row, release)
    )


def _spelled(row: _Row, release: Release) -> tuple[tuple[str, str], ...]:
    spelled = spell(row.name, row.value, release)
    assert isinstance(spelled, Spelled), f"baseline row {row.name} does not fit {release}"
    return spelled.flags
