"""What a member's systemd unit must grant, since it takes away everything else.

Source: systemd.exec(5), "Sandboxing" and "Capabilities".
"""

from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.base.addresses import parse_url
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.observations.host import MEMBER_FOLDER
from etcdboot.plan.plan import MemberPlan
from etcdboot.plan.system_folders import TEMPORARY_TREES

READY_MARKER = ".etcdboot.ready"  # in the config-dir: a symlink to the data-dir of the last ready member

_PRIVILEGED_PORTS = 1024  # Linux: net.ipv4.ip_unprivileged_port_start
_LOCKING = ("memory-mlock", "experimental-memory-mlock")
_HOMES = ("/home", "/root", "/run/user")  # what ProtectHome= hides


@dataclass(frozen=True, slots=True)
class Grants:
    """What one member needs of its host.

    ``parents`` are folders that etcd itself makes things in and that may be shared with others (all but the
    data-dir); ``mounts`` are the paths whose file systems must be mounted before etcd starts;
    ``capabilities`` are kept for binding ports below 1024; ``locks_memory`` is for the flag memory-mlock.
    """

    data_dir: str
    parents: tuple[str, ...]
    mounts: tuple[str, ...]
    protect_home: str
    private_tmp: str
    capabilities: str
    locks_memory: bool

    @property
    def writable(self) -> tuple[str, ...]:
        """Every folder that etcd writes to."""
        return (self.data_dir, *self.parents)


def grants(member: MemberPlan) -> Grants:
    """What that member's unit grants it."""
    data_dir = member.paths.data_dir
    apart = sorted({path for path in _written_beside(member) if not path.is_relative_to(data_dir)})
    paths = (member.paths.binary, member.paths.config_dir, data_dir, *_written_beside(member))
    return Grants(
        data_dir=str(data_dir),
        parents=tuple(sorted({str(path.parent) for path in apart})),
        mounts=tuple(map(str, (data_dir, *apart))),
        protect_home="read-only" if _any_below(paths, _HOMES) else "yes",
        private_tmp="no" if _any_below(paths, TEMPORARY_TREES) else "yes",
        capabilities="CAP_NET_BIND_SERVICE" if _binds_privileged(member) else "",
        locks_memory=any(member.flag(name) == "true" for name in _LOCKING),
    )


def ready_marker(member: MemberPlan) -> str:
    """The path of the marker that the unit makes when the member is ready."""
    return str(member.paths.config_dir / READY_MARKER)


def wal_folder(member: MemberPlan) -> str:
    """The folder of the member's WAL."""
    return member.flag("wal-dir") or str(member.paths.data_dir / MEMBER_FOLDER / "wal")


def _written_beside(member: MemberPlan) -> tuple[PurePosixPath, ...]:
    """What etcd makes outside its data-dir: the log (by way of a rename, hence the parent), and log files.

    Sources: server/storage/wal/wal.go Create and renameWAL, server/embed/config_logging.go at v3.6.14.
    """
    wal = member.flag("wal-dir") or ""
    outputs = (member.flag("log-outputs") or "").split(",")
    return tuple(PurePosixPath(each) for each in (wal, *outputs) if each.startswith("/"))


def _any_below(paths: tuple[PurePosixPath, ...], tops: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(top) for path in paths for top in tops)


def _binds_privileged(member: MemberPlan) -> bool:
    metrics = filter(None, (member.flag("listen-metrics-urls") or "").split(","))
    bound = (*member.listen_peer_urls, *member.listen_client_urls, *map(parse_url, metrics))
    return any(url.port < _PRIVILEGED_PORTS for url in bound)
