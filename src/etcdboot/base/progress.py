"""How the lower layers tell what they are doing, without knowing who listens."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from etcdboot.base.fast_dataclasses import dataclass


class EventKind(StrEnum):
    """What kind of news an event is."""

    STEP = "step"  # something that takes a while begins or moves on
    DONE = "done"  # something is finished
    NOTE = "note"  # worth a line, nothing to do
    WARNING = "warning"  # worth a line, and perhaps something to do
    LOG = "log"  # a line that a member printed


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news; ``subject`` is a member, a certificate or a file, ``done`` of ``total`` a count."""

    kind: EventKind
    text: str
    subject: str = ""
    done: int = 0
    total: int = 0


class Reporter(Protocol):
    """Whoever wants to hear; the command line hands one down."""

    def __call__(self, event: Event) -> None:
        """Take one event; must not raise."""


def silent(event: Event) -> None:
    """Hear nothing."""
