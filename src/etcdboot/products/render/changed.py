"""What a render has changed: members with new files, with or without a restart, clients, the Procfile."""

from __future__ import annotations

from collections.abc import Iterable

from etcdboot.ground.artifact import Change, ChangeKind
from etcdboot.ground.values import dataclass
from etcdboot.model.plan import ClientPlan, ClusterPlan, MemberPlan
from etcdboot.products.render.targets import CLIENTS_FOLDER, TARGETS, rows_of


@dataclass(frozen=True, slots=True)
class Changed:
    """Who needs new files after a render, each group in the order of the spec.

    ``fresh`` members had no files before; ``restarts`` read what changed only when they start; ``updates``
    need their new files, but no restart. ``shared``: a file of the whole cluster (the Procfile) changed.
    """

    fresh: tuple[MemberPlan, ...] = ()
    restarts: tuple[MemberPlan, ...] = ()
    updates: tuple[MemberPlan, ...] = ()
    clients: tuple[ClientPlan, ...] = ()
    shared: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether all files are as they were."""
        return not (self.fresh or self.restarts or self.updates or self.clients or self.shared)


def changed(plan: ClusterPlan, changes: Iterable[Change]) -> Changed:
    """What the changes are to the members and clients of the plan; removed and equal files are nothing."""
    folders: dict[str, list[Change]] = {}
    for change in changes:
        if change.kind is not ChangeKind.STALE:
            folders.setdefault(str(change.artifact.path.parent), []).append(change)
    of = {
        member.name: [*folders.get(member.name, ()), *folders.get(f"{member.name}/pki", ())]
        for member in plan.members
    }
    fresh = tuple(
        member for member in plan.members if all(change.before is None for change in of[member.name])
    )
    known = [member for member in plan.members if member not in fresh and any(map(_differs, of[member.name]))]
    restarts = tuple(member for member in known if _needs_restart(plan, member, of[member.name]))
    shared = {row.name for target in plan.targets for row in TARGETS[target].cluster_files}
    return Changed(
        fresh=fresh,
        restarts=restarts,
        updates=tuple(member for member in known if member not in restarts),
        clients=tuple(
            client
            for client in plan.clients
            if any(map(_differs, folders.get(f"{CLIENTS_FOLDER}/{client.folder}", ())))
        ),
        shared=any(
            _differs(change) for change in folders.get(".", ()) if change.artifact.path.name in shared
        ),
    )


def _differs(change: Change) -> bool:
    return change.before != change.artifact.content


def _needs_restart(plan: ClusterPlan, member: MemberPlan, changes: Iterable[Change]) -> bool:
    """Whether etcd reads one of the changed files only when it starts; the same rules as in install.sh."""
    files = (row.file_for(member) for row in rows_of(plan, member))
    starts = {file.name for file in files if file.starts}
    return any(
        _differs(change) and (change.artifact.path.name in starts or _changes_trust(change))
        for change in changes
    )


def _changes_trust(change: Change) -> bool:
    """A bundle with the same lines in another order holds the same CAs."""
    lines = change.artifact.content.splitlines()
    is_bundle = change.artifact.path.name.endswith("-ca.pem")
    return is_bundle and sorted(lines) != sorted((change.before or b"").splitlines())
