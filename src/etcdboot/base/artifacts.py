"""Files that are to be, and how they differ from those that are."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath

from etcdboot.base.fast_dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HostPlace:
    """Where a file goes on a member's host: its path there, its permission bits, its owner and group.

    An empty group is the primary group of the user that etcd runs as, which only the host knows.
    """

    path: str
    mode: int
    owner: str = "root"
    group: str = "root"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file to be written below a root.

    ``path`` is relative to that root; ``mode`` its permission bits; a ``secret`` one never shows in a diff or
    a log; ``host`` is where it goes on the member's host (None: nowhere).
    """

    path: PurePosixPath
    content: bytes = field(repr=False)  # may be a key: it must not get into a log by way of a repr
    mode: int = 0o644
    secret: bool = False
    host: HostPlace | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on the disk at one path: its bytes and its permission bits."""

    content: bytes = field(repr=False)
    mode: int


class ChangeKind(StrEnum):
    """What writing an artifact would do; the rules are in docs/design/0005-written-tree.md."""

    NEW = "new"  # nothing there
    SAME = "same"  # there, byte for byte
    UPDATE = "update"  # there as we wrote it last; the plan has moved on (or its permissions have)
    EDITED = "edited"  # ours, but changed by hand since
    STALE = "stale"  # ours, and no longer planned
    FOREIGN = "foreign"  # not ours


@dataclass(frozen=True, slots=True)
class Change:
    """One artifact and its fate; ``before`` is what stands there now (None: nothing).

    Of a stale one only path and secrecy are known: its content is empty. ``loose`` says that the permissions
    on the disk are not those asked for. ``edited`` is for a stale file that was changed by hand as well.
    """

    artifact: Artifact
    kind: ChangeKind
    before: bytes | None = field(default=None, repr=False)
    loose: bool = False
    edited: bool = False
