"""The name under which new content waits for its rename."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath
from typing import TypeVar

_SUFFIX = ".etcdboot-new"
_Path = TypeVar("_Path", bound=PurePath)


def staged_name(path: PurePosixPath) -> PurePosixPath:
    """Where the new content of a path waits for its rename: beside it, so on the same file system."""
    return path.with_name(f".{path.name}{_SUFFIX}")


def final_name(path: _Path) -> _Path:
    """The path that a staged name is for, which is the one that a user knows; any other path as it is."""
    if path.name.startswith(".") and path.name.endswith(_SUFFIX):
        return path.with_name(path.name[1 : -len(_SUFFIX)])
    return path
