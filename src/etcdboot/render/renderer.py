"""From a plan to the files of ``out/``: pure; the tables of ``targets`` say which, the templates how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from etcdboot.base.artifacts import Artifact
from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.errors import SpecError, UsageError
from etcdboot.base.fast_dataclasses import replace
from etcdboot.formats.characters import Unsayable
from etcdboot.formats.templates import Engine, TemplateProblem
from etcdboot.plan.plan import ClientPlan, ClusterPlan, Flag, MemberPlan
from etcdboot.render.launch import launch
from etcdboot.render.targets import CLIENT_FILES, CLIENTS_FOLDER, SETTINGS, TARGETS, FileRow, rows_of
from etcdboot.render.template_context import client_values, cluster_values, member_values
from etcdboot.spec.spec import Settings

Material = Mapping[str, tuple[Artifact, ...]]
_Owner = MemberPlan | ClientPlan | None
# A file of the tables, with its member or client (None: a file of the whole cluster).
_Place = tuple[FileRow, _Owner]


def render(
    plan: ClusterPlan, templates: Mapping[str, str], material: Material | None = None
) -> tuple[Artifact, ...]:
    """All files of ``out/``, sorted by path: each member's tree, each client's, those of the whole cluster.

    ``material`` has the certificate files of each tree, by its folder (``etcd1``, ``clients/root``).
    SpecError with all problems at once: what the settings form (EB451) or a file's syntax (EB452) cannot say,
    and a member whose folder would be in the way (EB453). UsageError (EB450) for a template that fails, which
    no shipped one does.
    """
    problems = [*_clashes(plan), *_inexpressible(plan)]
    if problems:
        raise SpecError(*problems)
    engine = Engine(templates)
    artifacts = [
        replace(each, path=folder / each.path) for folder, files in (material or {}).items() for each in files
    ]
    for row, owner in _places(plan):
        try:
            artifacts.append(_artifact(row, owner, _text(engine, plan, row, owner)))
        except Unsayable as cause:
            problems += _explain(engine, plan, (row, owner), cause)
    if problems:
        raise SpecError(*problems)
    return tuple(sorted(artifacts, key=lambda each: each.path))


def _places(plan: ClusterPlan) -> Iterator[_Place]:
    yield from ((row, member) for member in plan.members for row in rows_of(plan, member))
    yield from ((row, client) for client in plan.clients for row in CLIENT_FILES)
    for target in plan.targets:
        yield from ((row, None) for row in TARGETS[target].cluster_files)


def _text(engine: Engine, plan: ClusterPlan, row: FileRow, owner: _Owner) -> str:
    if isinstance(owner, MemberPlan):
        values = member_values(plan, owner)
    else:
        values = client_values(plan, owner) if owner else cluster_values(plan)
    try:
        return engine.render(row.template, **values)
    except TemplateProblem as cause:
        hint = "correct the template in the folder of --templates, or remove it there"
        raise UsageError(cause.diagnostic(hint)) from cause


def _artifact(row: FileRow, owner: _Owner, text: str) -> Artifact:
    if not isinstance(owner, MemberPlan):
        return Artifact(PurePosixPath(_name(row, owner)), text.encode(), row.mode)
    file = row.file_for(owner)
    return Artifact(
        PurePosixPath(_name(row, owner)),
        text.encode(),
        file.mode,
        file.secret,
        host=file.host,
    )


def _name(row: FileRow, owner: _Owner) -> str:
    """The file's path below ``out/``."""
    if isinstance(owner, MemberPlan):
        return f"{owner.name}/{row.file_for(owner).name}"
    return f"{CLIENTS_FOLDER}/{owner.folder}/{row.name}" if owner else row.name


def _clashes(plan: ClusterPlan) -> Iterator[Diagnostic]:
    """Members whose folder has the name of a file of the whole cluster, or of the clients' folder."""
    files = {row.name.lower(): row.name for target in plan.targets for row in TARGETS[target].cluster_files}
    if plan.clients:
        files[CLIENTS_FOLDER] = f"the clients' folder, {CLIENTS_FOLDER}/,"
    for index, member in enumerate(plan.members):
        file = files.get(member.name.lower())
        if file is not None:
            message = f"the folder of member {member.name} would stand where {file} does"
            yield error("EB453", message, "give the member another name", f"members[{index}].name")


def _inexpressible(plan: ClusterPlan) -> Iterator[Diagnostic]:
    for member in plan.members:
        try:
            launch(member, plan.settings)
        except SpecError as cause:
            yield from cause.diagnostics


def _explain(engine: Engine, plan: ClusterPlan, place: _Place, cause: Unsayable) -> Iterator[Diagnostic]:
    """Which flags of which members the file cannot say, and the settings that can; or, failing that, why.

    Found by asking again for one flag at a time: the quoters know the value, not whose it is.
    """
    row, only = place
    found = [
        each
        for member in _concerned(plan, only)
        for each in _guilty(engine, replace(plan, members=(member,)), row)
    ]
    if found:
        yield from found
        return
    message = f"{_name(row, only)} cannot be written: {cause}"
    yield error("EB452", message, "change that path or name in the spec")


def _concerned(plan: ClusterPlan, owner: _Owner) -> tuple[MemberPlan, ...]:
    """The members whose flags may stand in a file."""
    if isinstance(owner, MemberPlan):
        return (owner,)
    return () if owner else plan.members


def _guilty(engine: Engine, lone: ClusterPlan, row: FileRow) -> Iterator[Diagnostic]:
    """The flags of the only member that the file cannot say; none when it cannot even be said without."""
    member = lone.members[0]
    if _refusal(engine, _telling(lone), row) is not None:
        return
    for flag in member.flags:
        reason = _refusal(engine, _telling(lone, flag), row)
        if reason is not None:
            message = f"member {member.name}: {row.file_for(member).name} cannot say {flag.name}: {reason}"
            forms = (replace(_telling(lone, flag), settings=each) for each in SETTINGS)
            yield error(
                "EB452", message, _hint([each.settings for each in forms if _is_sayable(engine, each)])
            )


def _telling(lone: ClusterPlan, *flags: Flag) -> ClusterPlan:
    """The same plan with these flags alone."""
    return replace(lone, members=(replace(lone.members[0], flags=flags),))


def _refusal(engine: Engine, lone: ClusterPlan, row: FileRow) -> str | None:
    """Why a file of a plan with one member cannot be said; None if it can."""
    member = next((each for each_row, each in _places(lone) if each_row is row), None)
    try:
        _text(engine, lone, row, member)
    except Unsayable as cause:
        return str(cause)
    return None


def _is_sayable(engine: Engine, lone: ClusterPlan) -> bool:
    if any(_inexpressible(lone)):
        return False
    return all(_refusal(engine, lone, row) is None for row, _ in _places(lone))


def _hint(others: list[Settings]) -> str:
    if not others:
        return "no settings can say it for these targets: change the value"
    return f"render.settings: {' or '.join(others)} can say it"
