from __future__ import annotations

import asyncio
import os
import signal

import pytest

from etcdboot.effects.signals import EXIT_CODES, asked_to_end, undisturbed, unwinding


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_runs_every_finally(number: signal.Signals) -> None:
    before, undone = signal.getsignal(number), []
    with pytest.raises(SystemExit) as caught, unwinding():
        try:
            os.kill(os.getpid(), number)
            signal.sigtimedwait([], 10)  # the handler runs before this is over
        finally:
            undone.append(True)
    assert caught.value.code == int(EXIT_CODES[number]) == 143
    assert undone and signal.getsignal(number) is before


def test_the_first_signal_asks_and_the_others_insist() -> None:
    heard: list[object] = []

    async def live() -> None:
        enough = asyncio.Event()

        def again() -> None:
            heard.append("again")
            if heard.count("again") == 2:
                enough.set()

        with asked_to_end(heard.append, again):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
                os.kill(os.getpid(), number)
                await asyncio.sleep(0)
            await asyncio.wait_for(enough.wait(), 30)

    before = [signal.getsignal(number) for number in EXIT_CODES]
    asyncio.run(live())
    assert [signal.getsignal(number) for number in EXIT_CODES] == before
    assert len(heard) == 3 and heard[0] in EXIT_CODES and heard[1:] == ["again", "again"]


def test_a_signal_waits_until_the_work_is_done() -> None:
    done = False
    with pytest.raises(SystemExit), unwinding(), undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        done = True
    assert done
