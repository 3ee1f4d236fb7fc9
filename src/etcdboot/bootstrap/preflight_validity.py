"""The clock of the machine against the certificates that its members would start with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.durations import brief
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.base.text import instant
from etcdboot.plan.certificate_request import NEW_PKI


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
            "not_before": instant(self.not_before),
            "not_after": instant(self.not_after),
        }


def out_of_date(found: Iterable[Validity], now: datetime, ahead: int | None = None) -> Iterator[Diagnostic]:
    """The certificates that do not hold now; peers' clocks are ``ahead`` of ours by so many seconds.

    Whose fault it is, the side tells: one that is not valid yet was issued by a clock that is ahead of ours.
    """
    for each in found:
        if each.not_before > now:
            gap = brief((each.not_before - now).total_seconds())
            message = f"{each.file} holds from {instant(each.not_before)} on, which is {gap} away"
            hint = "this machine's clock is behind that of the machine that issued it: set it (timedatectl)"
            yield replace(error("EB548", message, hint), file=each.file)
        elif each.not_after <= now:
            message = f"{each.file} expired {brief((now - each.not_after).total_seconds())} ago"
            peers = None if ahead is None else now + timedelta(seconds=ahead)
            if peers is not None and peers < each.not_after:
                hint = "by the peers' clocks it holds: this machine's is ahead, set it (timedatectl)"
            elif each.is_ca:
                hint = NEW_PKI
            else:
                hint = f"make it anew: etcdboot certs renew {each.name}"
            yield replace(error("EB548", message, hint), file=each.file)
