"""The clock of the machine against the certificates that its members would start with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from etcdboot.ground.report import Diagnostic, error
from etcdboot.ground.values import dataclass, replace

_UNITS: Final = {"days": 86400, "hours": 3600, "minutes": 60}


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when the certificate in a file holds; ``name`` is the plan's for it."""

    file: str
    name: str
    not_before: datetime
    not_after: datetime
    is_ca: bool = False

    def as_json(self) -> dict[str, str]:
        """The object that ``-w json`` prints for it."""
        return {
            "file": self.file,
            "name": self.name,
            "not_before": _text(self.not_before),
            "not_after": _text(self.not_after),
        }


def out_of_date(found: Iterable[Validity], now: datetime, ahead: int | None = None) -> Iterator[Diagnostic]:
    """The certificates that do not hold now; peers' clocks are ``ahead`` of ours by so many seconds.

    Whose fault it is, the side tells: one that is not valid yet was issued by a clock that is ahead of ours.
    """
    for each in found:
        if each.not_before > now:
            gap = _length(each.not_before - now)
            message = f"{each.file} holds from {_text(each.not_before)} on, which is {gap} away"
            hint = "this machine's clock is behind that of the machine that issued it: set it (timedatectl)"
            yield replace(error("EB548", message, hint), file=each.file)
        elif each.not_after <= now:
            message = f"{each.file} has expired {_length(now - each.not_after)} ago"
            peers = None if ahead is None else now + timedelta(seconds=ahead)
            if peers is not None and peers < each.not_after:
                hint = "by the peers' clocks it holds: this machine's is ahead, set it (timedatectl)"
            elif each.is_ca:
                hint = "move the pki folder away, issue anew, and replace all members' certificates together"
            else:
                hint = f"make it anew: etcdboot certs renew {each.name}"
            yield replace(error("EB548", message, hint), file=each.file)


def _length(gap: timedelta) -> str:
    """In the largest unit that there are two of."""
    seconds = int(gap.total_seconds())
    units = (each for each in _UNITS if seconds >= 2 * _UNITS[each])
    unit = next(units, "seconds")
    return f"{seconds // _UNITS.get(unit, 1)} {unit}"


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
