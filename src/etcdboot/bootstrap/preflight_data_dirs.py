"""Whether a member may start upon the data-dir that stands there.

Sources: docs/etcd/bootstrap.md#data-directory-kinds (member, proxy, other names) and
docs/etcd/bootstrap.md#a-log-decides: with a log, etcd takes its identity from there and ignores name, token
and initial-cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.base.text import counted
from etcdboot.etcd.releases import Release
from etcdboot.etcd.wal import WalIdentity
from etcdboot.formats import shell
from etcdboot.observations.host import MEMBER_FOLDER, PROXY_FOLDER, DataDir
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.spec.spec import Target

# What may stand in a data-dir: auto TLS keeps its certificates in fixtures, ext4 makes lost+found at a mount.
_KNOWN: Final = frozenset((MEMBER_FOLDER, PROXY_FOLDER, "fixtures", "lost+found"))
_FEW: Final = 5  # names that a message has room for
_NO_PROXY_SINCE: Final = Release(3, 6, 0)


@dataclass(frozen=True, slots=True)
class Here:
    """The members of this machine with their data-dirs, and what is known besides.

    ``held`` are the names of those whose ports are taken; ``elsewhere`` are the ids of the clusters that
    answer at peer URLs. ``owned`` tells that etcd runs as the plan's user, and not as we do. ``closed``
    are the files of each member that this user cannot read.
    """

    plan: ClusterPlan
    found: Mapping[str, DataDir]
    held: Collection[str] = ()
    elsewhere: Collection[int] = ()
    owned: bool = True
    closed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def starts(self, member: MemberPlan) -> bool:
        """Whether a unit is about to start the member as its user."""
        return self.owned and Target.SYSTEMD in self.plan.targets and member.name not in self.running

    @property
    def members(self) -> Iterator[tuple[str, MemberPlan, DataDir]]:
        """Place in the spec, member and data-dir, of those that could be looked at."""
        for index, member in enumerate(self.plan.members):
            data = self.found.get(member.name)
            if data is not None and not data.trouble:
                yield f"members[{index}]", member, data

    @property
    def fresh(self) -> tuple[str, ...]:
        """Those that have no data, and so are about to find the others for the first time."""
        return tuple(member.name for _, member, data in self.members if not data.is_bootstrapped)

    @property
    def begun(self) -> tuple[str, ...]:
        """Those that have data, whatever they are."""
        return tuple(member.name for _, member, data in self.members if data.is_bootstrapped)

    @property
    def running(self) -> tuple[str, ...]:
        """Those that run: their data-dir is open and their ports are taken."""
        return tuple(
            member.name for _, member, data in self.members if data.in_use and member.name in self.held
        )

    @property
    def cluster_ids(self) -> frozenset[int]:
        """Of which clusters the data are."""
        return frozenset(data.identity.cluster_id for _, _, data in self.members if data.identity)


def unreadable(here: Here) -> Iterator[Diagnostic]:
    """The data-dirs that nothing can be said of."""
    for index, member in enumerate(here.plan.members):
        data = here.found.get(member.name)
        if data is not None and data.trouble:
            message = f"cannot look at the data-dir of {member.name}, {data.path}: {data.trouble}"
            yield error("EB530", message, f"run it as root, or as {member.user}", f"members[{index}]")


def objections(here: Here) -> Iterator[Diagnostic]:
    """Why members must not start upon what stands there, and what is worth saying of it."""
    for path, member, data in here.members:
        yield from _proxy(path, member, data)
        yield from _foreign(path, member, data)
        yield from _in_use(path, member, data, here)
        yield from _owner(path, member, data, here)
        if data.is_bootstrapped and data.identity is None:
            message = f"the log of {member.name} in {data.path} is damaged: it does not say whose it is"
            hint = "restore the member from a snapshot, or remove it from the cluster and add it anew"
            yield error("EB538", message, hint, path)
        elif data.identity is not None:
            yield from _identity(path, member, data, data.identity, here)
    yield from _at_odds(here)


def _proxy(path: str, member: MemberPlan, data: DataDir) -> Iterator[Diagnostic]:
    if PROXY_FOLDER not in data.entries:
        return
    if MEMBER_FOLDER in data.entries:
        message = f"{data.path} has both member/ and proxy/, and etcd stops at that"
        hint = f"remove {data.path / PROXY_FOLDER}, which a full discovery once left behind"
    else:
        then = (
            "panics"
            if member.release >= _NO_PROXY_SINCE
            else "runs as a proxy of the v2 API and never serves"
        )
        message = f"{data.path} is a proxy's: etcd {member.release} {then}"
        hint = f"remove {data.path / PROXY_FOLDER}"
    yield error("EB534", message, hint, path)


def _foreign(path: str, member: MemberPlan, data: DataDir) -> Iterator[Diagnostic]:
    log = member.flag("wal-dir") or ""
    strange = [each for each in data.entries if each not in _KNOWN and str(data.path / each) != log]
    if strange:
        named = [*strange[:_FEW], *(["…"] if len(strange) > _FEW else [])]
        message = f"{data.path} holds what is not etcd's: {', '.join(named)}"
        hint = "move it elsewhere: whoever clears the data-dir one day takes it along, and etcd warns of it"
        yield warning("EB535", message, hint, path)


def _in_use(path: str, member: MemberPlan, data: DataDir, here: Here) -> Iterator[Diagnostic]:
    if not data.in_use:
        return
    if member.name in here.running:
        yield Diagnostic(
            Severity.NOTE,
            "EB536",
            f"{member.name} runs here already",
            "see how it does with etcdboot verify",
            path,
        )
    else:
        message = (
            f"a process has the data of {member.name} open, and a second etcd would wait for it for ever"
        )
        database = shell.quote(f"{data.path / MEMBER_FOLDER}/snap/db")
        yield error("EB536", message, f"end it: fuser -v {database}", path)


def _owner(path: str, member: MemberPlan, data: DataDir, here: Here) -> Iterator[Diagnostic]:
    if not here.starts(member) or not data.exists:
        return
    owners = {data.path: data.owner} | {held.path: held.owner for held in data.held}
    others = [(place, owner) for place, owner in owners.items() if owner != member.user]
    if others:
        (place, owner), *rest = others
        more = f"; {counted(len(rest), 'more path')} are not {member.user}'s" if rest else ""
        message = f"{place} belongs to {owner}, and etcd runs as {member.user}{more}"
        folders = shell.join(_folders(member, data, (place for place, _ in others)))
        yield error("EB537", message, f"chown -R {member.user} {folders}", path)
    closed = [held.path for held in data.held if held.owner == member.user and not held.is_usable]
    if closed:
        more = f", nor {counted(len(closed) - 1, 'more path')}" if closed[1:] else ""
        message = f"its mode does not let {member.user} use {closed[0]}{more}"
        hint = f"chmod -R u+rwX {shell.join(_folders(member, data, closed))}"
        yield error("EB590", message, hint, path)


def _folders(member: MemberPlan, data: DataDir, places: Iterable[PurePosixPath]) -> tuple[str, ...]:
    """The data-dir, the wal-dir, or both: those in which the places are."""
    tops = (data.path, PurePosixPath(member.flag("wal-dir") or data.path))
    found = {next(top for top in reversed(tops) if place.is_relative_to(top)) for place in places}
    return tuple(str(top) for top in sorted(found))


def unreadable_files(here: Here) -> Iterator[Diagnostic]:
    """The files that etcd reads at its start, and that its user cannot read."""
    for index, member in enumerate(here.plan.members):
        files = here.closed.get(member.name, ()) if here.starts(member) else ()
        for file in files:
            message = f"{member.name} runs as {member.user}, who cannot read {file}"
            hint = "run install.sh, which sets its owner and mode"
            yield error("EB591", message, hint, f"members[{index}]")


def _identity(
    path: str, member: MemberPlan, data: DataDir, found: WalIdentity, here: Here
) -> Iterator[Diagnostic]:
    """Whose the data are.

    A cluster keeps its ids when its members' peer URLs are changed later, so an id that was not predicted is
    right where the rest of the cluster bears it too.
    """
    plan = here.plan
    other = next(
        (each for each in plan.members if each.predicted_id == found.member_id and each.name != member.name),
        None,
    )
    if other is not None:
        message = f"{data.path} has the data of {other.name}, not of {member.name}"
        hint = f"start {other.name} upon it, or move it away: etcd goes by its data, whatever its name says"
        yield error("EB531", message, hint, path)
        return
    planned = plan.predicted_cluster_id
    if planned is None or found.cluster_id == planned:
        return
    message = (
        f"{data.path} has the data of another cluster: its id is {found.cluster_id:x}, and what the spec "
        f"describes begins with {planned:x}"
    )
    whole = here.cluster_ids == {found.cluster_id} and 1 < len(here.begun) == len(plan.members)
    if found.cluster_id in here.elsewhere or whole:
        hint = "so have the others: the token or the peer URLs were others when it began"
        yield Diagnostic(Severity.NOTE, "EB532", message, hint, path)
    else:
        hint = (
            f"move {data.path} away to begin anew; if only the spec's token or peer URLs have changed since "
            "the cluster began, start it as it is"
        )
        yield error("EB532", message, hint, path)


def _at_odds(here: Here) -> Iterator[Diagnostic]:
    """Data of several clusters, where nothing tells which is right."""
    if here.plan.predicted_cluster_id is None and len(here.cluster_ids) > 1:
        whose = ", ".join(
            f"{member.name} of {data.identity.cluster_id:x}"
            for _, member, data in here.members
            if data.identity
        )
        hint = "members of different clusters never hear one another: move away what does not belong here"
        yield error("EB533", f"the members' data are of different clusters: {whose}", hint, "members")
