"""Who was revoked: the register beside the revocation lists, from which each list is made.

A list can be lost or spoilt and made again; what was revoked stands here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.pki.x509.crl_entry import Reason, Revoked

REGISTER = PurePosixPath("revoked.json")
VERSION = 1


@dataclass(frozen=True, slots=True)
class Roll:
    """What one CA has revoked, by serial number, and the number of its last list (0: there is none)."""

    number: int = 0
    revoked: tuple[Revoked, ...] = ()

    def with_(self, more: Iterable[Revoked]) -> Roll:
        """The same with more entries; one that is there already stays as it is."""
        known = {each.serial: each for each in (*more, *self.revoked)}
        return replace(self, revoked=tuple(known[serial] for serial in sorted(known)))

    def after(self, now: datetime) -> tuple[Revoked, ...]:
        """Those that still matter: what has expired may leave a list (RFC 5280 section 3.3)."""
        return tuple(each for each in self.revoked if each.until > now)


class RegisterProblem(ValueError):
    """The register cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Register:
    """All that was ever revoked, a roll for each CA."""

    rolls: Mapping[str, Roll] = field(default_factory=dict)

    def of(self, ca_name: str) -> Roll:
        """One CA's roll."""
        return self.rolls.get(ca_name, Roll())

    def with_(self, ca_name: str, roll: Roll) -> Register:
        """The same with another roll for one CA."""
        return Register({**self.rolls, ca_name: roll})

    @property
    def serials(self) -> Mapping[int, Revoked]:
        """Every entry by its serial number."""
        return {each.serial: each for roll in self.rolls.values() for each in roll.revoked}

    def dump(self) -> bytes:
        """The file's bytes: sorted JSON, so equal registers are equal files."""
        body = {
            "etcdboot-revoked": VERSION,
            "authorities": {
                name: {"number": roll.number, "revoked": [_entry(each) for each in roll.revoked]}
                for name, roll in self.rolls.items()
            },
        }
        return (json.dumps(body, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def parse(cls, text: bytes) -> Register:
        """The register in those bytes.

        Raises:
            RegisterProblem: they hold none that we understand.
        """
        try:
            body = json.loads(text)
            if body["etcdboot-revoked"] > VERSION:
                raise RegisterProblem("a newer etcdboot wrote it")
            return cls({str(name): _roll(each) for name, each in body["authorities"].items()})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
            if isinstance(cause, RegisterProblem):
                raise
            raise RegisterProblem(f"not a register of etcdboot ({cause})") from None


def _entry(each: Revoked) -> dict[str, str]:
    return {
        "serial": f"{each.serial:x}",
        "name": each.name,
        "when": _instant(each.when),
        "until": _instant(each.until),
        "reason": str(each.reason),
    }


def _roll(body: Mapping[str, object]) -> Roll:
    number, revoked = body["number"], body["revoked"]
    if not isinstance(number, int) or not isinstance(revoked, list):
        raise RegisterProblem("not a register of etcdboot")
    found = (
        Revoked(
            serial=int(each["serial"], 16),
            name=str(each["name"]),
            when=_moment(each["when"]),
            until=_moment(each["until"]),
            reason=Reason(each["reason"]),
        )
        for each in revoked
    )
    return Roll(number).with_(found)


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
