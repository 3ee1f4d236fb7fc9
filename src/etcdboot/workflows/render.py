"""Render: load, plan, gather the certificates, make the files, compare them with ``out/``, write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from etcdboot.base.artifacts import Change, ChangeKind
from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.errors import ExitCode, Refused, SpecError, UsageError, first_of
from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.base.manifest import Manifest
from etcdboot.effects.files.owned_tree import Tree, open_tree
from etcdboot.effects.files.template_files import load_templates
from etcdboot.etcd.releases import next_minor_apart, parse_release
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.csr_script import MAKE_CSR, made_there
from etcdboot.render.diff import difference
from etcdboot.render.operator_steps.changed_steps import changed_steps
from etcdboot.render.operator_steps.changes import changed
from etcdboot.render.operator_steps.host_key_steps import asking_steps
from etcdboot.render.renderer import Material, render
from etcdboot.render.targets import CLIENTS_FOLDER
from etcdboot.spec.spec import ClusterSpec, Settings, Target
from etcdboot.workflows.cluster import Cluster, approved, open_certified
from etcdboot.workflows.host_files import bundles, carried, material

_WAITS = "EB358"  # a certificate whose host has not asked for it


class Pki(StrEnum):
    """Which certificate files the members' trees hold."""

    ALL = "all"
    PUBLIC = "public"  # no keys: for those who check and have none
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What the user asks for; empty and None mean "as the spec has it" or "beside the spec"."""

    file: str
    out: Path | None = None
    pki_dir: Path | None = None
    pki: Pki = Pki.ALL
    targets: tuple[Target, ...] = ()
    settings: Settings | None = None
    members: tuple[str, ...] = ()
    templates: Path | None = None
    check: bool = False
    diff: bool = False
    force: bool = False
    prune: bool = False

    @property
    def writes(self) -> bool:
        """Whether files are to be written, not only compared."""
        return not (self.check or self.diff)


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What was, or would be, done to ``out``; ``diffs`` by path, only where asked for."""

    out: Path
    changes: tuple[Change, ...]
    diffs: Mapping[str, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    exit_code: ExitCode = ExitCode.OK
    next_lines: tuple[str, ...] = ()


def run(request: RenderRequest) -> RenderResult:
    """Render what the request asks for.

    Raises:
        SpecError: the spec is wrong, names no release, or says what a form or a syntax cannot hold.
        Missing: the spec, the template folder or certificates are not there, or the disk said no.
        UsageError: no such member, or a broken template.
        Refused: another etcdboot writes there, or a certificate is damaged or not its key's.
        Drift: a certificate does not fit the plan any more.
    """
    cluster = _as_asked(_opened(request), request)
    _demand_release(cluster)
    _demand_members(cluster.plan, request)
    plan = cluster.plan
    out = request.out or Path(request.file).parent / "out"
    files, remarks = _material(cluster, request)
    artifacts = render(plan, load_templates(request.templates), files)
    kept = tuple(artifact for artifact in artifacts if _in_scope(str(artifact.path), request))
    with open_tree(out, writing=request.writes) as tree:
        changes = tree.compare(kept, within=lambda path: _in_scope(path, request))
        result = RenderResult(out, changes, diagnostics=cluster.diagnostics + remarks)
        leaps = tuple(_leaps(plan, tree.manifest, request))
        if request.writes:
            return _written(tree, result, plan, request, leaps)
        return _compared(result, request, leaps)


def _opened(request: RenderRequest) -> Cluster:
    """The cluster; without certificates the files are the same for every layout of CAs."""
    elsewhere = request.pki is Pki.NONE
    return open_certified(request.file, request.pki_dir, elsewhere=elsewhere, complete=True)


def _demand_release(cluster: Cluster) -> None:
    """SpecError (EB456) unless every member's release is written: files are for one release."""
    spec: ClusterSpec = cluster.spec
    shared = spec.etcd.version or spec.defaults.version
    if shared is None and not all(member.version for member in spec.members):
        message = "no etcd release is written, and rendered files are for one release"
        hint = f'write the one on the hosts, as in  etcd: {{version: "{cluster.plan.members[0].release}"}}'
        raise SpecError(cluster.source.placed(error("EB456", message, hint, "etcd.version")))


def _as_asked(cluster: Cluster, request: RenderRequest) -> Cluster:
    """The cluster as if the spec said the settings and targets asked for, judged like that; SpecError."""
    written = cluster.spec.render
    settings, targets = request.settings or written.settings, request.targets or written.targets
    if (settings, targets) == (written.settings, written.targets):
        return cluster
    spec = replace(cluster.spec, render=replace(written, settings=settings, targets=targets))
    plan = replace(cluster.plan, settings=settings, targets=targets)
    judged = (*cluster.remarks, *approved(spec, plan, cluster.source))
    return replace(cluster, spec=spec, plan=plan, diagnostics=judged)


def _demand_members(plan: ClusterPlan, request: RenderRequest) -> None:
    for name in request.members:
        if plan.member(name) is None:
            known = ", ".join(member.name for member in plan.members)
            raise UsageError.because("EB457", f"there is no member {name}", f"the members are {known}")


def _in_scope(path: str, request: RenderRequest) -> bool:
    """Whether a file of ``out/`` is this run's business; what is not is neither written nor called stale."""
    folder, slash, rest = path.partition("/")
    if request.members and (not slash or folder.lower() not in {name.lower() for name in request.members}):
        return False
    in_pki = rest.startswith("pki/") or (folder == CLIENTS_FOLDER and rest.endswith(".pem"))
    is_key = rest.endswith("-key.pem")
    return not in_pki or request.pki is Pki.ALL or (request.pki is Pki.PUBLIC and not is_key)


def _material(cluster: Cluster, request: RenderRequest) -> tuple[Material, tuple[Diagnostic, ...]]:
    """The certificate files of all trees, judged before they are handed on, and what is worth saying."""
    concerned = _concerned(cluster.plan, request)
    if request.pki is Pki.NONE:
        return {}, ()
    public = request.pki is Pki.PUBLIC
    own = carried(concerned, cluster.folder, public=public)
    if not any(member.certificates for member in concerned.members):
        return own, ()
    folder = cluster.pki
    files = material(concerned, folder, public=public).members
    given = bundles(concerned, folder, public=public)
    from etcdboot.workflows.certs.precheck import vouch

    waiting = tuple(_waiting(concerned, files))
    trees = {name: files[name] + own[name] for name in own}
    trees.update((f"{CLIENTS_FOLDER}/{name}", bundle) for name, bundle in given.items())
    return trees, (*vouch(concerned, folder), *waiting)


def _waiting(plan: ClusterPlan, files: Material) -> Iterable[Diagnostic]:
    """A note for each member whose host has not asked for all its certificates yet."""
    for member in plan.members:
        there = {file.path.name for file in files[member.name]}
        names = [
            request.name
            for request in made_there(member)
            if pair_paths(request.name).certificate.name not in there
        ]
        if names:
            message = f"no certificate yet: {', '.join(names)}"
            hint = f"run {MAKE_CSR} on its host, bring the requests here, then: etcdboot certs sign DIR"
            yield Diagnostic(Severity.NOTE, _WAITS, message, hint, member.name)


def _concerned(plan: ClusterPlan, request: RenderRequest) -> ClusterPlan:
    """The plan with the members that this run renders; the clients belong to none of them."""
    if not request.members:
        return plan
    names = {name.lower() for name in request.members}
    members = tuple(member for member in plan.members if member.name.lower() in names)
    return replace(plan, members=members, clients=())


def _leaps(plan: ClusterPlan, manifest: Manifest, request: RenderRequest) -> Iterable[Diagnostic]:
    """Members whose files were for a release more than one minor away: etcd has no guard of its own."""
    for member in plan.members:
        text = manifest.releases.get(member.name)
        if text is None or request.force:
            continue
        before = parse_release(text)
        if not next_minor_apart(before, member.release):
            message = (
                f"member {member.name} goes from etcd {before} to {member.release}, over a minor between"
            )
            hint = "render and run each minor in turn; if the member never ran, say --force"
            yield error("EB458", message, hint, member.name)


def _written(
    tree: Tree, result: RenderResult, plan: ClusterPlan, request: RenderRequest, leaps: tuple[Diagnostic, ...]
) -> RenderResult:
    if leaps:
        return replace(result, diagnostics=result.diagnostics + leaps, exit_code=ExitCode.REFUSED)
    known = {member.name for member in plan.members}
    releases = {name: text for name, text in tree.manifest.releases.items() if name in known}
    rendered = _concerned(plan, request)
    others = bool(releases.keys() - {member.name for member in rendered.members})
    releases.update((member.name, str(member.release)) for member in rendered.members)
    try:
        tree.write(result.changes, releases=releases, force=request.force, prune=request.prune)
    except Refused as cause:
        refusals = tuple(_placed(refusal, result.out) for refusal in cause.diagnostics)
        return replace(result, diagnostics=result.diagnostics + refusals, exit_code=cause.exit_code)
    stale = () if request.prune else tuple(_stale(result))
    lines = _next(rendered, plan, result, request, others=others)
    return replace(result, diagnostics=result.diagnostics + stale, next_lines=lines)


def _next(
    plan: ClusterPlan, whole: ClusterPlan, result: RenderResult, request: RenderRequest, *, others: bool
) -> tuple[str, ...]:
    """What a human does now: first, get the certificates that members still lack."""
    waiting = {found.path for found in result.diagnostics if found.code == _WAITS}
    if waiting:
        return asking_steps(plan.members, waiting, str(result.out), request.file)
    found = changed(plan, result.changes)
    return changed_steps(plan, whole, found, str(result.out), request.file, others=others)


def _compared(result: RenderResult, request: RenderRequest, leaps: tuple[Diagnostic, ...]) -> RenderResult:
    drifted = any(change.kind is not ChangeKind.SAME for change in result.changes)
    codes = [ExitCode.DRIFT] if request.check and drifted else []
    return replace(
        result,
        diffs=_diffs(result.changes) if request.diff else {},
        diagnostics=result.diagnostics + leaps,
        exit_code=first_of([*codes, *(ExitCode.REFUSED for _ in leaps)]),
    )


def _diffs(changes: tuple[Change, ...]) -> dict[str, str]:
    from etcdboot.pki.inspection.diff_text import describe  # here, for only a diff reads certificates

    texts = ((str(change.artifact.path), difference(change, describe)) for change in changes)
    return {path: text for path, text in texts if text}


def _stale(result: RenderResult) -> Iterable[Diagnostic]:
    for change in result.changes:
        if change.kind is ChangeKind.STALE:
            message = f"{change.artifact.path} is no longer planned"
            found = warning("EB459", message, "remove it with --prune", str(change.artifact.path))
            yield _placed(found, result.out)


def _placed(diagnostic: Diagnostic, out: Path) -> Diagnostic:
    return replace(diagnostic, file=str(out / diagnostic.path)) if diagnostic.path else diagnostic
