"""What a render has changed: members with new files, with or without a restart, clients, the Procfile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from etcdboot.base.artifacts import Change, ChangeKind
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.plan.plan import ClientPlan, ClusterPlan, MemberPlan
from etcdboot.render.operator_steps.settings_text import beforehand, lasting, setting
from etcdboot.render.targets import CLIENTS_FOLDER, TARGETS, rows_of
from etcdboot.spec.spec import ClusterState


@dataclass(frozen=True, slots=True)
class Changed:
    """Who needs new files after a render, each group in the order of the spec.

    ``fresh`` members had no files before; ``joining`` have the state ``existing`` and are fresh, or had the
    state ``new``; ``restarts`` read what changed only when they start, and ``beforehand`` has what to do
    first, by the member's name; ``updates`` need their new files, but no restart. ``gone``: names of former
    members whose files remain. ``shared``: a file of the whole cluster (the Procfile) changed. ``starting``:
    a file that decides how a member starts changed.
    """

    fresh: tuple[MemberPlan, ...] = ()
    joining: tuple[MemberPlan, ...] = ()
    restarts: tuple[MemberPlan, ...] = ()
    updates: tuple[MemberPlan, ...] = ()
    clients: tuple[ClientPlan, ...] = ()
    gone: tuple[str, ...] = ()
    beforehand: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    shared: bool = False
    starting: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether all files are as they were."""
        members = self.fresh or self.joining or self.restarts or self.updates or self.gone
        return not (members or self.clients or self.shared)


def changed(plan: ClusterPlan, changes: Iterable[Change]) -> Changed:
    """What the changes are to the members and clients of the plan; equal files are nothing."""
    folders, left = _by_folder(changes)
    of = {
        member.name: [*folders.get(member.name, ()), *folders.get(f"{member.name}/pki", ())]
        for member in plan.members
    }
    starting = {member.name: tuple(_starting(plan, member, of[member.name])) for member in plan.members}
    before = {name: _text_before((*found, *left.get(name, ()))) for name, found in starting.items()}
    fresh = tuple(
        member for member in plan.members if all(change.before is None for change in of[member.name])
    )
    joining = tuple(
        member
        for member in plan.members
        if member.state is ClusterState.EXISTING and (member in fresh or _was_founder(before[member.name]))
    )
    others = (member for member in plan.members if member not in (*fresh, *joining))
    known = tuple(member for member in others if any(map(_differs, of[member.name])))
    restarts = tuple(
        member
        for member in known
        if any(map(_outlasts, starting[member.name])) or any(map(_changes_trust, of[member.name]))
    )
    return Changed(
        fresh=fresh,
        joining=joining,
        restarts=restarts,
        updates=tuple(member for member in known if member not in restarts),
        clients=tuple(
            client
            for client in plan.clients
            if any(map(_differs, folders.get(f"{CLIENTS_FOLDER}/{client.folder}", ())))
        ),
        gone=tuple(name for name in left if _was_a_member(plan, name)),
        beforehand={
            member.name: tuple(beforehand(member.name, before[member.name], _text(starting[member.name])))
            for member in restarts
        },
        shared=_shares(plan, folders.get(".", ())),
        starting=any(_differs(change) for found in starting.values() for change in found),
    )


Folders = dict[str, list[Change]]


def _by_folder(changes: Iterable[Change]) -> tuple[Folders, Folders]:
    """The changes of planned files, and of those that are no longer planned, by their folders."""
    folders: Folders = {}
    left: Folders = {}
    for change in changes:
        found = left if change.kind is ChangeKind.STALE else folders
        found.setdefault(str(change.artifact.path.parent), []).append(change)
    return folders, left


def _shares(plan: ClusterPlan, changes: Iterable[Change]) -> bool:
    """Whether a file of the whole cluster changed."""
    shared = {row.name for target in plan.targets for row in TARGETS[target].cluster_files}
    return any(_differs(change) for change in changes if change.artifact.path.name in shared)


def _text_before(changes: Iterable[Change]) -> bytes:
    return b"\n".join(change.before or b"" for change in changes)


def _text(changes: Iterable[Change]) -> bytes:
    return b"\n".join(change.artifact.content for change in changes)


def _differs(change: Change) -> bool:
    return change.before != change.artifact.content


def _was_a_member(plan: ClusterPlan, folder: str) -> bool:
    """Whether a folder with files that are no longer planned is the tree of a former member."""
    return "/" not in folder and folder not in (".", CLIENTS_FOLDER) and plan.member(folder) is None


def _starting(plan: ClusterPlan, member: MemberPlan, changes: Iterable[Change]) -> Iterator[Change]:
    """The changes of the files that decide how etcd starts, by the table that install.sh is rendered from."""
    files = (row.file_for(member) for row in rows_of(plan, member))
    starts = {file.name for file in files if file.starts}
    return (change for change in changes if change.artifact.path.name in starts)


def _outlasts(change: Change) -> bool:
    """Whether a member that has a WAL must restart for a change of a file that decides how it starts."""
    return change.before is None or lasting(change.before) != lasting(change.artifact.content)


def _was_founder(before: bytes) -> bool:
    return setting(before, "initial-cluster-state") == ClusterState.NEW


def _changes_trust(change: Change) -> bool:
    """A bundle with the same lines in another order holds the same CAs."""
    lines = change.artifact.content.splitlines()
    is_bundle = change.artifact.path.name.endswith("-ca.pem")
    return is_bundle and sorted(lines) != sorted((change.before or b"").splitlines())
