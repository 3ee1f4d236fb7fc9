"""Runs that die wherever they like, one after the other, never lose, tear or disown a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.artifacts import Artifact, ChangeKind
from etcdboot.base.manifest import MANIFEST
from etcdboot.effects.files.owned_tree import open_tree
from samples.sampling import examples

PATHS = ("a", "b", "m/key", "m/n/c")
PLANS = st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=3))
RUNS = st.lists(st.tuples(PLANS, st.integers(1, 60), st.booleans()), min_size=1, max_size=4)


class Died(BaseException):
    """What no code of ours catches: the process is gone."""


def dying(fatal: int) -> Callable[[str, PurePosixPath], None]:
    """Let nothing happen from that step on."""
    left = fatal

    def watch(step: str, path: PurePosixPath) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Died

    return watch


def plan(files: dict[str, bytes]) -> tuple[Artifact, ...]:
    return tuple(
        Artifact(PurePosixPath(path), content, 0o600 if path == "m/key" else 0o644, path == "m/key")
        for path, content in files.items()
    )


def run(root: Path, files: dict[str, bytes], fatal: int, *, prune: bool) -> None:
    """One run that may die; whatever it finds is ours."""
    try:
        with open_tree(root, watcher=dying(fatal)) as tree:
            changes = tree.compare(plan(files))
            assert not {ChangeKind.EDITED, ChangeKind.FOREIGN} & {each.kind for each in changes}
            assert not any(each.edited for each in changes)
            tree.write(changes, prune=prune)
    except Died:
        pass


def contents(root: Path) -> dict[str, bytes]:
    files = (each for each in root.rglob("*") if each.is_file() and each.name != MANIFEST.name)
    return {str(each.relative_to(root)): each.read_bytes() for each in files}


@examples(300)
@given(RUNS, PLANS)
def test_after_any_deaths_the_next_run_brings_about_its_plan(
    runs: list[tuple[dict[str, bytes], int, bool]], last: dict[str, bytes]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "out")
        said: set[tuple[str, bytes]] = set()
        for files, fatal, prune in runs:
            said |= set(files.items())
            run(root, files, fatal, prune=prune)
            assert {each for each in contents(root).items() if not each[0].endswith("-new")} <= said
        run(root, last, 10_000, prune=True)
        assert contents(root) == last
        with open_tree(root, writing=False) as tree:
            assert {each.kind for each in tree.compare(plan(last))} <= {ChangeKind.SAME}
            assert set(tree.manifest.files) == set(last)
            assert not tree.manifest.pending
