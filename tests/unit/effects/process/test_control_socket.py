from __future__ import annotations

import asyncio
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from etcdboot.base.errors import EtcdbootError, ExitCode, Refused
from etcdboot.effects.process.control_socket import SOCKET, Answer, ask, serving
from lab.peers.fixtures import require_capability

DEADLINE = 30.0
T = TypeVar("T")


async def echo(question: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"heard": question}


async def refuse(question: Mapping[str, Any]) -> Mapping[str, Any]:
    raise Refused.because("EB511", "no", "do this", "there")


async def never(question: Mapping[str, Any]) -> Mapping[str, Any]:
    await asyncio.Event().wait()
    return {}


def served(folder: Path, answer: Answer, client: Callable[[], T]) -> T:
    async def live() -> T:
        async with serving(folder, answer):
            return await asyncio.to_thread(client)

    return asyncio.run(live())


def test_a_question_gets_its_answer(tmp_path: Path) -> None:
    reply = served(tmp_path, echo, lambda: ask(tmp_path, {"do": "ps"}, DEADLINE))
    assert reply == {"ok": True, "exit": 0, "heard": {"do": "ps"}}


def test_an_error_travels_with_code_hint_and_exit_code(tmp_path: Path) -> None:
    with pytest.raises(EtcdbootError) as caught:
        served(tmp_path, refuse, lambda: ask(tmp_path, {}, DEADLINE))
    assert caught.value.exit_code is ExitCode.REFUSED
    (found,) = caught.value.diagnostics
    assert (found.code, found.message, found.hint, found.path) == ("EB511", "no", "do this", "there")


def test_where_nobody_listens_there_is_no_answer(tmp_path: Path) -> None:
    assert ask(tmp_path, {}, DEADLINE) is None
    assert ask(tmp_path / "absent", {}, DEADLINE) is None


def test_the_socket_of_a_killed_run_is_no_hindrance(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / SOCKET))
    assert ask(tmp_path, {}, DEADLINE) is None
    assert served(tmp_path, echo, lambda: ask(tmp_path, {}, DEADLINE))


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / SOCKET).write_text("mine")
    with pytest.raises(Refused):
        served(tmp_path, echo, lambda: None)
    assert (tmp_path / SOCKET).read_text() == "mine"


def test_no_answer_in_time_is_refused(tmp_path: Path) -> None:
    def client() -> None:
        with pytest.raises(Refused, match="in time") as late:
            ask(tmp_path, {}, 0.05)
        assert late.value.diagnostics[0].code == "EB520"

    served(tmp_path, never, client)


def test_the_socket_is_for_its_owner_alone_and_goes_at_the_end(tmp_path: Path) -> None:
    mode = served(tmp_path, echo, lambda: stat.S_IMODE((tmp_path / SOCKET).lstat().st_mode))
    assert mode == 0o600
    assert not (tmp_path / SOCKET).exists()


def test_a_folder_may_be_deeper_than_a_socket_path_is_long(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a" * 40] * 4)
    deep.mkdir(parents=True)
    before = len(os.listdir("/proc/self/fd"))
    assert served(deep, echo, lambda: ask(deep, {}, DEADLINE))
    assert len(os.listdir("/proc/self/fd")) == before


def test_without_proc_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    require_capability("user namespaces")
    deep = tmp_path.joinpath(*["a" * 40] * 4)
    script = (
        "import sys; from pathlib import Path\n"
        "from etcdboot.effects.process.control_socket import ask; from etcdboot.base.errors import Refused\n"
        "try: ask(Path(sys.argv[1]), {}, 1.0)\n"
        "except Refused as told: print(told.diagnostics[0].code)\n"
    )
    argv = ["unshare", "-r", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
    done = subprocess.run(
        [*argv, sys.executable, "-c", script, str(deep)],
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("EB521\n", "")


def test_a_stranger_that_speaks_no_json_does_no_harm(tmp_path: Path) -> None:
    def client() -> object:
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(tmp_path / SOCKET))
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert stranger.recv(100) == b""
        return ask(tmp_path, {}, DEADLINE)

    assert served(tmp_path, echo, client)
