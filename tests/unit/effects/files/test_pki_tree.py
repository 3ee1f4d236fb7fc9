from __future__ import annotations

import errno
import os
import signal
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.artifacts import Artifact, ChangeKind
from etcdboot.base.errors import Missing, Refused
from etcdboot.base.manifest import MANIFEST, Manifest, digest
from etcdboot.effects.files.pki_tree import READY, STAGED, open_pairs
from etcdboot.effects.files.root_folder import unwatched
from etcdboot.plan.certificate_request import pair_paths
from samples.killing import killed
from samples.sampling import kill_points

Pairs = dict[str, bytes]
Watch = Callable[[str, PurePosixPath], None]

OLD = {
    "ca.pem": b"ca",
    "ca-key.pem": b"ca key",
    "members/a/server.pem": b"1",
    "members/a/server-key.pem": b"1",
}
NEW = OLD | {"members/a/server.pem": b"2", "members/a/server-key.pem": b"2"} | {
    "clients/root.pem": b"r",
    "clients/root-key.pem": b"r",
}  # fmt: skip


def write(root: Path, pairs: Pairs, watcher: Watch = unwatched) -> None:
    artifacts = [
        Artifact(PurePosixPath(path), content, 0o600 if "key" in path else 0o644, "key" in path)
        for path, content in pairs.items()
    ]
    with open_pairs(root, watcher=watcher) as tree:
        tree.write(tree.compare(artifacts))


def found(root: Path) -> Pairs:
    """Every file below the root but the manifest."""
    files = sorted(each for each in root.rglob("*") if each.is_file() and each.name != MANIFEST.name)
    return {str(each.relative_to(root)): each.read_bytes() for each in files}


def seen(root: Path) -> Pairs:
    """What a reader sees."""
    with open_pairs(root, writing=False) as tree:
        return {path: each.content for path, each in tree.present(NEW).items() if each}


def steps_of(root: Path, pairs: Pairs) -> int:
    steps: list[str] = []
    write(root, pairs, lambda step, path: steps.append(step))
    return len(steps)


def dying_at(number: int, act: Callable[[], None]) -> Watch:
    left = number

    def watch(step: str, path: PurePosixPath) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            act()

    return watch


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_killed(root: Path, pairs: Pairs, number: int) -> None:
    """Write them in a process of its own that is killed just before that step."""
    child = os.fork()
    if child == 0:
        write(root, pairs, dying_at(number, kill_myself))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


def test_what_is_written_stands_in_place_and_the_stage_is_gone(tmp_path: Path) -> None:
    write(tmp_path / "pki", OLD)
    assert found(tmp_path / "pki") == OLD
    write(tmp_path / "pki", NEW)
    assert found(tmp_path / "pki") == NEW
    assert sorted(each.name for each in (tmp_path / "pki").iterdir()) == [
        MANIFEST.name,
        "ca-key.pem",
        "ca.pem",
        "clients",
        "members",
    ]


