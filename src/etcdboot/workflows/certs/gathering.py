"""cfssl's files, read and told apart by what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from etcdboot.effects.files import names_in, read_given
from etcdboot.ground.report import Diagnostic, Severity, error, has_errors
from etcdboot.ground.values import dataclass, replace
from etcdboot.model.manifest import MANIFEST
from etcdboot.products.cfssl import documents
from etcdboot.products.cfssl.documents import Document
from etcdboot.products.pki import matching
from etcdboot.products.pki.matching import Matched, PemFile


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read: JSON files as documents, PEM files as certificates; ``sources`` are both."""

    documents: tuple[Document, ...]
    matched: Matched
    told: tuple[Diagnostic, ...]
    sources: tuple[str, ...]


def gather(names: Sequence[str]) -> Gathered:
    """Read files, and all that stands in folders, but not what is below them.

    Raises:
        Missing: EB003, one is not there or cannot be read.
    """
    read: list[Document] = []
    pem: list[PemFile] = []
    told: list[Diagnostic] = []
    sources = []
    for name in names:
        folder = Path(name)
        files = [name]
        if folder.is_dir():
            files = [str(folder / each) for each in names_in(folder) if each != str(MANIFEST)]
        others = []
        for file in files:
            content = b"" if Path(file).is_dir() else read_given(file)
            kind = _kind(file, content)
            if kind == "json":
                read.append(_document(file, content, is_named=not folder.is_dir()))
            elif kind == "pem":
                pem.append(PemFile(file, content))
            else:
                others.append(file)
                continue
            sources.append(file)
        told += _neither(name, others, is_named=not folder.is_dir())
    matched = matching.matched(pem)
    told += [each for document in read for each in document.told]
    if not (matched.authorities or matched.leaves or any(each.content for each in read) or has_errors(told)):
        message = f"there is nothing of cfssl's in {', '.join(names)}"
        told.append(
            error("EB386", message, "name a folder with its JSON or PEM files, or the files themselves")
        )
    return Gathered(tuple(read), matched, (*told, *matched.told), tuple(sources))


def _kind(file: str, content: bytes) -> str:
    if file.lower().endswith(".json"):
        return "json"
    if b"-----BEGIN CERTIFICATE-----" in content or b"PRIVATE KEY-----" in content:
        return "pem"
    return "json" if content.lstrip().startswith(b"{") else ""


def _document(file: str, content: bytes, *, is_named: bool) -> Document:
    """A JSON file; one that is not cfssl's is no error where only its folder was named."""
    found = documents.read(content.decode("utf-8", "replace"), file)
    if found.content is None and not is_named:
        told = tuple(
            replace(each, severity=Severity.NOTE) if each.code == "EB386" else each for each in found.told
        )
        return Document(None, told)
    return found


def _neither(name: str, others: list[str], *, is_named: bool) -> Iterator[Diagnostic]:
    """One word about all files of a folder that are neither JSON nor PEM of the kind."""
    if is_named and others:
        yield replace(
            error("EB386", f"{name} is neither JSON of cfssl's nor PEM", "leave it out"), file=name, path=name
        )
    elif others:
        listed = ", ".join(PurePosixPath(each).name for each in others)
        yield Diagnostic(Severity.NOTE, "EB386", f"left out, for they are no input: {listed}", "", name, name)
