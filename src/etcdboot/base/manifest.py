"""The manifest: what etcdboot wrote below a root, so that ownership is never a guess.

It holds, for every file that we wrote, the hash of what we wrote last. While a write is under way it also
holds the hashes of what is about to be written (``pending``), so that a run killed between any two steps
leaves nothing that the next run would take for someone else's file.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import PurePosixPath

from etcdboot.base.fast_dataclasses import dataclass, field, replace

MANIFEST = PurePosixPath(".etcdboot.json")
VERSION = 1


class ManifestProblem(ValueError):
    """The manifest cannot be read; ``newer`` when a later etcdboot wrote it."""

    def __init__(self, message: str, *, newer: bool = False) -> None:
        super().__init__(message)
        self.newer = newer


@dataclass(frozen=True, slots=True)
class Manifest:
    """What we wrote: path → sha256 (hex), the same for what is being written, and the release per member.

    ``secret`` names the paths whose content must never be shown, also once they are no longer planned;
    ``adopted`` holds the hashes of certificates that others made: where one still stands, its subject and its
    lifetime are theirs.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    releases: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    adopted: Mapping[str, str] = field(default_factory=dict)

    def dump(self) -> bytes:
        """The file's bytes: sorted JSON, so equal manifests are equal files."""
        body: dict[str, object] = {
            "etcdboot-manifest": VERSION,
            "files": dict(self.files),
            "releases": dict(self.releases),
            "pending": dict(self.pending),
            "secret": sorted(self.secret),
        }
        if self.adopted:
            body["adopted"] = dict(self.adopted)
        return (json.dumps(body, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def parse(cls, text: bytes) -> Manifest:
        """The manifest in those bytes; ManifestProblem when they hold none that we understand."""
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as cause:
            raise ManifestProblem(f"not JSON ({cause})") from None
        version = body.get("etcdboot-manifest") if isinstance(body, dict) else None
        if not isinstance(version, int):
            raise ManifestProblem("not a manifest of etcdboot")
        if version > VERSION:
            raise ManifestProblem(f"version {version}, written by a newer etcdboot", newer=True)
        secret = body.get("secret", [])
        if not isinstance(secret, list) or not all(isinstance(each, str) for each in secret):
            raise ManifestProblem("secret is not a list of paths")
        parts = {key: _texts(body, key) for key in ("files", "releases", "pending", "adopted")}
        for path in (*parts["files"], *parts["pending"]):
            check_path(path)
        return cls(**parts, secret=frozenset(secret))

    def paths(self) -> tuple[str, ...]:
        """Every path that is ours, sorted."""
        return tuple(sorted({*self.files, *self.pending}))

    def without(self, paths: Collection[str]) -> Manifest:
        """The same without those paths."""
        return replace(
            self,
            files={path: sha for path, sha in self.files.items() if path not in paths},
            pending={path: sha for path, sha in self.pending.items() if path not in paths},
            secret=self.secret.difference(paths),
            adopted={path: sha for path, sha in self.adopted.items() if path not in paths},
        )

    def wrote(self, path: str, content: bytes) -> bool:
        """Whether we wrote just these bytes there, or were about to."""
        return digest(content) in (self.files.get(path), self.pending.get(path))

    def has_adopted(self, path: str, content: bytes) -> bool:
        """Whether others made just these bytes."""
        return self.adopted.get(path) == digest(content)


def digest(content: bytes) -> str:
    """Sha256 of the bytes, in hex."""
    return sha256(content).hexdigest()


def _texts(body: dict[str, object], key: str) -> dict[str, str]:
    value = body.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ManifestProblem(f"{key} is not a table of texts")
    return value


def check_path(path: str) -> None:
    """ManifestProblem (a ValueError) unless the path stays below the root and is spelled in normal form."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or str(pure) != path or "\0" in path:
        raise ManifestProblem(f"{path!r} is not a path below the root")
