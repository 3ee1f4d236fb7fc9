from __future__ import annotations

from threading import Barrier, Event

from etcdboot.effects.network.dial import in_time


def test_all_are_asked_at_the_same_time() -> None:
    together = Barrier(3, timeout=10)
    assert in_time((0, 1, 2), lambda each: (together.wait(), each)[1], 10) == {0: 0, 1: 1, 2: 2}


def test_who_hangs_is_left_behind_and_changes_nothing_later() -> None:
    released, ended = Event(), Event()

    def ask(question: str) -> str:
        if question == "slow":
            released.wait(10)
            ended.set()
        return question.upper()

    found = in_time(("slow", "quick"), ask, 0.05)
    released.set()
    assert ended.wait(10)
    assert found == {"quick": "QUICK"}


def test_nobody_asked_is_nothing_found() -> None:
    assert in_time((), str, 0) == {}