def test_keys_and_the_folders_that_hold_them_are_private_from_the_start(tmp_path: Path) -> None:
    seen_modes: set[tuple[bool, int]] = set()

    def look(step: str, path: PurePosixPath) -> None:
        for each in tmp_path.rglob("*"):
            if "key" in each.name:
                seen_modes.add((each.is_file(), stat.S_IMODE(each.stat().st_mode)))

    write(tmp_path / "pki", NEW, look)
    assert seen_modes == {(True, 0o600)}
    for folder in (tmp_path / "pki", tmp_path / "pki/members/a", tmp_path / "pki/clients"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    steps: list[str] = []
    write(tmp_path, OLD, lambda step, path: steps.append(step))
    assert not {"create", "write", "rename to", "sync"} & set(steps)


def test_a_run_killed_at_any_step_leaves_old_or_new_and_the_next_completes_it(tmp_path: Path) -> None:
    write(tmp_path / "count", OLD)
    total = steps_of(tmp_path / "count", NEW)
    manifest = (tmp_path / "count" / MANIFEST).read_bytes()
    outcomes = set()
    for fatal in kill_points("killed run", total):
        root = tmp_path / str(fatal)
        write(root, OLD)
        run_killed(root, NEW, fatal)
        outcomes.add(seen(root) == NEW)
        assert seen(root) in (OLD, NEW), fatal
        write(root, NEW)
        assert found(root) == NEW, fatal
        assert (root / MANIFEST).read_bytes() == manifest, fatal
    assert outcomes == {True, False}


def test_what_goes_goes_together_with_what_comes_wherever_the_run_is_killed(tmp_path: Path) -> None:
    less = {"ca.pem": b"ca", "ca-key.pem": b"ca key", "clients/root.pem": b"r", "clients/root-key.pem": b"r"}

    def replace_all(root: Path, watcher: Watch = unwatched) -> None:
        with open_pairs(root, watcher=watcher) as tree:
            artifacts = [Artifact(PurePosixPath(path), content) for path, content in less.items()]
            tree.write(tree.compare(artifacts), prune=True)

    def names(root: Path) -> set[str]:
        return {str(each.relative_to(root)) for each in root.rglob("*")}

    write(tmp_path / "done", OLD)
    replace_all(tmp_path / "done")
    assert found(tmp_path / "done") == less
    outcomes = set()
    for fatal in kill_points("replace all"):
        root = tmp_path / str(fatal)
        write(root, OLD)
        if not killed(partial(replace_all, root), fatal):
            break
        with open_pairs(root, writing=False) as tree:
            shown = {path: each.content for path, each in tree.present({**OLD, **less}).items() if each}
        assert shown in (OLD, less), fatal
        outcomes.add(shown == less)
        replace_all(root)
        assert names(root) == names(tmp_path / "done"), fatal
        assert (root / MANIFEST).read_bytes() == (tmp_path / "done" / MANIFEST).read_bytes(), fatal
    assert outcomes == {True, False}


def test_what_a_killed_run_was_about_to_write_is_forgotten_by_the_next(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, NEW, interrupting("create", READY))
    assert "clients/root.pem" in Manifest.parse((tmp_path / MANIFEST).read_bytes()).pending
    write(tmp_path, OLD)
    assert Manifest.parse((tmp_path / MANIFEST).read_bytes()).pending == {}


def interrupting(at: str, where: PurePosixPath) -> Watch:
    def watch(step: str, path: PurePosixPath) -> None:
        if (step, path) == (at, where):
            raise KeyboardInterrupt

    return watch


def test_a_stage_that_is_ready_is_put_in_place_by_the_next_run_whatever_that_wants(tmp_path: Path) -> None:
    write(tmp_path / "count", OLD)
    total = steps_of(tmp_path / "count", NEW)
    rolled = 0
    for fatal in kill_points("ready stage", total):
        root = tmp_path / str(fatal)
        write(root, OLD)
        run_killed(root, NEW, fatal)
        before = seen(root)
        with open_pairs(root) as tree:
            assert not tree.disk.exists(STAGED)
            assert all(tree.manifest.wrote(path, content) for path, content in before.items())
        assert {path: (root / path).read_bytes() for path in before} == before, fatal
        rolled += before == NEW
    assert 0 < rolled < total


@pytest.mark.parametrize("lasting", [False, True])
def test_a_disk_that_fails_at_any_step_loses_nothing(tmp_path: Path, lasting: bool) -> None:
    write(tmp_path / "count", OLD)
    total = steps_of(tmp_path / "count", NEW)
    for failing in kill_points("failing disk", total):
        root = tmp_path / str(failing)
        write(root, OLD)
        left = failing

        def fail(step: str, path: PurePosixPath) -> None:
            nonlocal left
            left -= 1
            if left == 0 or (lasting and left < 0):
                raise OSError(errno.ENOSPC, "No space left on device")

        with pytest.raises(Missing, match="No space left"):
            write(root, NEW, fail)
        assert seen(root) in (OLD, NEW), failing
        write(root, NEW)
        assert found(root) == NEW, failing


def test_an_interrupted_run_drops_its_stage_at_once(tmp_path: Path) -> None:
    write(tmp_path, OLD)

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, NEW, interrupting("create", READY))
    assert found(tmp_path) == OLD
    assert not (tmp_path / STAGED).exists()


