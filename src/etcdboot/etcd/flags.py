"""What each etcd release knows of each flag: a typed view of the generated table.

"A flag" is a command-line flag's name without dashes; its environment variable and its key in the
configuration file are other spellings of it.
"""

from __future__ import annotations

from functools import cache

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd import flag_values
from etcdboot.etcd.feature_gates import FEATURE_GATES
from etcdboot.etcd.flag_table import TABLE
from etcdboot.etcd.flag_values import KIND_OF_TYPE, FileValue, ValueKind
from etcdboot.etcd.releases import MINORS, Release, minor_index, parse_release

__all__ = [
    "FEATURE_GATES",
    "FileValue",
    "FlagFacts",
    "ValueKind",
    "env_name",
    "file_value",
    "flag",
    "known_in",
    "names",
    "nearest",
    "value_problem",
    "yaml_key",
]


@dataclass(frozen=True, slots=True)
class FlagFacts:
    """One flag in all releases; the per-minor tuples have one entry for each of ``MINORS``, None for absent.

    ``first_patches``: the first patch of that minor with the flag; ``file_patches``: the first with the key
    ``file_path`` in the configuration file. ``removed`` may lie beyond the newest release.
    ``effective``: what an empty or zero default comes to.
    """

    name: str
    kind: ValueKind
    go_type: str
    group: str
    defaults: tuple[str | None, ...]
    first_patches: tuple[int | None, ...]
    deprecated: Release | None
    removed: Release | None
    replaced_by: str
    file_path: tuple[str, ...]
    file_patches: tuple[int | None, ...]
    file_type: str
    effective: str
    note: str

    def known_in(self, release: Release) -> bool:
        """Whether that very patch has the flag."""
        first = self.first_patches[minor_index(release)]
        return first is not None and release.patch >= first

    def default(self, release: Release) -> str | None:
        """What it is unless said, as flag text; None where the minor has no such flag."""
        return self.defaults[minor_index(release)]

    def since(self, release: Release) -> Release | None:
        """The first release with the flag in this release's minor or a later one; None when there is none."""
        for minor, first in list(zip(MINORS, self.first_patches, strict=True))[minor_index(release) :]:
            if first is not None:
                return parse_release(f"{minor}.{first}")
        return None

    def deprecated_in(self, release: Release) -> bool:
        """Whether the release still has it and asks for another spelling."""
        return self.deprecated is not None and self.deprecated <= release and self.known_in(release)


@cache
def flag(name: str) -> FlagFacts | None:
    """All that is known of a flag; None for a name that no release has."""
    row = TABLE.get(name)
    if row is None:
        return None
    go_type, group, defaults, firsts, deprecated, removed, replaced_by = row[:7]
    path, file_patches, file_type, effective, note = row[7:]
    return FlagFacts(
        name=name,
        kind=KIND_OF_TYPE[go_type],
        go_type=go_type,
        group=group,
        defaults=defaults,
        first_patches=firsts,
        deprecated=_release(deprecated),
        removed=_release(removed),
        replaced_by=replaced_by,
        file_path=tuple(path.split(".")) if path else (),
        file_patches=file_patches,
        file_type=file_type,
        effective=effective,
        note=note,
    )


def _release(text: str) -> Release | None:
    """A release of the table, which also names 3.8.0, the one to come."""
    return Release(*map(int, text.split("."))) if text else None


def known_in(name: str, release: Release) -> bool:
    """Whether that very patch has the flag; False for a name that no release has."""
    facts = flag(name)
    return facts is not None and facts.known_in(release)


@cache
def names(release: Release) -> tuple[str, ...]:
    """All flags of one release, sorted."""
    return tuple(name for name in TABLE if known_in(name, release))


def env_name(name: str) -> str:
    """The environment variable that sets the flag: ``ETCD_DATA_DIR`` for ``data-dir``."""
    return "ETCD_" + name.upper().replace("-", "_")


def yaml_key(name: str, release: Release) -> tuple[str, ...] | None:
    """Where the flag stands in that release's configuration file, section first; None: it has no key."""
    facts = flag(name)
    if facts is None:
        return None
    first = facts.file_patches[minor_index(release)]
    return facts.file_path if first is not None and release.patch >= first else None


# One string on 3.5.14, a sequence from 3.5.15, absent before
# (docs/etcd/flags-and-config-file.md#strings-that-became-lists).
_BECAME_SEQUENCES = ("client-cert-allowed-hostname", "peer-cert-allowed-cn", "peer-cert-allowed-hostname")
_ONE_STRING = Release(3, 5, 14)


def file_value(name: str, value: str, release: Release) -> FileValue:
    """A flag's text as that release's configuration file wants it typed; durations become nanoseconds.

    Raises:
        KeyError: no release has such a flag.
        ValueError: the text is not such a value; ask :func:`value_problem` first.
    """
    facts = flag(name)
    if facts is None:
        raise KeyError(name)
    one_string = name in _BECAME_SEQUENCES and release <= _ONE_STRING
    return flag_values.in_file("text" if one_string else facts.file_type, value)


def value_problem(name: str, value: str, release: Release) -> str | None:
    """Why that release would not take ``--name=value``, or None; the text stands behind the name."""
    facts = flag(name)
    if facts is None or not facts.known_in(release):
        return f"etcd {release} has no such flag"
    return flag_values.problem_of(name, facts.go_type, value, release)


def nearest(name: str, release: Release) -> str | None:
    """The flag of that release that somebody who wrote ``name`` probably means."""
    import difflib  # here, for it is slow to import and only a mistake needs it

    plain = name.lower().lstrip("-").replace("_", "-").removeprefix("etcd-")
    found = difflib.get_close_matches(plain, names(release), n=1, cutoff=0.7)
    return found[0] if found else None
