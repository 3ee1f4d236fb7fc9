from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.artifacts import Artifact, ChangeKind
from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.base.manifest import MANIFEST, Manifest, digest
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.owned_tree import holder, lock, open_tree
from etcdboot.effects.files.root_folder import Watcher, unwatched
from samples.killing import killed

Files = dict[str, bytes]


def plan(files: Files) -> tuple[Artifact, ...]:
    """Artifacts for them; what is called a key is one."""
    return tuple(
        Artifact(PurePosixPath(path), content, 0o600 if "key" in path else 0o644, "key" in path)
        for path, content in files.items()
    )


def write(
    root: Path,
    files: Files,
    *,
    force: bool = False,
    prune: bool = False,
    watcher: Callable[[str, PurePosixPath], None] = unwatched,
) -> None:
    with open_tree(root, watcher=watcher) as tree:
        tree.write(tree.compare(plan(files)), releases={"etcd1": "3.6.14"}, force=force, prune=prune)


def kinds(root: Path, files: Files) -> dict[str, ChangeKind]:
    with open_tree(root, writing=False) as tree:
        return {str(each.artifact.path): each.kind for each in tree.compare(plan(files))}


def found(root: Path) -> Files:
    """Every file below the root but the manifest."""
    paths = sorted(each for each in root.rglob("*") if each.is_file())
    return {str(each.relative_to(root)): each.read_bytes() for each in paths if each.name != MANIFEST.name}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def codes(caught: pytest.ExceptionInfo[EtcdbootError]) -> list[str]:
    return [each.code for each in caught.value.diagnostics]


@contextmanager
def umask(bits: int) -> Iterator[None]:
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)


FIRST = {"etcd1/etcd.conf.yml": b"one\n", "etcd1/pki/server-key.pem": b"key one\n", "Procfile": b"p\n"}
SECOND = {"etcd1/etcd.conf.yml": b"two\n", "etcd1/pki/server-key.pem": b"key two\n", "etcd2/etcd.env": b"e\n"}


