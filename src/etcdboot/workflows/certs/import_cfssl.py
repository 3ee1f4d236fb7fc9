"""From cfssl to etcdboot: its JSON files become a spec, its PKI folder a ``pki/`` of ours."""

from __future__ import annotations

from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, error, has_errors, warning
from etcdboot.base.errors import ExitCode, SpecError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.cfssl import spec_writer
from etcdboot.cfssl.converter import Translation, translate
from etcdboot.cfssl.documents import Evidence, Policy, Shown, Wish
from etcdboot.effects.files.user_files import STDIN, folder_of, write_new
from etcdboot.pki.adoption import assignment
from etcdboot.pki.adoption.adoption import Offer
from etcdboot.pki.adoption.pair_matching import Match, Matched
from etcdboot.plan.certificate_request import PEER_CA, CertRequest
from etcdboot.spec.loader import load
from etcdboot.spec.spec import CaLayout
from etcdboot.workflows.certs.adopt_pairs import adopt_files
from etcdboot.workflows.certs.import_cfssl_files import Gathered, gather
from etcdboot.workflows.certs.issue import CertsResult
from etcdboot.workflows.cluster import Cluster, cluster_of, open_certified
from etcdboot.workflows.init import cluster_name, ignore_keys, written_release

_MEMBERS = "EB395"  # whom the hosts were taken for; a spec that is there knows better
_NOTHING = CertsResult((), (), ())


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What the user asks for: ``names`` are cfssl's files and folders, ``file`` is the spec, there or not."""

    names: tuple[str, ...]
    file: str
    pki_dir: Path | None = None
    name: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The spec's text, or the section's where a spec is there; ``written`` is the new spec's file."""

    text: str
    cluster: Cluster
    certs: CertsResult
    diagnostics: tuple[Diagnostic, ...]
    written: Path | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Drift when what was adopted does not fit, as ``certs`` has it."""
        return self.certs.exit_code


def import_cfssl(request: ImportRequest) -> ImportResult:
    """Read the files, say what they come to, and adopt the pairs among them.

    A spec that is there is not touched; for ``-`` nothing is written at all.

    Raises:
        Missing: EB003, a file is not there; or the disk said no.
        SpecError: a file is not what cfssl reads (EB385, EB386), it cannot be told which belong together
            (EB399), no member can be told (EB396), or the spec would not pass ``check``.
        Refused: what stands in ``pki/`` is in the way, or a CA is not sound; nothing was written.
    """
    gathered = gather(request.names)
    told = list(gathered.told)
    authorities = assignment.authorities(gathered.matched.authorities, told)
    if has_errors(told):
        raise SpecError(*told)
    found = translate(_evidence(gathered, authorities))
    told += found.told
    is_new = request.file == STDIN or not Path(request.file).exists()
    if not is_new:
        told = [each for each in told if each.code != _MEMBERS]
        cluster = open_certified(request.file, request.pki_dir, assumed=_layout(authorities))
        text = spec_writer.section(found.beside(cluster.plan), gathered.sources)
    else:
        text = _new_spec(request, found, gathered.sources, told)
        cluster = cluster_of(load(text, request.file), folder_of(request.file))
    certs, unplaced = _adopt(request, cluster, authorities, gathered.matched)
    result = ImportResult(text, cluster, certs, (*told, *cluster.diagnostics, *unplaced))
    if not is_new or request.file == STDIN:
        return result
    write_new(Path(request.file), text.encode(), remedy="name another file with -f")
    ignored = ignore_keys(folder_of(request.file))
    return replace(result, written=Path(request.file), diagnostics=(*result.diagnostics, *ignored))


# --- what becomes of it


def _layout(authorities: dict[str, Match]) -> CaLayout | None:
    """The layout of the CAs among the files; None without any."""
    if not authorities:
        return None
    return CaLayout.SPLIT if PEER_CA in authorities else CaLayout.SHARED


def _evidence(gathered: Gathered, authorities: dict[str, Match]) -> Evidence:
    contents = [each.content for each in gathered.documents]
    return Evidence(
        tuple(each for each in contents if isinstance(each, Policy)),
        tuple(each for each in contents if isinstance(each, Wish)),
        {name: Shown(each.file, each.facts) for name, each in authorities.items()},
        tuple(Shown(each.file, each.facts) for each in gathered.matched.leaves),
    )


def _new_spec(
    request: ImportRequest, found: Translation, sources: tuple[str, ...], told: list[Diagnostic]
) -> str:
    if not found.cast.members:
        message = "the files name no host that is a member's"
        hint = "make a spec with `etcdboot init HOST…`, then import into it"
        raise SpecError(*told, error("EB396", message, hint))
    release = written_release(request.release) if request.release else None
    name = cluster_name(request.name, folder_of(request.file))
    return spec_writer.whole(found.cluster(name, release), sources)


def _adopt(
    request: ImportRequest, cluster: Cluster, authorities: dict[str, Match], matched: Matched
) -> tuple[CertsResult, tuple[Diagnostic, ...]]:
    """The pairs into ``pki/``, each in the places that it is for."""
    requests: tuple[CertRequest, ...] = cluster.plan.certificates
    planned = {each.name for each in requests}
    told = [
        replace(warning("EB397", f"left out: the spec has no {name}"), path=each.file, file=each.file)
        for name, each in authorities.items()
        if name not in planned
    ]
    chosen = {name: each for name, each in authorities.items() if name in planned}
    chosen |= assignment.assigned(requests, matched.leaves, told)
    if request.file == STDIN or not chosen:
        return _NOTHING, tuple(told)
    offers = [Offer(name, each.certificate, each.key, each.file) for name, each in chosen.items()]
    return adopt_files(cluster.plan, request.pki_dir or cluster.folder / "pki", offers, lenient=True), tuple(
        told
    )
