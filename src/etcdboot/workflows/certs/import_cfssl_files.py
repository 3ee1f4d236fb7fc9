"""cfssl's files, read and told apart by what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, Severity, error, has_errors
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.base.manifest import MANIFEST
from etcdboot.cfssl import documents
from etcdboot.cfssl.documents import Document
from etcdboot.effects.files.user_files import names_in, read_given
from etcdboot.pki.adoption import pair_matching
from etcdboot.pki.adoption.pair_matching import Matched, PemFile


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
    for name in names:
        others = []
        is_named = not Path(name).is_dir()
        for file, content in _files(name):
            if content is not None and _is_json(file, content):
                read.append(_document(file, content, is_named=is_named))
            elif content is not None and _is_pem(content):
                pem.append(PemFile(file, content))
            else:
                others.append(file)
        told += _neither(name, others, is_named=is_named)
    matched = pair_matching.matched(pem)
    told += [each for document in read for each in document.told]
    used = [each for each in read if each.content]
    if not (matched.authorities or matched.leaves or used or has_errors(told)):
        message = f"there is nothing of cfssl's in {', '.join(names)}"
        hint = "name a folder with its JSON or PEM files, or the files themselves"
        told.append(error("EB386", message, hint))
    sources = (*(each.content.place.file for each in used if each.content), *(each.name for each in pem))
    return Gathered(tuple(read), matched, (*told, *matched.told), sources)


def _files(name: str) -> Iterator[tuple[str, bytes | None]]:
    """A file, or those of a folder, with what they hold; None for a folder, a pipe and the like."""
    folder = Path(name)
    if not folder.is_dir():
        yield name, read_given(name)
        return
    for file in (folder / each for each in names_in(folder) if each != str(MANIFEST)):
        yield str(file), read_given(str(file)) if file.is_file() else None


def _is_json(file: str, content: bytes) -> bool:
    return file.lower().endswith(".json") or content.lstrip().startswith(b"{")


def _is_pem(content: bytes) -> bool:
    return b"-----BEGIN CERTIFICATE-----" in content or b"PRIVATE KEY-----" in content


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
