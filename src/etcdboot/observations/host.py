"""What a member would start upon, as it was found: its data-dir, and what answers at other peer URLs."""

from __future__ import annotations

from enum import StrEnum, unique
from pathlib import PurePosixPath

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.wal import WalIdentity
from etcdboot.observations.cluster import SeenMember

MEMBER_FOLDER = "member"
PROXY_FOLDER = "proxy"


@dataclass(frozen=True, slots=True)
class Held:
    """A folder or file in a member's data that etcd opens, its owner, and whether its mode lets the owner."""

    path: PurePosixPath
    owner: str
    is_usable: bool = True


@dataclass(frozen=True, slots=True)
class DataDir:
    """A member's data-dir; nothing but ``path`` where there is none.

    ``trouble`` says why it could not be looked at. ``entries`` are the names in it; ``segments`` those of the
    log, wherever that is, and ``identity`` what its head says; ``in_use`` tells that a process has it open;
    ``held`` is what etcd opens below it and in the log.
    """

    path: PurePosixPath
    exists: bool = False
    trouble: str = ""
    owner: str = ""
    entries: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    identity: WalIdentity | None = None
    in_use: bool = False
    held: tuple[Held, ...] = ()

    @property
    def is_bootstrapped(self) -> bool:
        """Whether a member has begun its life there: it has a log (``snap/db`` alone proves nothing)."""
        return bool(self.segments)


@unique
class Speech(StrEnum):
    """What is spoken at a peer URL."""

    NOTHING = "nothing"  # refused, silent or unreachable: not started yet, perhaps
    HTTP = "http"
    HTTPS = "https"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """What one peer URL showed; ``detail`` says why there is no more.

    ``cluster_id`` and ``members`` are what an etcd there says of its cluster; ``ahead`` by how many seconds
    its clock is ahead of ours (to the second, as HTTP's Date is).
    """

    url: Url
    speech: Speech
    detail: str = ""
    cluster_id: int | None = None
    members: tuple[SeenMember, ...] = ()
    ahead: int | None = None
