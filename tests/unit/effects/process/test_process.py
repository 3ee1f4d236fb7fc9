from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from etcdboot.base.errors import Missing, Refused
from etcdboot.effects.process.process import Program, Run, launch


def program(folder: Path, script: str, **environment: str) -> Program:
    return Program("e1", ("/bin/sh", "-c", script), tuple(environment.items()), folder, folder / "e1.log")


def run(made: Program) -> tuple[int, list[str]]:
    heard: list[str] = []

    async def live() -> int:
        return await (await launch(made, heard.append)).ended()

    return asyncio.run(live()), heard


def test_both_streams_are_heard_and_logged(tmp_path: Path) -> None:
    status, heard = run(program(tmp_path, "echo one; echo two >&2; exit 3"))
    assert status == 3
    assert heard == ["one", "two"]
    assert (tmp_path / "e1.log").read_text() == "one\ntwo\n"


def test_the_log_is_for_its_owner_alone_and_grows(tmp_path: Path) -> None:
    run(program(tmp_path, "echo one"))
    run(program(tmp_path, "echo two"))
    assert (tmp_path / "e1.log").read_text() == "one\ntwo\n"
    assert stat.S_IMODE((tmp_path / "e1.log").stat().st_mode) == 0o600


def test_a_log_is_not_written_through_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "e1.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises((Missing, Refused)):
        run(program(tmp_path, "echo one"))
    assert not (tmp_path / "elsewhere").exists()


def test_it_runs_in_its_folder_with_its_variables_and_no_inherited_etcd_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETCD_NAME", "inherited")
    monkeypatch.setenv("OTHER", "kept")
    _, heard = run(program(tmp_path, 'pwd; echo "$ETCD_NAME,$OTHER,$ETCD_DATA_DIR"', ETCD_DATA_DIR="mine"))
    assert heard == [str(tmp_path), ",kept,mine"]


def test_it_leads_a_session_of_its_own(tmp_path: Path) -> None:
    _, heard = run(program(tmp_path, "echo $$; cut -d' ' -f5,6 /proc/self/stat"))
    assert heard[1] == f"{heard[0]} {heard[0]}"
    assert int(heard[0]) != os.getsid(0)


def stopped(made: Program, grace: float, *, kill: bool = False) -> int:
    async def live() -> int:
        ready = asyncio.Event()
        running: Run = await launch(made, lambda line: ready.set())
        await ready.wait()
        if kill:
            running.kill()
            return await running.ended()
        return await running.stop(grace)

    return asyncio.run(live())


def test_stopping_asks_first(tmp_path: Path) -> None:
    script = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done"
    assert stopped(program(tmp_path, script), 30.0) == 7


def test_who_does_not_listen_is_killed_after_the_grace(tmp_path: Path) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 0.01; done"
    assert stopped(program(tmp_path, script), 0.1) == -9


def test_killing_takes_the_whole_group(tmp_path: Path) -> None:
    # The grandchild holds the pipe: were it alive, the reading would not end.
    script = "sleep 1000 & echo ready; wait"
    assert stopped(program(tmp_path, script), 0, kill=True) == -9


def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    made = Program("e1", ("/bin/sh",), (), tmp_path / "absent", tmp_path / "e1.log")
    with pytest.raises(Missing) as caught:
        run(made)
    assert caught.value.diagnostics[0].code == "EB510"
