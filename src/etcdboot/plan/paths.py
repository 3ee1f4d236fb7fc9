"""Where a member's files are: on its own host, or below one folder of this machine."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Protocol

from etcdboot.base.fast_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WrittenPaths:
    """A member's paths as the spec and its defaults give them; relative ones are for this machine."""

    name: str
    binary: str
    config_dir: str
    data_dir: str


@dataclass(frozen=True, slots=True)
class MemberPaths:
    """A member's absolute paths, where it runs."""

    binary: PurePosixPath
    config_dir: PurePosixPath
    data_dir: PurePosixPath

    @property
    def pki_dir(self) -> PurePosixPath:
        """Where its certificates, keys and trust bundles are."""
        return self.config_dir / "pki"


class Layout(Protocol):
    """From written paths to real ones."""

    def place(self, written: WrittenPaths) -> MemberPaths:
        """The absolute paths of one member."""


@dataclass(frozen=True, slots=True)
class HostLayout:
    """Each member on its own host, as written; a relative path is below ``root``, the spec's folder here."""

    root: PurePosixPath

    def place(self, written: WrittenPaths) -> MemberPaths:
        """The absolute paths of one member."""
        return MemberPaths(
            binary=self.root / written.binary,
            config_dir=self.root / written.config_dir,
            data_dir=self.root / written.data_dir,
        )


@dataclass(frozen=True, slots=True)
class LocalLayout:
    """All members below one folder of this machine, run from one binary: what ``up`` uses."""

    root: PurePosixPath
    binary: PurePosixPath

    def place(self, written: WrittenPaths) -> MemberPaths:
        """The absolute paths of one member; what the spec says of paths is for other machines."""
        home = self.root / "members" / written.name
        return MemberPaths(binary=self.binary, config_dir=home / "config", data_dir=home / "data")
