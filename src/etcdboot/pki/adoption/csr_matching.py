"""Which of the plan's certificates a request is for: by its file's name, its key, its subject. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.observations.certificate import CsrFacts
from etcdboot.pki.x509.csr_policy import excess
from etcdboot.plan.certificate_request import CertRequest, csr_name
from etcdboot.plan.filename_hints import clue


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: the file's name, and what it asks for."""

    file: str
    facts: CsrFacts


# Each narrows the certificates that it may be for; one that leaves none has nothing to say.
Clues = Callable[[CertRequest, Asked, Collection[str]], bool]


def recognised(
    asked: Asked, requests: Iterable[CertRequest], holders: Collection[str] = ()
) -> CertRequest | Diagnostic:
    """The certificate that a request is for, or why nobody can tell.

    ``holders`` are the names of the certificates whose key it is, as far as ``pki/`` tells. What the file is
    called counts first (``etcd1-server.csr``), then the key, then the subject with the kind in the file's
    name, then which certificate allows what it asks for.
    """
    left = tuple(requests)
    for fits in _CLUES:
        left = tuple(each for each in left if fits(each, asked, holders)) or left
        if len(left) == 1 and fits(left[0], asked, holders):
            return left[0]
    return _unknown(asked, left)


def _is_called_so(request: CertRequest, asked: Asked, holders: Collection[str]) -> bool:
    return _stem(asked).lower() == PurePosixPath(csr_name(request.name)).stem.lower()


def _has_its_key(request: CertRequest, asked: Asked, holders: Collection[str]) -> bool:
    return request.name in holders


def _has_its_subject(request: CertRequest, asked: Asked, holders: Collection[str]) -> bool:
    common_name = asked.facts.common_name or clue(_stem(asked)).owner
    return common_name == request.common_name


def _is_of_its_kind(request: CertRequest, asked: Asked, holders: Collection[str]) -> bool:
    return _has_its_subject(request, asked, holders) and request.kind in clue(_stem(asked)).kinds


def _allows_it(request: CertRequest, asked: Asked, holders: Collection[str]) -> bool:
    return _has_its_subject(request, asked, holders) and not excess(request, asked.facts)


_CLUES: tuple[Clues, ...] = (_is_called_so, _has_its_key, _is_of_its_kind, _has_its_subject, _allows_it)


def _stem(asked: Asked) -> str:
    stem = PurePosixPath(asked.file).stem
    for end in ("-csr", "_csr", ".csr", "-req", ".req"):  # cfssl and its users
        stem = stem.removesuffix(end)
    return stem


def _unknown(asked: Asked, left: Collection[CertRequest]) -> Diagnostic:
    whose = asked.facts.common_name
    near = [each for each in left if each.common_name == whose] or list(left)
    hint = f"call the file {csr_name(near[0].name)} or the like, or say --as {near[0].name}" if near else ""
    names = f": {' or '.join(each.name for each in near)}?" if 1 < len(near) <= 3 else ""
    message = f"which certificate is {asked.file} for{names or ', nobody can tell'}"
    return replace(error("EB354", message, hint, asked.file), file=asked.file)
