"""The record of every certificate that was put into use: ``pki/issued.json``.

A certificate opens its ports until it expires, also after it was renewed or its files were removed. The
record has it, so that it can still be listed and revoked. It holds nothing secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import instant
from etcdboot.formats import json_reader
from etcdboot.formats.characters import CONTROLS_AND_LINE_ENDS
from etcdboot.formats.yaml_reader import Mapping as Table
from etcdboot.formats.yaml_reader import Mark, Node, Sequence
from etcdboot.plan.certificate_request import CA, PEER_CA, ROOTS, CertKind, name_of_stem

ISSUED = PurePosixPath("issued.json")
VERSION: Final = 1
# How long an expired certificate stays in the record: clocks differ, and people look back.
KEPT: Final = timedelta(days=30)
AUTHORITIES: Final = (CA, PEER_CA, *ROOTS.values())

_MARK: Final = "etcdboot-issued"
_ENTRIES: Final = "certificates"
_LONGEST_NAME: Final = 300  # a member's name has 63 characters, a common name 64
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_SERIAL: Final = re.compile(r"[0-9a-f]{1,64}")  # RFC 5280 allows 20 bytes; other CAs have used more
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate: ``ca`` is the plan's CA that signed it, and ``ca_sha256`` that CA's fingerprint."""

    name: str
    ca: str
    ca_sha256: str
    serial: int
    not_before: datetime
    not_after: datetime
    sha256: str

    @property
    def owner(self) -> str:
        """The client (``client/alice``) or the member (``etcd1``) that has it; a CA's own name."""
        return self.name if self.name.startswith("client/") else self.name.partition("/")[0]

    @property
    def is_ca(self) -> bool:
        """Whether it is a CA's."""
        return is_authority(self.name)

    def as_json(self) -> dict[str, object]:
        """The object that the file and ``-w json`` have for it."""
        return {
            "name": self.name,
            "ca": self.ca,
            "ca_sha256": self.ca_sha256,
            "serial": f"{self.serial:x}",
            "not_before": instant(self.not_before),
            "not_after": instant(self.not_after),
            "sha256": self.sha256,
        }


