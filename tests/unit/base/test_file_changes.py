from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from etcdboot.base.artifacts import Artifact, Change, ChangeKind, Standing
from etcdboot.base.file_changes import after, compare, intended, refusals, removed, settled, written
from etcdboot.base.manifest import Manifest, digest

OLD, NEW, HAND = b"old\n", b"new\n", b"by hand\n"


def artifact(path: str = "a", content: bytes = NEW, mode: int = 0o644, *, secret: bool = False) -> Artifact:
    return Artifact(PurePosixPath(path), content, mode, secret)


def ours(**files: bytes) -> Manifest:
    return Manifest(files={path: digest(content) for path, content in files.items()})


def judged(standing: bytes | None, manifest: Manifest, mode: int = 0o644) -> Change:
    present = None if standing is None else Standing(standing, mode)
    [change] = compare([artifact()], manifest, {"a": present})
    return change


@pytest.mark.parametrize(
    ("standing", "manifest", "kind"),
    [
        (None, Manifest(), ChangeKind.NEW),
        (None, ours(a=OLD), ChangeKind.NEW),
        (NEW, ours(a=NEW), ChangeKind.SAME),
        (NEW, ours(a=OLD), ChangeKind.SAME),
        (NEW, Manifest(), ChangeKind.SAME),  # adopted
        (OLD, ours(a=OLD), ChangeKind.UPDATE),
        (OLD, Manifest(pending={"a": digest(OLD)}), ChangeKind.UPDATE),
        (HAND, ours(a=OLD), ChangeKind.EDITED),
        (HAND, Manifest(pending={"a": digest(OLD)}), ChangeKind.EDITED),
        (HAND, Manifest(), ChangeKind.FOREIGN),
    ],
)
def test_judges_a_file_by_plan_manifest_and_disk(
    standing: bytes | None, manifest: Manifest, kind: ChangeKind
) -> None:
    change = judged(standing, manifest)
    assert (change.kind, change.before, change.loose) == (kind, standing, False)


def test_a_planned_file_is_never_stale_and_an_unplanned_one_of_ours_is() -> None:
    manifest = ours(a=NEW, b=OLD, gone=OLD)
    present = {"a": Standing(NEW, 0o644), "b": Standing(OLD, 0o644), "gone": None}
    changes = compare([artifact()], manifest, present)
    assert [(str(each.artifact.path), each.kind, each.edited) for each in changes] == [
        ("a", ChangeKind.SAME, False),
        ("b", ChangeKind.STALE, False),
    ]


def test_a_file_outside_what_was_planned_this_time_is_not_stale() -> None:
    manifest = ours(**{"etcd2/a": OLD})
    present = {"a": None, "etcd2/a": Standing(OLD, 0o644)}
    changes = compare([artifact()], manifest, present, within=lambda path: not path.startswith("etcd2/"))
    assert [str(each.artifact.path) for each in changes] == ["a"]


def test_a_stale_file_stays_secret() -> None:
    manifest = Manifest(files={"key": digest(OLD)}, secret=frozenset({"key"}))
    [change] = compare([], manifest, {"key": Standing(OLD, 0o600)})
    assert change.artifact.secret


@pytest.mark.parametrize(
    ("wanted", "found", "loose"),
    [
        (0o644, 0o644, False),
        (0o644, 0o664, False),
        (0o644, 0o600, False),
        (0o644, 0o755, True),
        (0o755, 0o644, True),
        (0o755, 0o775, False),
        (0o600, 0o600, False),
        (0o600, 0o640, True),
        (0o600, 0o604, True),
        (0o600, 0o700, True),
    ],
)
def test_permissions_that_matter_make_an_update_of_the_same_bytes(
    wanted: int, found: int, loose: bool
) -> None:
    [change] = compare([artifact(mode=wanted)], ours(a=NEW), {"a": Standing(NEW, found)})
    assert change.kind is (ChangeKind.UPDATE if loose else ChangeKind.SAME)
    assert change.loose is loose


def test_two_artifacts_of_one_path_are_a_bug() -> None:
    with pytest.raises(ValueError, match="two artifacts for a"):
        compare([artifact(), artifact()], Manifest(), {"a": None})


@pytest.mark.parametrize("path", ["/etc/passwd", "../a", "a/../b", "", "a\0b"])
def test_no_artifact_leaves_the_root(path: str) -> None:
    with pytest.raises(ValueError, match="not a path below the root"):
        compare([artifact(path)], Manifest(), {path: None})


def test_refuses_foreign_files_always_and_edited_ones_without_force() -> None:
    changes = (judged(HAND, Manifest()), judged(HAND, ours(a=OLD)), judged(OLD, ours(a=OLD)))
    assert [each.code for each in refusals(changes)] == ["EB402", "EB401"]
    assert [each.code for each in refusals(changes, force=True)] == ["EB402"]
    assert all(each.hint and each.path == "a" for each in refusals(changes))


