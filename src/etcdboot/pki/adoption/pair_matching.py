"""Which certificates and keys of a heap of files belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.pki.x509.pem_blocks import Block, blocks
from etcdboot.plan.filename_hints import Clue, clue

_KEY = "PRIVATE KEY"


@dataclass(frozen=True, slots=True)
class PemFile:
    """A file, under the name by which its user knows it."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """A certificate with what follows it in its file, and its key where that was among the files."""

    file: str
    certificate: bytes
    facts: CertFacts
    key: bytes | None = field(default=None, repr=False)
    key_file: str = ""

    @property
    def clue(self) -> Clue:
        """What the file's name tells."""
        return clue(PurePosixPath(self.file).stem)


@dataclass(frozen=True, slots=True)
class Matched:
    """All certificates of the files; ``told`` says what was not understood, or is alone."""

    authorities: tuple[Match, ...] = ()
    leaves: tuple[Match, ...] = ()
    told: tuple[Diagnostic, ...] = ()


def matched(files: Iterable[PemFile]) -> Matched:
    """The certificates in the files, each with its key; a certificate that is there twice counts once."""
    told: list[Diagnostic] = []
    contents = [(file.name, blocks(file.content)) for file in files]
    keys = _keys(contents, told)
    found: dict[str, Match] = {}
    for name, parts in contents:
        if not any(part.label == "CERTIFICATE" or part.label.endswith(_KEY) for part in parts):
            told.append(_left(name, "there is no certificate in it, and no key of a kind that etcd reads"))
        for match in _certificates(name, parts, keys, told):
            known = found.setdefault(match.facts.sha256, match)
            if known is not match:
                told.append(_left(name, f"the same certificate stands in {known.file}", Severity.NOTE))
    matches = tuple(found.values())
    of_certificates = {match.facts.public_key for match in matches}
    told += [
        _left(file, "no certificate among the files belongs to this key")
        for public, (file, _) in keys.items()
        if public not in of_certificates
    ]
    return Matched(
        tuple(match for match in matches if match.facts.is_ca),
        tuple(match for match in matches if not match.facts.is_ca),
        tuple(told),
    )


def _keys(
    contents: Iterable[tuple[str, tuple[Block, ...]]], told: list[Diagnostic]
) -> dict[str, tuple[str, bytes]]:
    """The keys by the hash of their public part, each with its file."""
    found: dict[str, tuple[str, bytes]] = {}
    for file, parts in contents:
        for part in parts:
            if part.label.endswith(_KEY):
                try:
                    found.setdefault(public_key_of(part.pem), (file, part.pem))
                except Unreadable as cause:
                    told.append(_left(file, str(cause)))
    return found


def _certificates(
    file: str, parts: Sequence[Block], keys: Mapping[str, tuple[str, bytes]], told: list[Diagnostic]
) -> Iterator[Match]:
    """The certificates of one file; those that follow one that is no CA's are its chain."""
    certificates = [part for part in parts if part.label == "CERTIFICATE"]
    for at, part in enumerate(certificates):
        try:
            facts = read(part.pem, None)
        except Unreadable as cause:
            told.append(_left(file, f"certificate {at + 1} of the file cannot be read: {cause}"))
            continue
        chain = () if facts.is_ca else certificates[at + 1 :]
        key_file, key = keys.get(facts.public_key, ("", None))
        yield Match(file, b"".join((part.pem, *(each.pem for each in chain))), facts, key, key_file)


def _left(file: str, why: str, severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic(severity, "EB397", f"left out: {why}", "", file, file)
