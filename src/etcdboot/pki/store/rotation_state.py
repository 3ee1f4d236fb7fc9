"""A new CA in place of an old one: the three steps, and the state between them.

Trust comes first: every bundle holds both CAs (``bundle``), and since etcd reads a bundle only at its start,
every member is restarted. Then every certificate is signed by the new CA (``reissue``), which etcd reads at
each handshake. Then the bundles hold the new CA alone (``drop``), with another restart.

The file of the CA that everybody trusts is the bundle itself: first the CA that signs, then the other one. So
whoever copies that file hands both on. The pair of the other CA waits in ``rotation/``: in the first step the
new one, in the second the old one; afterwards it is in ``retired/``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath

from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.plan.certificate_request import PairPaths, pair_paths

STATE = PurePosixPath("rotation.json")
VERSION = 1
ROTATION = PurePosixPath("rotation")
RETIRED = PurePosixPath("retired")
_GENERATION = re.compile(r".* G([1-9][0-9]{0,5})")
_COMMON_NAME_LIMIT = 64  # RFC 5280 appendix A.1, ub-common-name


class Step(StrEnum):
    """What the files in ``pki/`` say."""

    BUNDLE = "bundle"  # both are trusted, the old one signs
    REISSUE = "reissue"  # both are trusted, the new one signs and has signed everything
    DROP = "drop"  # the new one alone is trusted; the old one is retired


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation under way; ``old`` and ``new`` are fingerprints (sha256, hex) of the CA that is replaced.

    ``files`` are those of the other CA, sorted; any more in ``rotation/`` were left by a run that was killed.
    ``splits``: the old CA is a copy of the one that clients and servers keep.
    """

    step: Step
    old: str
    new: str
    files: tuple[str, ...] = ()
    splits: bool = False


@dataclass(frozen=True, slots=True)
class Rotations:
    """The rotations under way, by the name of the CA that is replaced."""

    under_way: Mapping[str, Rotation] = field(default_factory=dict)

    def of(self, name: str) -> Rotation | None:
        """That CA's rotation, or None."""
        return self.under_way.get(name)

    @property
    def files(self) -> frozenset[str]:
        """What is kept of the other CAs."""
        return frozenset(path for each in self.under_way.values() for path in each.files)

    def with_(self, name: str, rotation: Rotation | None) -> Rotations:
        """The same with that CA's rotation in another state (None: over)."""
        rest = {each: state for each, state in self.under_way.items() if each != name}
        return Rotations(rest if rotation is None else {**rest, name: rotation})

    def dump(self) -> bytes:
        """The file's bytes: sorted JSON."""
        body = {
            "etcdboot-rotation": VERSION,
            "authorities": {
                name: {"step": str(each.step), "old": each.old, "new": each.new, "files": list(each.files)}
                | ({"splits": True} if each.splits else {})
                for name, each in self.under_way.items()
            },
        }
        return (json.dumps(body, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def parse(cls, text: bytes) -> Rotations:
        """The state in those bytes.

        Raises:
            ValueError: they hold none that we understand; the text says why.
        """
        try:
            body = json.loads(text)
            if body["etcdboot-rotation"] > VERSION:
                raise _Newer
            return cls(
                {
                    str(name): Rotation(
                        Step(each["step"]),
                        str(each["old"]),
                        str(each["new"]),
                        tuple(map(str, each["files"])),
                        splits=each.get("splits") is True,
                    )
                    for name, each in body["authorities"].items()
                }
            )
        except _Newer:
            raise ValueError("a newer etcdboot wrote it") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
            raise ValueError(f"not the state of a rotation ({cause})") from None


class _Newer(Exception):
    pass


def generation(common_name: str) -> int:
    """Which CA of its name one is, by its common name: 1 for the first, which says nothing of it."""
    found = _GENERATION.fullmatch(common_name)
    return int(found[1]) if found else 1


def in_generation(common_name: str, number: int) -> str:
    """The common name of a CA of that generation: ``prod CA``, ``prod CA G2``, ``prod CA G3``.

    Equal names would leave verifiers to find out by the key which CA is meant; most do, not all.
    """
    suffix = f" G{number}" if number > 1 else ""
    return common_name[: _COMMON_NAME_LIMIT - len(suffix)] + suffix


def waiting_paths(name: str) -> PairPaths:
    """Where the other CA of a rotation waits, below ``pki/``."""
    return PairPaths(*(ROTATION / path for path in pair_paths(name)))


def retired_paths(name: str, fingerprint: str) -> PairPaths:
    """Where a CA goes that is trusted no more; the fingerprint keeps one from the place of another."""
    return PairPaths(*(RETIRED / path for path in pair_paths(f"{name}-{fingerprint[:12]}")))