def test_refuses_to_prune_what_was_edited_unless_forced() -> None:
    changes = compare([], ours(a=OLD), {"a": Standing(HAND, 0o644)})
    assert [each.code for each in refusals(changes, prune=True)] == ["EB401"]
    assert refusals(changes) == ()
    assert refusals(changes, prune=True, force=True) == ()


def test_says_what_goes_to_the_disk_and_what_leaves_it() -> None:
    present = {path: Standing(content, 0o644) for path, content in {"a": NEW, "b": OLD, "c": OLD}.items()}
    changes = compare(
        [artifact("a"), artifact("b"), artifact("d")], ours(b=OLD, c=OLD), {**present, "d": None}
    )
    assert [str(each.artifact.path) for each in written(changes)] == ["b", "d"]
    assert [str(each.artifact.path) for each in removed(changes, prune=True)] == ["c"]
    assert removed(changes, prune=False) == ()


def test_while_a_write_is_under_way_old_and_new_bytes_are_both_ours() -> None:
    manifest = ours(a=OLD)
    coming = intended(manifest, [judged(OLD, manifest)])
    assert coming.wrote("a", OLD)
    assert coming.wrote("a", NEW)
    assert not coming.wrote("a", HAND)
    assert not coming.wrote("b", NEW)


def test_a_second_killed_write_still_knows_what_the_first_one_left() -> None:
    """First run killed after its rename (OLD → HAND's place), second run on its way to NEW."""
    middle = b"middle\n"
    manifest = Manifest(files={"a": digest(OLD)}, pending={"a": digest(middle)})
    coming = intended(manifest, [judged(middle, manifest)])
    assert coming.wrote("a", middle)
    assert coming.wrote("a", NEW)


def test_an_edited_file_becomes_ours_only_by_being_written() -> None:
    manifest = ours(a=OLD)
    assert not intended(manifest, [judged(HAND, manifest)]).wrote("a", HAND)


def test_what_is_to_go_is_ours_until_it_is_gone_and_forgotten_then() -> None:
    manifest = ours(a=OLD, b=OLD)
    changes = compare([], manifest, {path: Standing(OLD, 0o644) for path in ("a", "b")})
    going = intended(manifest, changes, prune=True)
    assert going.wrote("a", OLD)
    assert settled(going, {"a": None, "b": Standing(OLD, 0o644)}) == ours(b=OLD)
    assert intended(manifest, changes) == manifest


def test_once_nothing_is_under_way_each_file_is_what_stands_there() -> None:
    paths = {path: digest(NEW) for path in "abcd"}
    manifest = Manifest(files={"b": digest(OLD), "d": digest(OLD)}, pending=paths)
    standing = {"a": Standing(NEW, 0o644), "b": Standing(OLD, 0o644), "d": Standing(HAND, 0o644), "c": None}
    found = settled(manifest, standing)
    assert found.files == {"a": digest(NEW), "b": digest(OLD), "d": digest(OLD)}
    assert found.pending == {"d": digest(NEW)}, "changed by hand: it was one of the two"


def test_afterwards_the_manifest_holds_what_stands_there() -> None:
    present = {"a": Standing(OLD, 0o600), "b": Standing(OLD, 0o600), "c": Standing(OLD, 0o600)}
    manifest = Manifest(
        files={"a": digest(OLD), "b": digest(OLD), "c": digest(OLD)},
        releases={"etcd1": "3.5.1"},
        pending={"a": digest(NEW)},
        secret=frozenset({"a", "b"}),
    )
    changes = compare([artifact(), artifact("k", secret=True)], manifest, {**present, "k": None})
    last = after(manifest, changes, {"etcd1": "3.6.14"}, prune=True)
    assert last == Manifest(
        files={"a": digest(NEW), "k": digest(NEW)}, releases={"etcd1": "3.6.14"}, secret=frozenset({"k"})
    )


def test_afterwards_what_was_left_alone_is_still_ours() -> None:
    manifest = Manifest(
        files={"a": digest(OLD), "b": digest(OLD)}, releases={"m": "3.4.23"}, pending={"b": digest(HAND)}
    )
    changes = compare([artifact()], manifest, {"a": Standing(OLD, 0o644), "b": Standing(OLD, 0o644)})
    last = after(manifest, changes)
    assert last.files == {"a": digest(NEW), "b": digest(OLD)}
    assert last.pending == {"b": digest(HAND)}
    assert last.releases == {"m": "3.4.23"}


def test_what_others_made_is_remembered_from_before_the_write_until_it_is_replaced() -> None:
    changes = compare([artifact()], Manifest(), {"a": None})
    begun = intended(Manifest(), changes, {"a"})
    assert begun.has_adopted("a", NEW)
    done = after(begun, changes, adopted={"a"})
    assert done.adopted == {"a": digest(NEW)}
    same = compare([artifact()], done, {"a": Standing(NEW, 0o644)})
    assert after(done, same).adopted == done.adopted
    replaced = compare([artifact(content=HAND)], done, {"a": Standing(NEW, 0o644)})
    assert after(intended(done, replaced), replaced).adopted == {}
