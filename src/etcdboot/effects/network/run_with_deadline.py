"""Ask several at once, and wait for none longer than there is time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Thread
from typing import TypeVar

from etcdboot.effects.clock import monotonic

_GRACE = 0.2  # seconds for all threads to write down what they heard at the last moment

Q = TypeVar("Q")
A = TypeVar("A")


def in_time(questions: Iterable[Q], ask: Callable[[Q], A], limit: float) -> dict[Q, A]:
    """What ``ask`` gave for each of the questions, as far as it did within ``limit`` seconds for all.

    ``ask`` raises nothing. Who has no answer by then is left behind in its thread, which keeps nobody from
    ending: the system looks names up as long as it likes, and a host may send a byte now and then for ever.
    """
    found: dict[Q, A] = {}

    def answer(question: Q) -> None:
        found[question] = ask(question)

    deadline = monotonic() + limit + _GRACE
    threads = [Thread(target=answer, args=(each,), daemon=True) for each in questions]
    for each in threads:
        each.start()
    for each in threads:
        each.join(max(deadline - monotonic(), 0))
    return found.copy()  # whatever comes late changes it no more
