"""Rules about a member's folders on its host.

install.sh sets owner and mode of the config-dir and the data-dir, and etcd's user can change all that is in
the data-dir and the wal-dir.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.plan.system_folders import is_system_folder, is_temporary
from etcdboot.plan.urls import machines
from etcdboot.rules.finding import Finding, at, caution
from etcdboot.rules.flags import place
from etcdboot.spec.spec import ClusterSpec, Target

_CONFIG, _DATA, _WAL = "config-dir", "data-dir", "wal-dir"
_EXAMPLES = {_CONFIG: "/etc/etcd", _DATA: "/var/lib/etcd", _WAL: "/var/lib/etcd/wal"}


@dataclass(frozen=True, slots=True)
class _Folder:
    """One folder of one member, with its place in the spec; ``home`` is its machine."""

    home: str
    member: str
    key: str
    path: PurePosixPath
    at: str

    def named_after(self, other: _Folder) -> str:
        """The folder in a message that names another one first."""
        owner = "" if self.member == other.member else f"{self.member}'s "
        return f"{owner}{self.key} {self.path}"

    def may_hold(self, inner: _Folder) -> bool:
        """Whether the other folder may be inside this one: a member's own WAL in its data-dir."""
        return (self.member, self.key, inner.key) == (inner.member, _DATA, _WAL)


def _folders(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[_Folder]:
    for index, (home, member) in enumerate(zip(machines(spec), plan.members, strict=True)):
        for key, path in _paths(member):
            where = place(spec, index, key) if key == _WAL else at(index, key)
            yield _Folder(home, member.name, key, PurePosixPath("/" + str(path).lstrip("/")), where)


def _paths(member: MemberPlan) -> Iterator[tuple[str, str]]:
    yield _CONFIG, str(member.paths.config_dir)
    yield _DATA, str(member.paths.data_dir)
    wal = member.flag(_WAL) or ""
    # Another rule names a relative wal-dir, and one that is the data-dir.
    if wal.startswith("/") and PurePosixPath(wal) != member.paths.data_dir:
        yield _WAL, wal


def folders_are_its_own(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """One data dir for two members: the second hangs, or takes over the first's identity."""
    seen: dict[tuple[str, PurePosixPath], _Folder] = {}
    for folder in _folders(spec, plan):
        first = seen.setdefault((folder.home, folder.path), folder)
        if first is folder:
            continue
        if first.member == folder.member:
            message = f"{folder.member} has one folder for {first.key} and {folder.key}: {folder.path}"
            yield Finding("EB203", folder.at, message, "give it two")
        else:
            message = f"{folder.member} shares its {folder.key} {folder.path} with {first.member} on one host"
            yield Finding("EB203", folder.at, message, "write {name} into the path")


def folders_are_apart(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """What is done to the outer folder (owner, mode, removal) is done to the inner one."""
    folders = tuple(_folders(spec, plan))
    taken = {(folder.home, folder.path): folder for folder in folders}
    for inner in folders:
        outer = next(filter(None, (taken.get((inner.home, path)) for path in inner.path.parents)), None)
        if outer is not None and not outer.may_hold(inner):
            message = f"{inner.member}'s {inner.key} {inner.path} is inside {outer.named_after(inner)}"
            yield Finding("EB262", inner.at, message, "set two folders of which neither contains the other")


def folders_are_not_the_systems(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """install.sh would take a folder of the system away from all other programs on the host."""
    for folder in _written_folders(spec, plan):
        if is_system_folder(folder.path):
            message = f"{folder.key} {folder.path} is a folder of the system, or a first-level folder"
            yield Finding("EB261", folder.at, message, _own_folder(folder.key))


def folders_are_not_temporary(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """On a host of systemd's, every user can create the folder first, and old files are removed from it.

    A rehearsal on this machine may be there: nothing of it is installed.
    """
    if Target.SYSTEMD not in plan.targets:
        return
    for folder in _written_folders(spec, plan):
        if is_temporary(folder.path) and not folder.member.host.is_loopback:
            message = f"{folder.key} {folder.path} is in a temporary folder, which every user can write to"
            yield Finding("EB265", folder.at, message, _own_folder(folder.key))


def _own_folder(key: str) -> str:
    return f"set a folder of the member's own, for example {_EXAMPLES[key]}"


@dataclass(frozen=True, slots=True)
class _Written:
    """An absolute path of a folder as the spec writes it, and where."""

    member: MemberPlan
    key: str
    path: PurePosixPath
    at: str


def _written_folders(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[_Written]:
    """The absolute paths alone; a relative one is below the spec's folder on this machine."""
    for index, member in enumerate(plan.members):
        places = [(key, *_written(spec, index, key)) for key in (_CONFIG, _DATA)]
        for key, where, text in (*places, (_WAL, place(spec, index, _WAL), member.flag(_WAL) or "")):
            path = PurePosixPath(text.replace("{name}", member.name))
            if path.is_absolute():
                yield _Written(member, key, path, where)


def binary_is_not_etcds(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Root runs the binary too (install.sh asks for its release), so etcd's user must not replace it."""
    for index, member in enumerate(plan.members):
        for key, path in _paths(member):
            if key != _CONFIG and member.paths.binary.is_relative_to(path):
                message = f"{member.paths.binary} is inside {key} {path}, where {member.user} can replace it"
                hint = "install etcd in a folder of root's, for example /usr/local/bin"
                yield Finding("EB263", _written(spec, index, "binary")[0], message, hint)


def user_is_not_root(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd needs no right of root's: ports below 1024 are granted by the unit."""
    if spec.etcd.user == "root":
        message = "etcd runs as root: a fault in it opens the whole host"
        yield caution("EB264", "etcd.user", message, "leave user out, or set a user of etcd's own")


def _written(spec: ClusterSpec, index: int, key: str) -> tuple[str, str]:
    """Where the value of a member's key is written, and the value; empty if nowhere."""
    sources = {at(index): spec.members[index], "defaults": spec.defaults, "etcd": spec.etcd}
    for path, source in sources.items():
        text = getattr(source, key.replace("-", "_"))
        if text is not None:
            return f"{path}.{key}", text
    return at(index, key), ""
