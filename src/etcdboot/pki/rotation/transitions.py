"""A new CA in place of an old one: what each step writes (``pki.store.rotation_state`` says why)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from etcdboot.base.artifacts import Artifact
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.rotation_state import (
    RETIRED,
    ROTATION,
    Rotation,
    Step,
    generation,
    in_generation,
    retired_paths,
    waiting_paths,
)
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import dump_certificate, load_certificate
from etcdboot.pki.x509.signing import Pair
from etcdboot.plan.certificate_request import CertRequest, PairPaths, pair_paths


@dataclass(frozen=True, slots=True)
class Line:
    """CAs that are replaced together, the first of them signing the others, and what they have signed.

    The first is one that others trust, or (``inner``) an intermediate by itself: then no trust changes.
    """

    authorities: tuple[CertRequest, ...]
    leaves: tuple[CertRequest, ...]

    @property
    def name(self) -> str:
        """The first CA's name, which is the line's."""
        return self.authorities[0].name

    @property
    def inner(self) -> bool:
        """Whether nobody is asked to trust another CA."""
        return not self.authorities[0].is_root

    @property
    def signer(self) -> str:
        """The CA that signs the leaves."""
        return self.authorities[-1].name


@dataclass(frozen=True, slots=True)
class Move:
    """What a step writes, and the state that it leads to (None: the rotation is over)."""

    files: tuple[Artifact, ...]
    rotation: Rotation | None


def line_of(requests: tuple[CertRequest, ...], name: str) -> Line:
    """The line that begins with the CA of that name."""
    authorities = [each for each in requests if each.is_ca and name in (each.name, each.ca_name)]
    signers = {each.name for each in authorities}
    leaves = (each for each in requests if not each.is_ca and each.ca_name in signers)
    return Line(tuple(authorities), tuple(leaves))


def successors(line: Line, entries: Mapping[str, Entry]) -> tuple[CertRequest, ...]:
    """The CAs to make: as the plan wants them, under a name that tells them from those before."""
    return tuple(
        replace(each, subject=(*each.subject[:-1], ("CN", _following(each, entries[each.name]))))
        for each in line.authorities
    )


def _following(request: CertRequest, entry: Entry) -> str:
    shown = dict(entry.facts.subject).get("CN", "") if entry.facts else ""
    return in_generation(request.common_name, generation(shown) + 1)


# --- the steps


def begun(line: Line, entries: Mapping[str, Entry], made: Mapping[str, Pair]) -> Move:
    """Both are trusted: the new CAs wait, the bundle holds the old one and the new one."""
    old, new = _certificate(entries[line.name]), first(made[line.name].certificate)
    files = [*_bundle(line, old, new)]
    for name, pair in made.items():
        files += _pair(waiting_paths(name), pair)
    return Move(tuple(files), _state(Step.BUNDLE, old, new, files))


def parted(line: Line, entries: Mapping[str, Entry], made: Mapping[str, Pair]) -> Move:
    """The same for peers that leave a CA which others keep: ``entries`` are its, under the line's names.

    A copy of it signs for the peers until the new CA does, so that all later steps are those of any rotation.
    """
    move = begun(line, entries, made)
    copies: list[Artifact] = []
    for request in line.authorities:
        entry, paths = entries[request.name], pair_paths(request.name)
        if request.name != line.name:
            copies.append(Artifact(paths.certificate, _certificate(entry)))
        copies += _key(paths, entry.found.key or b"")
    return carried(replace(move, files=(*move.files, *copies)), splits=True)


def rejoined(line: Line, waiting: Mapping[str, Pair]) -> tuple[Move, frozenset[str]]:
    """The way back from :func:`parted`, and the files to remove: the copies; the new CAs are retired."""
    files: list[Artifact] = []
    for name, pair in waiting.items():
        files += _pair(retired_paths(name, _fingerprint(pair.certificate)), pair)
    gone = frozenset(str(path) for each in line.authorities for path in pair_paths(each.name))
    return Move(tuple(files), None), gone


def carried(move: Move, *, splits: bool) -> Move:
    """The move in a rotation that is a split, or is none."""
    return replace(move, rotation=replace(move.rotation, splits=splits)) if move.rotation else move


def swapped(
    line: Line,
    entries: Mapping[str, Entry],
    waiting: Mapping[str, Pair],
    made: Mapping[str, Pair],
    step: Step,
) -> Move:
    """The CAs that waited sign, and have signed ``made``; those that signed wait. The trust stays."""
    old, new = _certificate(entries[line.name]), first(waiting[line.name].certificate)
    files = [*_bundle(line, new, old)]
    for request in line.authorities:
        coming, entry, paths = waiting[request.name], entries[request.name], pair_paths(request.name)
        if request.name != line.name:
            files.append(Artifact(paths.certificate, first(coming.certificate)))
        files += _key(paths, coming.key)
        files += _pair(waiting_paths(request.name), Pair(_certificate(entry), entry.found.key or b""))
    for name, pair in made.items():
        files += _pair(pair_paths(name), pair)
    ends = (old, new) if step is Step.REISSUE else (new, old)
    return Move(tuple(files), _state(step, *ends, files))


def ended(
    line: Line,
    entries: Mapping[str, Entry],
    waiting: Mapping[str, Pair],
    step: Step | None,
    *,
    copies: bool = False,
) -> Move:
    """The CA that signs is trusted alone; the other one is retired. ``step`` None: it never signed.

    What waits are ``copies`` after a split: they stay for the last look, and go with the rotation.
    """
    kept, gone = _certificate(entries[line.name]), first(waiting[line.name].certificate)
    files = [Artifact(pair_paths(line.name).certificate, kept)]
    for name, pair in waiting.items():
        paths = waiting_paths(name) if copies else retired_paths(name, _fingerprint(pair.certificate))
        files += _pair(paths, pair)
    return Move(tuple(files), None if step is None else _state(step, gone, kept, files))


def replaced(line: Line, entries: Mapping[str, Entry], made: Mapping[str, Pair]) -> Move:
    """An intermediate gives way at once, for those who trust its root trust the next one too."""
    old, new = _certificate(entries[line.name]), first(made[line.name].certificate)
    files: list[Artifact] = []
    for name, pair in made.items():
        files += _pair(pair_paths(name), pair)
    former = Pair(old, entries[line.name].found.key or b"")
    files += _pair(retired_paths(line.name, _fingerprint(old)), former)
    return Move(tuple(files), _state(Step.REISSUE, old, new, files))


def first(pem: bytes) -> bytes:
    """The first certificate of a file that may be a bundle."""
    return dump_certificate(load_certificate(pem))


def kept_paths(line: Line, rotation: Rotation) -> dict[str, PairPaths]:
    """Where each other CA of the line is kept, by the name of the one that is in its place."""
    return {
        request.name: PairPaths(path, path.with_name(f"{path.stem}-key.pem"))
        for request in line.authorities
        for path in map(PurePosixPath, rotation.files)
        if path == waiting_paths(request.name).certificate or _is_retired(path, request.name)
    }


def _is_retired(path: PurePosixPath, name: str) -> bool:
    is_own = path.parent == RETIRED and path.name.startswith(f"{name}-")
    return is_own and not path.name.endswith("-key.pem")


def _bundle(line: Line, signing: bytes, other: bytes) -> Iterator[Artifact]:
    yield Artifact(pair_paths(line.name).certificate, signing + other)


def _pair(paths: PairPaths, pair: Pair) -> Iterator[Artifact]:
    yield Artifact(paths.certificate, pair.certificate)
    yield from _key(paths, pair.key)


def _key(paths: PairPaths, key: bytes) -> Iterator[Artifact]:
    if key:
        yield Artifact(paths.key, key, 0o600, secret=True)


def _state(step: Step, old: bytes, new: bytes, files: Iterable[Artifact]) -> Rotation:
    kept = (str(each.path) for each in files if {ROTATION, RETIRED}.intersection(each.path.parents))
    return Rotation(step, _fingerprint(old), _fingerprint(new), tuple(sorted(kept)))


def _certificate(entry: Entry) -> bytes:
    assert entry.found.certificate is not None, "a rotation begins with a CA that is there"
    return first(entry.found.certificate)


def _fingerprint(pem: bytes) -> str:
    return read(pem, None).sha256