def test_reading_settles_nothing(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    (tmp_path / STAGED).mkdir()
    (tmp_path / STAGED / "members@a@server.pem").write_bytes(b"half")
    assert seen(tmp_path) == OLD
    (tmp_path / READY).touch()
    assert seen(tmp_path) == OLD | {"members/a/server.pem": b"half"}
    assert (tmp_path / "members/a/server.pem").read_bytes() == b"1"


def test_a_folder_that_is_not_there_reads_as_empty(tmp_path: Path) -> None:
    assert seen(tmp_path / "pki") == {}
    assert not (tmp_path / "pki").exists()


def test_a_key_that_was_never_here_is_told_from_one_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, OLD | {"clients/alice.pem": b"a"})
    (tmp_path / "members/a/server-key.pem").unlink()
    for writing in (True, False):
        with open_pairs(tmp_path, writing=writing) as tree:
            assert tree.is_keyless(pair_paths("client/alice"))
            assert not tree.is_keyless(pair_paths("a/server"))
            assert not tree.is_keyless(pair_paths("client/nobody"))


def test_the_root_is_private_even_while_no_key_stands_right_in_it(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir(mode=0o755)
    write(tmp_path / "pki", {"ca.pem": b"ca"})
    assert stat.S_IMODE((tmp_path / "pki").stat().st_mode) == 0o700


def test_a_folder_that_others_use_is_no_folder_for_keys(tmp_path: Path) -> None:
    shared = tmp_path / "etc"
    shared.mkdir(mode=0o755)
    (shared / "hosts").write_text("127.0.0.1 localhost")
    with pytest.raises(Refused, match="it holds hosts") as caught:
        write(shared, OLD)
    assert caught.value.diagnostics[0].code == "EB409"
    assert [each.name for each in shared.iterdir()] == ["hosts"]
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert not seen(shared)  # to look is no harm


def test_what_a_pki_holds_without_its_manifest_is_no_stranger(tmp_path: Path) -> None:
    for path in ("members", "clients", "csr", ".git"):
        (tmp_path / "pki" / path).mkdir(parents=True)
    for path in ("ca.pem", "peer-root-ca-key.pem", "crl.der", "revoked.json"):
        (tmp_path / "pki" / path).write_bytes(b"before")
    (tmp_path / "pki").chmod(0o755)
    write(tmp_path / "pki", {"clients/root.pem": b"r"})
    assert stat.S_IMODE((tmp_path / "pki").stat().st_mode) == 0o700


def test_a_file_of_ours_that_vanished_is_known_to_be_lost(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    (tmp_path / "ca.pem").unlink()
    with open_pairs(tmp_path) as tree:
        assert tree.is_lost(PurePosixPath("ca.pem"))
        assert not tree.is_lost(PurePosixPath("ca-key.pem"))
        assert not tree.is_lost(PurePosixPath("clients/root.pem"))


def test_a_file_that_was_taken_away_is_ours_when_it_comes_back(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    key = tmp_path / "ca-key.pem"
    key.unlink()
    write(tmp_path, {path: content for path, content in NEW.items() if path != key.name})
    with open_pairs(tmp_path) as tree:
        assert key.name not in tree.manifest.paths()
    key.write_bytes(OLD[key.name])
    key.chmod(0o600)
    with open_pairs(tmp_path) as tree:
        assert tree.manifest.wrote(key.name, OLD[key.name])
        assert key.name in tree.manifest.secret


def test_a_symlink_for_a_stage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki" / STAGED).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused) as caught:
        write(tmp_path / "pki", OLD)
    assert caught.value.diagnostics[0].code == "EB403"


def test_loosened_permissions_are_tightened_without_touching_the_content(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    key = tmp_path / "members/a/server-key.pem"
    key.chmod(0o644)
    write(tmp_path, OLD)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes() == b"1"


def test_a_foreign_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(b"theirs")
    with pytest.raises(Refused):
        write(tmp_path, OLD)
    assert found(tmp_path) == {"ca.pem": b"theirs"}


def test_the_manifest_tells_what_was_written(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    with open_pairs(tmp_path, writing=False) as tree:
        assert tree.manifest.files == {path: digest(content) for path, content in OLD.items()}
        assert tree.manifest.secret == {path for path in OLD if "key" in path}
        assert {each.kind for each in tree.compare(())} == {ChangeKind.STALE}


def test_good_pairs_need_no_disk_that_can_be_written(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    steps: list[str] = []
    write(tmp_path, OLD, lambda step, path: steps.append(step))
    assert not {"create", "write", "rename to", "remove", "remove the folder"} & set(steps)
