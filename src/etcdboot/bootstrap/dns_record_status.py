"""How single records fit, and what is said of those that do not: one row for each way of being wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.observations.dns_answers import RecordType


class Status(StrEnum):
    """How one record fits."""

    OK = "ok"
    MISSING = "missing"
    WRONG_TARGET = "wrong target"
    WRONG_PORT = "wrong port"
    WRONG_SCHEME = "wrong scheme"
    SURPLUS = "surplus"
    JOINER = "joiner"
    DUPLICATE = "duplicate"
    UNRESOLVED = "unresolved"
    WRONG_ADDRESS = "wrong address"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One record that is wanted, seen, or both; ``because`` says more of what is not seen."""

    name: str
    type: RecordType
    expected: str | None
    seen: str | None
    status: Status
    because: str = ""

    def as_json(self) -> dict[str, str | None]:
        """One of the ``records`` of ``-w json``."""
        return {
            "name": self.name,
            "type": str(self.type),
            "expected": self.expected,
            "seen": self.seen,
            "status": str(self.status),
        }

    @property
    def told(self) -> str:
        """What is seen, what is wanted, or the one instead of the other."""
        return " instead of ".join(dict.fromkeys(each for each in (self.seen, self.expected) if each))


# Status → code, what is said of a name, its records and why they are not there, and the remedy.
_COMPLAINTS: Final = {
    Status.MISSING: (
        "EB577",
        "{name} lacks {records}",
        "add what `etcdboot dns zone` prints for that name",
    ),
    Status.WRONG_PORT: (
        "EB578",
        "{name} leads to the wrong port: {records}",
        "correct the port in the record, or client-port and peer-port in the spec",
    ),
    Status.WRONG_TARGET: (
        "EB579",
        "{name} leads to the wrong target: {records}",
        "correct the target in the record, or the host in the spec: the name enters the ids and is certified",
    ),
    Status.WRONG_SCHEME: (
        "EB580",
        "{name} stands for the other scheme and has {records}",
        "remove it there: etcd takes what is under -ssl for https, the rest for http, and both together",
    ),
    Status.SURPLUS: (
        "EB581",
        "{name} has {records} too many",
        "remove it: members take all that they find for founders, clients for endpoints",
    ),
    Status.DUPLICATE: (
        "EB582",
        "{name} has {records} more than once",
        "keep one, whatever its priority and weight: etcd takes each for a member, and stops",
    ),
    Status.JOINER: (
        "EB588",
        "{name} has {records}, which joins an existing cluster",
        "keep it out: founders count it as one of them; once they have started they ask DNS no more",
    ),
    Status.UNRESOLVED: (
        "EB583",
        "{name} leads nowhere: {because}",
        "add its address record: the others would make a cluster without it, and it would stop",
    ),
    Status.WRONG_ADDRESS: (
        "EB584",
        "{name} leads to {records}",
        "correct the address record, or `address` in the spec",
    ),
    Status.UNKNOWN: (
        "EB576",
        "{name} could not be looked up: {because}",
        "see to the name server: a dnsmasq with nobody to ask, for one, refuses what it does not know",
    ),
}


def complaints(lines: Iterable[Line]) -> Iterator[Diagnostic]:
    """One error for each name and way of being wrong."""
    grouped: dict[tuple[Status, str, RecordType], list[Line]] = {}
    for each in lines:
        if each.status is not Status.OK:
            grouped.setdefault((each.status, each.name, each.type), []).append(each)
    for (status, name, kind), group in grouped.items():
        code, sentence, hint = _COMPLAINTS[status]
        because = group[0].because
        records = ", ".join(each.told for each in group) + (f": {because}" if because else "")
        yield error(code, sentence.format(name=f"{name} {kind}", records=records, because=because), hint)
