"""Judge certificates and keys: all that a spec has in ``pki/`` and ``out/``, or files by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from etcdboot.base.addresses import Host
from etcdboot.base.diagnostics import Diagnostic, Severity, warning
from etcdboot.base.errors import ExitCode, first_of
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.effects.files.scan import mode_of, own_user, survey
from etcdboot.effects.files.user_files import read_given, shown_name
from etcdboot.formats import shell
from etcdboot.pki.inspection import rendered_copies
from etcdboot.pki.inspection.file_inspection import portraits
from etcdboot.pki.inspection.file_verification import Given, Question, all_of
from etcdboot.pki.inspection.status import Row, rows
from etcdboot.pki.store.issued_register import certificate_name, is_authority
from etcdboot.pki.store.permissions import Kept, Kind, is_beside, loose, strays
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.plan.certificate_request import CertKind, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.pki_state import placed
from etcdboot.workflows.certs.show import unreadable
from etcdboot.workflows.certs.status import judged, row_json

# What makes the whole unsafe, or no use at all; the rest is put right by issuing, renewing or rendering.
_REFUSED = frozenset({"EB301", "EB302", "EB304", "EB305", "EB306", "EB343", "EB347"})


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found; ``rows`` are the planned certificates (none without a spec), ``files`` a count."""

    findings: tuple[Diagnostic, ...]
    files: int
    rows: tuple[Row, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """Refused for what is unsafe or unusable, drift for the other errors."""
        errors = [finding for finding in self.findings if finding.severity is Severity.ERROR]
        refused = [ExitCode.REFUSED for row in self.rows if row.entry.refusals]
        codes = [ExitCode.REFUSED if finding.code in _REFUSED else ExitCode.DRIFT for finding in errors]
        return first_of([*codes, *refused])

    def as_json(self) -> dict[str, object]:
        """The keys that ``-w json`` prints."""
        return {"files": self.files, "certificates": [row_json(row) for row in self.rows]}


def verify(
    plan: ClusterPlan, pki_dir: Path, out_dir: Path, *, now: Callable[[], datetime] = clock.now
) -> Verified:
    """Judge what stands in ``pki/``, and in ``out/`` where that is.

    Raises:
        Missing: the disk said no.
        Refused: something is in the way, or another etcdboot is writing there.
    """
    moment = now()
    found = rows(judged(plan, pki_dir, moment), moment)
    pki, out = survey(pki_dir), survey(out_dir)
    asked, written = _planned(plan), _written(pki_dir)
    findings = (
        *(placed(problem, pki_dir) for row in found for problem in row.problems),
        *_below(pki_dir, (*loose(pki, own_user()), *strays(pki, written | asked, lambda path: True))),
        *_below(pki_dir, _departed(pki, written - asked)),
        *_below(out_dir, _of_out(plan, pki, out, moment)),
    )
    files = sum(kept.kind is Kind.FILE for kept in (*pki, *out))
    return Verified(findings, files, found)


def verify_files(
    names: Iterable[str],
    role: CertKind | None = None,
    host: Host | None = None,
    *,
    now: Callable[[], datetime] = clock.now,
) -> Verified:
    """Judge files against one another; ``role`` and ``host`` are what the certificates are to be good for.

    Raises:
        Missing: EB003, a file is not there or cannot be read.
    """
    moment = now()
    contents = [(name, read_given(name)) for name in names]
    given, findings = [], []
    for name, content in contents:
        shown = shown_name(name)
        try:
            given.append(Given(shown, portraits(content, moment)))
        except Unreadable as cause:
            findings.append(unreadable(shown, str(cause)))
            continue
        if not given[-1].portraits:
            findings.append(unreadable(shown, "there is neither PEM nor DER in it"))
        findings += _open_to_others(name, given[-1])
    return Verified((*findings, *all_of(given, Question(role, host), moment)), len(contents))


def _open_to_others(name: str, given: Given) -> Iterator[Diagnostic]:
    mode = mode_of(name) if any(portrait.kind == "key" for portrait in given.portraits) else None
    if mode is not None and mode & 0o077:
        message = f"the key can be read by others (mode {mode:04o})"
        yield replace(warning("EB345", message, "chmod 0600 it", name), file=name)


def _written(pki_dir: Path) -> frozenset[str]:
    """The files that the manifest of ``pki/`` records as written by etcdboot."""
    with open_pairs(pki_dir, writing=False) as tree:
        return frozenset(tree.manifest.paths())


def _planned(plan: ClusterPlan) -> frozenset[str]:
    """The files of ``pki/`` that the plan asks for."""
    return frozenset(str(path) for request in plan.certificates for path in pair_paths(request.name))


def _departed(kept: Iterable[Kept], unplanned: frozenset[str]) -> Iterator[Diagnostic]:
    """EB324: each private key of a member or client that the spec no longer has."""
    for file in kept:
        path = str(file.path)
        if path not in unplanned or is_beside(path) or not file.is_key:
            continue
        name = certificate_name(path.replace("-key.pem", ".pem")) or path
        remove = f"remove {path} and its certificate"
        revoke = f"if the certificate may be in use: etcdboot certs revoke {shell.quote(name)}; then {remove}"
        message = f"{path} is the key of {name}, which the spec no longer has"
        yield Diagnostic(Severity.NOTE, "EB324", message, remove if is_authority(name) else revoke, path)


def _of_out(
    plan: ClusterPlan, pki: tuple[Kept, ...], out: tuple[Kept, ...], now: datetime
) -> Iterator[Diagnostic]:
    contents = {str(kept.path): kept.content for kept in pki if kept.kind is Kind.FILE}
    there = {str(kept.path): kept.content for kept in out if kept.kind is Kind.FILE}
    authorities = [pair_paths(request.name).certificate for request in plan.certificates if request.is_ca]
    yield from loose(out, own_user())
    misplaced = list(
        rendered_copies.misplaced([contents[str(path)] for path in authorities if str(path) in contents], out)
    )
    yield from misplaced
    told = {finding.path for finding in misplaced}
    for finding in strays(out, rendered_copies.planned(plan), _is_of_pki):
        if finding.path not in told:
            yield finding
    yield from rendered_copies.lagging(plan, contents, there, now)


def _is_of_pki(path: PurePosixPath) -> bool:
    """Whether a path below ``out/`` is in a member's pki/; the rest of the trees is ``render --check``'s."""
    return len(path.parts) > 2 and path.parts[1] == "pki"


def _below(root: Path, findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    for finding in findings:
        yield replace(finding, file=str(root / finding.path))