def test_what_was_written_is_the_same_at_the_next_look(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "out"
    assert set(kinds(root, FIRST).values()) == {ChangeKind.NEW}
    write(root, FIRST)
    assert found(root) == FIRST
    assert set(kinds(root, FIRST).values()) == {ChangeKind.SAME}
    assert Manifest.parse((root / MANIFEST).read_bytes()) == Manifest(
        files={path: digest(content) for path, content in FIRST.items()},
        releases={"etcd1": "3.6.14"},
        secret=frozenset({"etcd1/pki/server-key.pem"}),
    )


def test_writing_the_same_again_touches_nothing(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    steps: list[str] = []
    write(tmp_path, FIRST, watcher=lambda step, path: steps.append(step))
    # Nor does it try to remove what is not there: a disk mounted read-only would refuse that, too.
    writing = {
        "create",
        "write",
        "rename to",
        "set the permissions of",
        "remove",
        "remove the folder",
        "sync",
    }
    assert not writing & set(steps)


@pytest.mark.parametrize("bits", [0o000, 0o077])
def test_keys_and_their_folders_are_private_whatever_the_umask(tmp_path: Path, bits: int) -> None:
    with umask(bits):
        write(tmp_path / "out", FIRST)
    modes = {each: mode(tmp_path / "out" / each) for each in ("etcd1", "etcd1/pki", *FIRST)}
    assert modes == {
        "etcd1": 0o755,
        "etcd1/pki": 0o700,
        "etcd1/pki/server-key.pem": 0o600,
        "etcd1/etcd.conf.yml": 0o644,
        "Procfile": 0o644,
    }


def test_permissions_that_were_loosened_are_repaired(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    key = tmp_path / "etcd1/pki/server-key.pem"
    key.chmod(0o644)
    key.parent.chmod(0o755)
    assert kinds(tmp_path, FIRST)["etcd1/pki/server-key.pem"] is ChangeKind.UPDATE
    write(tmp_path, FIRST)
    assert (mode(key), mode(key.parent)) == (0o600, 0o700)


def test_reading_makes_nothing(tmp_path: Path) -> None:
    with open_tree(tmp_path / "out", writing=False) as tree:
        assert tree.present(["a"]) == {"a": None}
        with pytest.raises(ValueError, match="for reading only"):
            tree.disk.names()
    assert not (tmp_path / "out").exists()


def test_an_update_replaces_and_a_stale_file_stays_until_it_is_pruned(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    assert kinds(tmp_path, SECOND) == {
        "Procfile": ChangeKind.STALE,
        "etcd1/etcd.conf.yml": ChangeKind.UPDATE,
        "etcd1/pki/server-key.pem": ChangeKind.UPDATE,
        "etcd2/etcd.env": ChangeKind.NEW,
    }
    write(tmp_path, SECOND)
    assert found(tmp_path) == {**SECOND, "Procfile": b"p\n"}
    assert kinds(tmp_path, SECOND)["Procfile"] is ChangeKind.STALE
    write(tmp_path, SECOND, prune=True)
    assert found(tmp_path) == SECOND


def test_pruning_removes_the_folders_it_empties_and_no_others(tmp_path: Path) -> None:
    write(tmp_path, {"etcd1/pki/a": b"", "etcd2/pki/b": b"", "c": b""})
    (tmp_path / "etcd2" / "mine").write_text("mine")
    write(tmp_path, {"c": b""}, prune=True)
    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")) == [
        MANIFEST.name,
        "c",
        "etcd2",
        "etcd2/mine",
    ]


def test_a_foreign_file_is_never_replaced_and_then_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("mine")
    for force in (False, True):
        with pytest.raises(Refused) as caught:
            write(tmp_path, FIRST, force=force)
        assert codes(caught) == ["EB402"]
    assert [each.name for each in tmp_path.iterdir()] == ["Procfile"]


def test_a_foreign_file_that_equals_the_plan_is_adopted(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_bytes(FIRST["Procfile"])
    write(tmp_path, FIRST)
    assert kinds(tmp_path, {**FIRST, "Procfile": b"new"})["Procfile"] is ChangeKind.UPDATE


def test_an_edited_file_is_replaced_only_with_force(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    (tmp_path / "Procfile").write_text("by hand")
    with pytest.raises(Refused) as caught:
        write(tmp_path, SECOND | {"Procfile": b"q\n"})
    assert codes(caught) == ["EB401"]
    assert found(tmp_path) == {**FIRST, "Procfile": b"by hand"}
    write(tmp_path, SECOND | {"Procfile": b"q\n"}, force=True)
    assert found(tmp_path) == {**SECOND, "Procfile": b"q\n"}


def test_a_stale_file_that_was_edited_is_pruned_only_with_force(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    (tmp_path / "Procfile").write_text("by hand")
    with pytest.raises(Refused) as caught:
        write(tmp_path, SECOND, prune=True)
    assert codes(caught) == ["EB401"]
    write(tmp_path, SECOND, prune=True, force=True)
    assert found(tmp_path) == SECOND


def test_a_file_that_vanished_is_no_longer_ours(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    (tmp_path / "Procfile").unlink()
    write(tmp_path, SECOND)
    (tmp_path / "Procfile").write_text("mine")
    assert kinds(tmp_path, FIRST)["Procfile"] is ChangeKind.FOREIGN


def test_a_root_made_for_nothing_goes_again(tmp_path: Path) -> None:
    with open_tree(tmp_path / "out"):
        assert (tmp_path / "out").is_dir()
    assert not (tmp_path / "out").exists()


def test_a_symlink_in_the_way_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "etcd1").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused) as caught:
        write(tmp_path / "out", FIRST)
    assert codes(caught) == ["EB403"]
    assert not list((tmp_path / "elsewhere").iterdir())
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["etcd1"]


@pytest.mark.parametrize(("body", "code"), [("{", "EB406"), ('{"etcdboot-manifest": 99}', "EB407")])
def test_a_manifest_that_cannot_be_read_stops_everything(tmp_path: Path, body: str, code: str) -> None:
    write(tmp_path, FIRST)
    (tmp_path / MANIFEST).write_text(body)
    with pytest.raises(Refused) as caught:
        kinds(tmp_path, FIRST)
    assert codes(caught) == [code]


# --- one at a time ---


def test_a_second_run_is_refused_and_told_who_is_at_work(tmp_path: Path) -> None:
    with open_tree(tmp_path):
        for writing in (True, False):
            with (
                pytest.raises(Refused, match=rf"process {os.getpid()} \(") as caught,
                open_tree(tmp_path, writing=writing),
            ):
                pass
            assert codes(caught) == ["EB405"]
    with open_tree(tmp_path):
        pass


def test_another_folders_lock_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with open_tree(tmp_path / "other"), Disk(tmp_path) as disk:
        assert holder(disk) == ""


def test_several_may_read_at_once_but_nobody_writes_meanwhile(tmp_path: Path) -> None:
    with (
        open_tree(tmp_path, writing=False),
        open_tree(tmp_path, writing=False),
        pytest.raises(Refused),
        open_tree(tmp_path),
    ):
        pass


def test_a_root_taken_away_before_it_was_locked_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "out"
    root.mkdir()
    with Disk(root) as disk:
        root.rmdir()
        with pytest.raises(Refused, match="taken away") as caught, lock(disk):
            pass
        assert codes(caught) == ["EB405"]
        root.mkdir()
        with pytest.raises(Refused, match="taken away"), lock(disk):
            pass


def test_a_lock_that_the_system_refuses_is_told(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    with disk:
        pass
    with pytest.raises(Missing, match="cannot lock"), lock(disk):
        pass


def test_a_kill_releases_the_lock(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys; from etcdboot.effects.files.owned_tree import open_tree\n"
        "with open_tree(pathlib.Path(sys.argv[1])): print('open', flush=True); sys.stdin.read()"
    )
    variables = {"PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(Refused, match=f"process {holder.pid} "), open_tree(tmp_path):
            pass
        holder.kill()
    with open_tree(tmp_path):
        pass


# --- a disk that fails, a process that dies ---


def steps_of(root: Path, files: Files) -> int:
    """How many steps it takes to write them over what stands there."""
    steps: list[str] = []
    write(root, files, prune=True, watcher=lambda step, path: steps.append(step))
    return len(steps)


def check_nothing_is_torn(root: Path) -> None:
    """Each file is as the first or as the second run wants it, and no key was ever readable by others."""
    for path, content in found(root).items():
        name = path.removesuffix(".etcdboot-new").replace("/.", "/") if path.endswith("-new") else path
        if name == path:
            assert content in (FIRST.get(path), SECOND.get(path)), path
        if "key" in name:
            assert mode(root / path) == 0o600, path


def test_a_run_killed_at_any_step_is_finished_by_the_next(tmp_path: Path) -> None:
    write(tmp_path / "count", FIRST)
    total = steps_of(tmp_path / "count", SECOND)
    manifest = (tmp_path / "count" / MANIFEST).read_bytes()
    for fatal in range(1, total + 1):
        root = tmp_path / str(fatal)
        write(root, FIRST)
        assert killed(writing_second(root), fatal)
        check_nothing_is_torn(root)
        assert not {ChangeKind.EDITED, ChangeKind.FOREIGN} & set(kinds(root, SECOND).values()), fatal
        write(root, SECOND, prune=True)
        assert found(root) == SECOND, fatal
        assert (root / MANIFEST).read_bytes() == manifest, fatal
        assert sorted(each.name for each in root.iterdir()) == [MANIFEST.name, "etcd1", "etcd2"], fatal


def writing_second(root: Path) -> Callable[[Watcher], object]:
    """Write the second plan, watched."""
    return lambda watcher: write(root, SECOND, prune=True, watcher=watcher)


@pytest.mark.parametrize("lasting", [False, True])
def test_a_disk_that_fails_at_any_step_tears_nothing_and_the_next_run_finishes(
    tmp_path: Path, lasting: bool
) -> None:
    write(tmp_path / "count", FIRST)
    total = steps_of(tmp_path / "count", SECOND)
    for failing in range(1, total + 1):
        root = tmp_path / str(failing)
        write(root, FIRST)
        with pytest.raises(Missing) as caught:
            write(root, SECOND, prune=True, watcher=failing_at(failing, lasting=lasting))
        assert codes(caught) == ["EB408"]
        check_nothing_is_torn(root)
        if not lasting:
            assert not [path for path in found(root) if path.endswith("-new")], failing
        write(root, SECOND, prune=True)
        assert found(root) == SECOND, failing


def failing_at(number: int, *, lasting: bool) -> Callable[[str, PurePosixPath], None]:
    """A disk that is full at that step, or from that step on."""
    left = number

    def fail(step: str, path: PurePosixPath) -> None:
        nonlocal left
        left -= 1
        if left == 0 or (lasting and left < 0):
            raise OSError(errno.ENOSPC, "No space left on device")

    return fail


def test_a_full_disk_is_met_before_any_file_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, FIRST)

    def full(step: str, path: PurePosixPath) -> None:
        if step == "write" and "etcd2" in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Missing, match="No space left"):
        write(tmp_path, SECOND, watcher=full)
    assert found(tmp_path) == FIRST
