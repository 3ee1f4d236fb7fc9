"""Whether a revocation list is what its CA's register asks for, and how long it holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from etcdboot.base.diagnostics import Diagnostic, error, warning
from etcdboot.base.durations import format_lifetime
from etcdboot.observations.certificate import CrlFacts
from etcdboot.pki.store.revocation_register import Roll
from etcdboot.plan.revocation_lists import CrlRequest, crl_paths


def judge(request: CrlRequest, facts: CrlFacts | None, roll: Roll, now: datetime) -> tuple[Diagnostic, ...]:
    """What is to be said of a CA's list; ``facts`` None: it is not there."""
    path = crl_paths(request.ca_name).der
    anew = "make it anew with: etcdboot certs crl"
    if facts is None:
        hint = "make it with: etcdboot certs"
        return (error("EB370", f"{request.ca_name} has no revocation list, {path}", hint, str(path)),)
    return tuple(_flaws(request, facts, roll, now, str(path), anew))


def _flaws(
    request: CrlRequest, facts: CrlFacts, roll: Roll, now: datetime, path: str, anew: str
) -> Iterator[Diagnostic]:
    if not facts.is_der:
        yield error("EB371", f"{path} is in PEM form: from 3.6, etcd refuses every client then", anew, path)
    if not facts.signed:
        yield error("EB372", f"{path} is not signed by {request.ca_name}", anew, path)
    lacking = [each.name for each in roll.after(now) if each.serial not in facts.serials]
    if lacking:
        yield error("EB373", f"{path} does not tell of {', '.join(lacking)}", anew, path)
    left = facts.next_update - now
    if left.total_seconds() <= 0:
        message = f"{path} ran out on {facts.next_update.date()}: etcd goes by it still, others may not"
        yield warning("EB374", message, anew, path)
    elif left.total_seconds() <= request.lifetime / 3:
        spare = format_lifetime(max(int(left.total_seconds()) // 3600, 1) * 3600)
        yield warning("EB374", f"{path} holds for {spare} more, until {facts.next_update.date()}", anew, path)
