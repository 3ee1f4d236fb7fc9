"""How every planned certificate stands: what is there, how long it lasts, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from etcdboot.base.diagnostics import Diagnostic, error, has_errors
from etcdboot.base.errors import ExitCode, first_of
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.pki.store.audit import due
from etcdboot.pki.store.expiry import Within, is_due, margin, residual
from etcdboot.pki.store.inventory import Entry
from etcdboot.plan.certificate_request import CertRequest
from etcdboot.spec.spec import CertificateSource

# Half a pair: who has only certificates may still ask how they stand. Due: said here, by another measure.
_NOT_HERE = frozenset({"EB310", "EB320"})


class State(StrEnum):
    """How one certificate stands; where several apply, the first."""

    MISSING = "missing"  # planned, and not there
    DAMAGED = "damaged"  # cannot be read, or is not what its place asks for
    EXPIRED = "expired"
    UNFIT = "unfit"  # there, and not what the plan wants
    DUE = "due"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate; ``residual`` in seconds (None: there is none to look at)."""

    entry: Entry
    state: State
    residual: int | None
    due: bool
    problems: tuple[Diagnostic, ...]

    @property
    def request(self) -> CertRequest:
        """What the plan wants."""
        return self.entry.request

    @property
    def has_key(self) -> bool:
        """Whether its private key is there too."""
        return self.entry.found.key is not None

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names that it should certify and does not."""
        shown = self.entry.facts.sans if self.entry.facts else ()
        return tuple(str(san) for san in self.request.sans if san not in shown)


def rows(entries: Iterable[Entry], now: datetime, within: Within | None = None) -> tuple[Row, ...]:
    """Each certificate as it stands, in the same order."""
    return tuple(_row(entry, now, within) for entry in entries)


def exit_code(found: Iterable[Row]) -> ExitCode:
    """Ok only when every certificate is there, fits and is not due."""
    return first_of([code for row in found for code in _codes(row)])


def _codes(row: Row) -> Iterator[ExitCode]:
    if row.entry.refusals:
        yield ExitCode.REFUSED
    if row.state is not State.OK:
        yield ExitCode.DRIFT


def _row(entry: Entry, now: datetime, within: Within | None) -> Row:
    request, facts = entry.request, entry.facts
    if facts is None:
        absent = entry.found.certificate is None
        problems = (*entry.refusals, *entry.findings) or (_missing(request),)
        return Row(entry, State.MISSING if absent else State.DAMAGED, None, due=False, problems=problems)
    findings = (
        *(each for each in entry.findings if each.code not in _NOT_HERE),
        *due(request, facts, now, margin(request, facts, within)),
    )
    left = residual(facts, now)
    return Row(
        entry,
        _state(entry, findings, left),
        left,
        is_due(request, facts, now, within),
        (*entry.refusals, *findings),
    )


def _state(entry: Entry, findings: tuple[Diagnostic, ...], left: int) -> State:
    if left <= 0:
        return State.EXPIRED
    if entry.refusals:
        return State.DAMAGED
    if has_errors(findings):
        return State.UNFIT
    return State.DUE if any(each.code == "EB320" for each in findings) else State.OK


def _missing(request: CertRequest) -> Diagnostic:
    return error("EB340", f"{request.name} is planned and not there", _REMEDIES[request.source], request.name)


_REMEDIES = {
    CertificateSource.ISSUED: "make it with: etcdboot certs",
    CertificateSource.CSR: "have the member's request signed: etcdboot certs sign",
    CertificateSource.PROVIDED: "take over what others signed: etcdboot certs adopt",
}
