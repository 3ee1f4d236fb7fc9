from __future__ import annotations

import os
from pathlib import Path

import pytest

from etcdboot.effects.background import Herald, in_background


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
