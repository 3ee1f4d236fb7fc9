"""Whom the two ends of the control socket trust, and what they make of an answer that is none."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.effects.files.state_folder import is_free, open_state
from etcdboot.effects.process.control_socket import SOCKET, ask, serving
from lab.peers.fixtures import require_capability
from samples.control_peer import (
    NOBODY,
    Serve,
    acting_as,
    answering,
    control_peer,
    dripping,
    flooding,
    open_folder,
)

DEADLINE = 30.0


def refusal(folder: Path, deadline: float = DEADLINE) -> str:
    """The code with which a question is refused."""
    with pytest.raises(EtcdbootError) as caught:
        ask(folder, {"do": "ps"}, deadline)
    assert caught.value.exit_code is ExitCode.REFUSED
    (found,) = caught.value.diagnostics
    assert found.message.isprintable()
    return found.code


@pytest.fixture
def shared() -> Iterator[Path]:
    require_capability("root")
    with open_folder() as folder:
        yield folder


# --- another user


def test_root_does_not_ask_in_a_folder_of_another_user(shared: Path) -> None:
    with acting_as(NOBODY):
        (shared / "state").mkdir(mode=0o700)
        peer = control_peer(shared / "state", answering(b'{"ok": true, "exit": 0}\n'))
        peer.__enter__()
    try:
        assert refusal(shared / "state") == "EB420"
    finally:
        peer.__exit__(None, None, None)


def test_a_user_does_not_ask_in_a_folder_of_root(shared: Path) -> None:
    (shared / "state").mkdir(mode=0o755)
    with acting_as(NOBODY):
        assert refusal(shared / "state") == "EB420"


def test_a_process_of_another_user_behind_the_socket_is_refused(shared: Path) -> None:
    (shared / "state").mkdir(mode=0o755)
    os.chown(shared / "state", NOBODY, NOBODY)
    with acting_as(NOBODY):
        peer = control_peer(shared / "state", answering(b'{"ok": true, "exit": 0}\n'))
        peer.__enter__()
    os.chown(shared / "state", 0, 0)
    try:
        assert refusal(shared / "state") == "EB420"
    finally:
        peer.__exit__(None, None, None)


def test_a_symlink_of_another_user_is_not_followed(shared: Path) -> None:
    (shared / "mine").mkdir(mode=0o700)
    (shared / "own-link").symlink_to(shared / "mine")
    with acting_as(NOBODY):
        (shared / "link").symlink_to(shared / "mine")
        (shared / "above").symlink_to(shared)
    assert refusal(shared / "link") == "EB420"
    assert refusal(shared / "above" / "mine") == "EB420"
    assert ask(shared / "own-link", {}, DEADLINE) is None


def test_up_keeps_no_state_in_a_folder_of_another_user(shared: Path) -> None:
    with acting_as(NOBODY):
        (shared / "state").mkdir(mode=0o755)
    for use in (lambda: open_state(shared / "state").__enter__(), lambda: is_free(shared / "state")):
        with pytest.raises(EtcdbootError) as caught:
            use()
        assert caught.value.diagnostics[0].code == "EB420"
    assert list((shared / "state").iterdir()) == []


def test_a_running_up_does_not_answer_another_user(shared: Path) -> None:
    heard: list[Mapping[str, Any]] = []

    async def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        heard.append(question)
        return {}

    def connected() -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(shared / SOCKET))
        return connection

    def reply(connection: socket.socket) -> bytes:
        with connection:
            try:
                connection.sendall(b'{"do": "down"}\n')
                return connection.recv(1 << 16)
            except ConnectionError:
                return b""

    async def live() -> tuple[bytes, bytes]:
        async with serving(shared, answer):
            (shared / SOCKET).chmod(0o666)
            with acting_as(NOBODY):
                foreign = connected()
            as_nobody = await asyncio.to_thread(reply, foreign)
            return as_nobody, await asyncio.to_thread(reply, connected())

    as_nobody, as_root = asyncio.run(live())
    assert as_nobody == b""
    assert json.loads(as_root)["ok"]
    assert heard == [{"do": "down"}]


# --- an answer that is none


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(mode)
    assert refusal(tmp_path / "state") == "EB421"


@pytest.mark.parametrize(
    "reply",
    [
        b"\xff\xfe\n",
        b"hello\n",
        b'{"ok": true',
        b"[" * 100_000 + b"\n",
        b'{"ok":' * 100_000 + b"\n",
        b"[]\n",
        b"null\n",
        b"{}\n",
        b'{"ok": 1}\n',
        b'{"ok": "yes"}\n',
        b'{"ok": false}\n',
        b'{"ok": false, "exit": 0, "diagnostics": []}\n',
        b'{"ok": false, "exit": 1, "diagnostics": []}\n',
        b'{"ok": false, "exit": 99, "diagnostics": []}\n',
        b'{"ok": false, "exit": "7", "diagnostics": []}\n',
        b'{"ok": false, "exit": 7, "diagnostics": {}}\n',
        b'{"ok": false, "exit": 7, "diagnostics": [1]}\n',
        b'{"ok": false, "exit": 7, "diagnostics": [{"code": "EB511"}]}\n',
        b'{"ok": false, "exit": 7, "diagnostics": [{"severity": "error", "code": "\\u001b[2J", "message": "",'
        b' "hint": "", "path": ""}]}\n',
        b"1" * 10_000 + b"\n",
    ],
    ids=range(20),
)
def test_a_malformed_answer_is_refused(tmp_path: Path, reply: bytes) -> None:
    with control_peer(tmp_path, answering(reply)):
        assert refusal(tmp_path) == "EB422"


@pytest.mark.parametrize(
    ("serve", "deadline", "code"), [(dripping, 0.2, "EB520"), (flooding, DEADLINE, "EB422")]
)
def test_an_answer_without_end_is_bounded_in_time_and_size(
    tmp_path: Path, serve: Serve, deadline: float, code: str
) -> None:
    with control_peer(tmp_path, serve):
        assert refusal(tmp_path, deadline) == code


@pytest.mark.parametrize("question", [b"[]\n", b"1\n", b"[" * 50_000 + b"\n", b"\xff\n"])
def test_a_malformed_question_is_hung_up_on(tmp_path: Path, question: bytes) -> None:
    faults: list[object] = []

    async def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"do": question.get("do")}

    def client() -> object:
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(tmp_path / SOCKET))
            stranger.sendall(question)
            assert stranger.recv(100) == b""
        return ask(tmp_path, {"do": "ps"}, DEADLINE)

    async def live() -> object:
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: faults.append(context["exception"])
        )
        async with serving(tmp_path, answer):
            reply = await asyncio.to_thread(client)
        gc.collect()  # asyncio reports what a task raised when the task goes
        return reply

    assert asyncio.run(live()) == {"ok": True, "exit": 0, "do": "ps"}
    assert not [fault for fault in faults if isinstance(fault, Exception)]  # a cancelled task is none
