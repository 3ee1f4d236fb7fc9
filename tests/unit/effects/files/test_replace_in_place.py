from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.effects.files.replace_in_place import demand_rewritable, rewrite

BEFORE, AFTER = "name: é\r\n", "name: é\r\nboot: 1"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "cluster.yaml"
    path.write_bytes(BEFORE.encode())
    return path


def refusal(error: type[EtcdbootError], path: Path | str, before: str = BEFORE) -> str:
    """The code, which both ways to ask must give."""
    with pytest.raises(error) as first:
        demand_rewritable(str(path), before)
    with pytest.raises(error) as caught:
        rewrite(str(path), before, AFTER)
    assert [each.code for each in first.value.diagnostics] == [each.code for each in caught.value.diagnostics]
    return caught.value.diagnostics[0].code


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o660])
def test_the_new_text_stands_there_with_the_old_mode(spec: Path, mode: int) -> None:
    spec.chmod(mode)
    demand_rewritable(str(spec), BEFORE)
    rewrite(str(spec), BEFORE, AFTER)
    assert spec.read_bytes() == AFTER.encode()
    assert stat.S_IMODE(spec.stat().st_mode) == mode
    assert os.listdir(spec.parent) == ["cluster.yaml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays_the_owner(spec: Path) -> None:
    os.chown(spec, 4711, 4712)
    rewrite(str(spec), BEFORE, AFTER)
    assert (spec.stat().st_uid, spec.stat().st_gid) == (4711, 4712)


def test_a_relative_path_will_do(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(spec.parent)
    rewrite("cluster.yaml", BEFORE, AFTER)
    assert spec.read_text("utf-8") == AFTER.replace("\r\n", "\n")


def test_standard_input_is_refused() -> None:
    assert refusal(Refused, "-") == "EB121"


def test_a_symlink_is_refused_and_told_where_it_leads(spec: Path) -> None:
    link = spec.with_name("link.yaml")
    link.symlink_to(spec.name)
    assert refusal(Refused, link) == "EB121"
    with pytest.raises(Refused) as caught:
        rewrite(str(link), BEFORE, AFTER)
    assert str(spec) in caught.value.diagnostics[0].hint
    assert spec.read_bytes() == BEFORE.encode()


def test_a_fifo_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert refusal(Refused, tmp_path / "fifo") == "EB121"


def test_a_folder_cannot_be_written_to(tmp_path: Path) -> None:
    assert refusal(Missing, tmp_path) == "EB408"


def test_a_file_that_went_is_missing(tmp_path: Path) -> None:
    assert refusal(Missing, tmp_path / "gone") == "EB408"


@pytest.mark.parametrize("now", ["name: other\r\n", BEFORE + "# more", BEFORE[:-1], ""])
def test_what_changed_meanwhile_is_kept(spec: Path, now: str) -> None:
    spec.write_bytes(now.encode())
    assert refusal(Refused, spec) == "EB122"
    assert spec.read_bytes() == now.encode()
    assert os.listdir(spec.parent) == ["cluster.yaml"]


def test_a_file_that_took_its_place_meanwhile_is_kept(spec: Path) -> None:
    def swap(step: str, path: PurePosixPath) -> None:
        if path.name != spec.name:
            spec.unlink()
            spec.write_bytes(BEFORE.encode())

    with pytest.raises(Refused) as caught:
        rewrite(str(spec), BEFORE, AFTER, watcher=swap)
    assert caught.value.diagnostics[0].code == "EB122"
    assert spec.read_bytes() == BEFORE.encode()


def test_of_two_runs_at_once_one_writes_and_the_other_is_refused(spec: Path) -> None:
    steps: list[str] = []

    def meanwhile(step: str, path: PurePosixPath) -> None:
        steps.append(f"{step} {path.name}")
        if len(steps) in (2, 3):  # open, and not replaced yet
            assert refusal(Refused, spec) == "EB122"

    rewrite(str(spec), BEFORE, AFTER, watcher=meanwhile)
    assert steps[1:3] == ["write .cluster.yaml.etcdboot-new", "write cluster.yaml"]
    assert spec.read_bytes() == AFTER.encode()
    assert os.listdir(spec.parent) == ["cluster.yaml"]


def test_what_a_killed_run_left_is_no_obstacle(spec: Path) -> None:
    spec.with_name(".cluster.yaml.etcdboot-new").write_text("half")
    rewrite(str(spec), BEFORE, AFTER)
    assert os.listdir(spec.parent) == ["cluster.yaml"]


def test_at_whatever_step_the_disk_fails_the_file_is_whole(spec: Path) -> None:
    steps: list[str] = []
    rewrite(str(spec), BEFORE, BEFORE, watcher=lambda step, path: steps.append(step))
    assert len(steps) == 4
    for failing in range(len(steps)):
        spec.write_bytes(BEFORE.encode())
        left = [failing]

        def fail(step: str, path: PurePosixPath, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == -1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with pytest.raises(Missing, match=r"cluster\.yaml: No space left") as caught:
            rewrite(str(spec), BEFORE, AFTER, watcher=fail)
        assert caught.value.diagnostics[0].code == "EB408"
        last = failing == len(steps) - 1  # in place by then
        assert spec.read_bytes() == (AFTER if last else BEFORE).encode()
        assert os.listdir(spec.parent) == ["cluster.yaml"]
