"""What is rendered: a settings form or a target is one row here and its templates, nothing else.

File names are relative to a member's tree (what goes into its config-dir), or to ``out/`` for the files of
the whole cluster; ``{unit}`` stands for the member's systemd unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from etcdboot.base.artifacts import HostPlace
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.plan.host_files import READABLE_BY_ETCD
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.render.csr_script import MAKE_CSR, made_there
from etcdboot.render.launch import CONFIG_FILE
from etcdboot.spec.spec import Settings, Target

ENVIRONMENT_FILE = "etcd.env"
ETCDCTL_FILE = "etcdctl.env"
CLIENTS_FOLDER = "clients"  # beside the members' trees: a folder for each client
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file: its name, its template, its mode, and whether etcd's settings (secrets too) stand in it.

    ``starts`` is for a file that decides how etcd starts: only a restart makes a change of it effective.
    """

    name: str
    template: str
    mode: int = 0o644
    holds_settings: bool = False
    starts: bool = False

    def file_for(self, member: MemberPlan) -> MemberFile:
        """The file in that member's tree; on its host, root and etcd's group may read one with a secret."""
        secret = self.holds_settings and any(each.secret for each in member.flags)
        name = self.name.replace("{unit}", member.unit)
        path = str(member.paths.config_dir / name)
        return MemberFile(
            name=name,
            mode=PRIVATE if secret else self.mode,
            secret=secret,
            starts=self.starts or self.holds_settings,
            host=HostPlace(path, READABLE_BY_ETCD, group=member.group)
            if secret
            else HostPlace(path, self.mode),
        )


@dataclass(frozen=True, slots=True)
class MemberFile:
    """A row's file for one member: as it is rendered, and its place on the member's host."""

    name: str
    mode: int
    secret: bool
    starts: bool
    host: HostPlace


@dataclass(frozen=True, slots=True)
class TargetRow:
    """What starts etcd: files of each member, and files of the whole cluster."""

    title: str
    member_files: tuple[FileRow, ...] = ()
    cluster_files: tuple[FileRow, ...] = ()


# In every member's tree, whatever starts it.
ALWAYS = (FileRow(ETCDCTL_FILE, "client/etcdctl.env.j2"),)

# In every client's bundle.
CLIENT_FILES = (FileRow(ETCDCTL_FILE, "client/bundle.env.j2"),)

# In the tree of a member whose keys are made on its host.
HOST_KEYS = (FileRow(MAKE_CSR, "csr/make-csr.sh.j2", 0o755),)

SETTINGS: Mapping[Settings, tuple[FileRow, ...]] = MappingProxyType(
    {
        Settings.FLAGS: (),
        Settings.ENV: (FileRow(ENVIRONMENT_FILE, "settings/etcd.env.j2", holds_settings=True),),
        Settings.CONFIG: (FileRow(CONFIG_FILE, "settings/etcd.conf.yml.j2", holds_settings=True),),
    }
)

TARGETS: Mapping[Target, TargetRow] = MappingProxyType(
    {
        Target.SCRIPT: TargetRow(
            "an executable that becomes etcd",
            member_files=(FileRow("etcd.sh", "script/etcd.sh.j2", 0o755, starts=True),),
        ),
        Target.SYSTEMD: TargetRow(
            "a systemd unit, and install.sh which puts everything in its place on the host",
            member_files=(
                FileRow("{unit}", "systemd/etcd.service.j2", starts=True),
                FileRow("install.sh", "systemd/install.sh.j2", 0o755),
            ),
        ),
        Target.PROCFILE: TargetRow(
            "one Procfile that goreman, honcho, foreman and nf all run",
            cluster_files=(FileRow("Procfile", "procfile/Procfile.j2"),),
        ),
    }
)


def member_rows(settings: Settings, targets: tuple[Target, ...]) -> tuple[FileRow, ...]:
    """The rows of every member's tree."""
    return (*ALWAYS, *SETTINGS[settings], *(row for each in targets for row in TARGETS[each].member_files))


def rows_of(plan: ClusterPlan, member: MemberPlan) -> tuple[FileRow, ...]:
    """The rows of one member's tree."""
    own = HOST_KEYS if made_there(member) else ()
    return (*member_rows(plan.settings, plan.targets), *own)
