from __future__ import annotations

import os
from pathlib import Path

import pytest

from etcdboot.base.errors import Refused
from etcdboot.effects.passphrase import VARIABLE
from etcdboot.effects.process.background import Herald, in_background


def test_the_herald_tells_one_object_a_line_until_it_is_closed() -> None:
    reading, writing = os.pipe()
    herald = Herald(writing)
    assert not os.get_inheritable(writing)
    herald.tell({"a": "é\n"})
    herald.tell({"b": 1})
    herald.close()
    herald.tell({"c": 2})
    herald.close()
    with os.fdopen(reading, "rb") as news:
        assert news.read().splitlines() == [b'{"a": "\\u00e9\\n"}', b'{"b": 1}']


def test_the_herald_does_not_mind_if_nobody_listens() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    herald = Herald(writing)
    herald.tell({"a": 1})
    herald.close()


def test_a_child_that_ends_badly_leaves_its_last_words() -> None:
    with in_background(("no-such-command",)) as child:
        assert list(child.news()) == []
        assert child.ended() == 2
        assert "no-such-command" in child.last_words()


def test_a_child_does_not_take_modules_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etcdboot.py").write_text("raise SystemExit(77)")
    monkeypatch.chdir(tmp_path)
    with in_background(("no-such-command",)) as child:
        assert child.ended() == 2


def test_a_passphrase_is_not_in_the_childs_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # The child reads its spec from a pipe that nobody writes to, so it is alive until it is ended.
    monkeypatch.setenv(VARIABLE, "correct horse")
    monkeypatch.setenv("ETCDCTL_PASSWORD", "battery staple")
    reading, writing = os.pipe()
    saved = os.dup(0)
    os.dup2(reading, 0)
    try:
        with in_background(("up", "-f", "-"), reads_stdin=True) as child:
            environment = Path(f"/proc/{child.pid}/environ").read_bytes()
            words = Path(f"/proc/{child.pid}/cmdline").read_bytes()
            child.end()
    finally:
        os.dup2(saved, 0)
        for descriptor in (reading, writing, saved):
            os.close(descriptor)
    assert b"PATH=" in environment
    assert not [secret for secret in (b"horse", b"staple") if secret in environment + words]


def test_a_passphrase_that_no_pipe_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "x" * 4097)
    with pytest.raises(Refused) as caught, in_background(("up",)):
        pass
    assert caught.value.diagnostics[0].code == "EB423"


def test_when_the_watching_is_interrupted_the_child_is_ended() -> None:
    # The child reads its spec from a pipe that nobody writes to, so it is alive until it is ended.
    reading, writing = os.pipe()
    saved = os.dup(0)
    os.dup2(reading, 0)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            in_background(("up", "-f", "-"), reads_stdin=True) as child,
        ):
            raise KeyboardInterrupt
        assert child.ended() != 0
    finally:
        os.dup2(saved, 0)
        for each in (reading, writing, saved):
            os.close(each)