class IssuedProblem(ValueError):
    """The record cannot be read; the text says why, and ``mark`` where."""

    def __init__(self, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.mark = mark


@dataclass(frozen=True, slots=True)
class IssuedRegister:
    """The record: each certificate once, by name and age."""

    certificates: tuple[Issued, ...] = ()

    @property
    def fingerprints(self) -> frozenset[str]:
        """The fingerprints of all of them."""
        return frozenset(issued.sha256 for issued in self.certificates)

    def with_(self, more: Iterable[Issued]) -> IssuedRegister:
        """The same with more entries; one that is recorded already stays as it is."""
        known = {issued.sha256: issued for issued in (*more, *self.certificates)}
        return IssuedRegister(tuple(sorted(known.values(), key=_order)))

    def kept(self, now: datetime) -> IssuedRegister:
        """The same without those that expired long ago."""
        return IssuedRegister(tuple(each for each in self.certificates if each.not_after > now - KEPT))

    def valid(self, now: datetime) -> tuple[Issued, ...]:
        """Those that have not expired."""
        return tuple(issued for issued in self.certificates if issued.not_after > now)

    def dump(self) -> bytes:
        """The file's bytes: sorted JSON, one certificate a line, so that equal records are equal files."""
        lines = (f"  {json.dumps(issued.as_json(), sort_keys=True)}" for issued in self.certificates)
        entries = ",\n".join(lines)
        listed = f"[\n{entries}\n ]" if entries else "[]"
        return f'{{\n "{_MARK}": {VERSION},\n "{_ENTRIES}": {listed}\n}}\n'.encode()

    @classmethod
    def parse(cls, content: bytes) -> IssuedRegister:
        """The record in those bytes.

        Raises:
            IssuedProblem: they hold none that we understand.
        """
        try:
            body = json.loads(content)
        except (ValueError, RecursionError) as cause:
            raise _not_json(content, cause) from None
        try:
            return cls().with_(_entries(body))
        except _Misfit as cause:
            raise IssuedProblem(cause.message, _place(content, cause.path)) from None


def certificate_name(path: str) -> str | None:
    """The name of the certificate in a file of ``pki/``, by its path; None for other files."""
    if not path.endswith(".pem") or path.endswith("-key.pem"):
        return None
    match path.removesuffix(".pem").split("/"):
        case ["clients", stem] if stem:
            return f"client/{name_of_stem(stem)}"
        case ["members", owner, stem] if kind_of(f"{owner}/{stem}"):
            return f"{owner}/{stem}"
        case [stem] | ["rotation", stem] if stem in AUTHORITIES:
            return stem
        case ["retired", stem] if (name := stem.rpartition("-")[0]) in AUTHORITIES:
            return name
    return None


def is_authority(name: str) -> bool:
    """Whether a certificate of that name is a CA's."""
    return "/" not in name


def kind_of(name: str) -> CertKind | None:
    """The kind of certificate that has such a name; None for a name that no certificate has."""
    owner, slash, what = name.partition("/")
    if not slash:
        return CertKind.CA if name in AUTHORITIES else None
    if owner == "client":
        return CertKind.CLIENT if what else None
    return {"server": CertKind.SERVER, "peer": CertKind.PEER}.get(what) if owner else None


def _order(issued: Issued) -> tuple[object, ...]:
    return issued.name, issued.not_before, issued.not_after, issued.sha256


# --- reading: each part of the file has a function that takes it or says what is wrong


class _Misfit(Exception):
    """A part of the file is not what belongs there; ``path`` leads to it."""

    def __init__(self, message: str, path: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.message, self.path = message, path


def _entries(body: object) -> list[Issued]:
    version = body.get(_MARK) if isinstance(body, dict) else None
    if not isinstance(body, dict) or type(version) is not int:
        raise _Misfit("not etcdboot's record of issued certificates", (_MARK,))
    if version != VERSION:
        raise _Misfit(f"version {version} is not known; a newer etcdboot wrote it", (_MARK,))
    listed = body.get(_ENTRIES)
    if not isinstance(listed, list):
        raise _Misfit(f"{_ENTRIES} is not a list", (_ENTRIES,))
    return [_entry(entry, place) for place, entry in enumerate(listed)]


def _entry(body: object, place: int) -> Issued:
    if not isinstance(body, dict):
        raise _Misfit("an entry is not an object", (_ENTRIES, place))
    values: dict[str, Any] = {}
    for key, take in _FIELDS.items():
        try:
            values[key] = take(body.get(key))
        except ValueError as cause:
            raise _Misfit(f"{key} is {cause}", (_ENTRIES, place, key)) from None
    return Issued(**values)


def _text(value: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"not {what}")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or kind_of(value) is None or len(value) > _LONGEST_NAME:
        raise ValueError("not the name of a certificate")
    if CONTROLS_AND_LINE_ENDS.search(value):
        raise ValueError("a name with control characters")
    return value


def _authority(value: object) -> str:
    if value not in AUTHORITIES:
        raise ValueError(f"none of {', '.join(AUTHORITIES)}")
    return str(value)


def _fingerprint(value: object) -> str:
    return _text(value, _SHA256, "a SHA-256 fingerprint (64 lower-case hexadecimal digits)")


def _serial(value: object) -> int:
    return int(_text(value, _SERIAL, "a serial number (lower-case hexadecimal digits)"), 16)


def _moment(value: object) -> datetime:
    what = "an instant such as 2027-11-29T12:00:00Z"
    try:
        return datetime.fromisoformat(_text(value, _MOMENT, what))
    except ValueError:
        raise ValueError(f"not {what}") from None


_FIELDS: Mapping[str, Callable[[object], object]] = {
    "name": _name,
    "ca": _authority,
    "ca_sha256": _fingerprint,
    "serial": _serial,
    "not_before": _moment,
    "not_after": _moment,
    "sha256": _fingerprint,
}


def _not_json(content: bytes, cause: Exception) -> IssuedProblem:
    try:
        json_reader.parse(content.decode())
    except json_reader.JsonProblem as found:
        return IssuedProblem(str(found), found.mark)
    except UnicodeDecodeError as found:
        before = content[: found.start]
        return IssuedProblem("not JSON: not UTF-8", Mark(before.count(b"\n") + 1, _column(before)))
    return IssuedProblem(f"not JSON ({cause})", Mark(1, 1))


def _column(before: bytes) -> int:
    return len(before) - before.rfind(b"\n")


def _place(content: bytes, path: tuple[str | int, ...]) -> Mark:
    """Where in the text the path leads to, as far as it does."""
    try:
        found: Node = json_reader.parse(content.decode())
    except (json_reader.JsonProblem, UnicodeDecodeError) as cause:
        return getattr(cause, "mark", Mark(1, 1))
    for step in path:
        below = _below(found, step)
        if below is None:
            break
        found = below
    return found.mark


def _below(found: Node, step: str | int) -> Node | None:
    if isinstance(found, Sequence) and isinstance(step, int):
        return found.items[step]
    items = found.items if isinstance(found, Table) else ()
    return next((value for key, value in items if key.text == step), None)
