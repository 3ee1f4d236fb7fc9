"""The signals that ask a long command to end, and the end of the process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from etcdboot.base.errors import ExitCode

# What each leaves behind; a terminal that closes (HUP) counts as a request to end.
EXIT_CODES = {
    signal.SIGINT: ExitCode.INTERRUPTED,
    signal.SIGTERM: ExitCode.TERMINATED,
    signal.SIGHUP: ExitCode.TERMINATED,
}


@contextmanager
def unwinding() -> Iterator[None]:
    """Let TERM and HUP end the process as Ctrl-C does, by way of every ``finally`` on the path."""

    def unwind(number: int, frame: FrameType | None) -> None:
        raise SystemExit(int(EXIT_CODES[signal.Signals(number)]))

    before = {number: signal.signal(number, unwind) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def asked_to_end(first: Callable[[signal.Signals], None], again: Callable[[], None]) -> Iterator[None]:
    """Inside the running event loop: the first signal calls ``first``, every further one ``again``."""
    import asyncio  # not at start-up: every command loads this module

    loop = asyncio.get_running_loop()
    seen: list[signal.Signals] = []

    def hear(number: signal.Signals) -> None:
        seen.append(number)
        if len(seen) == 1:
            first(number)
        else:
            again()

    before = {number: signal.getsignal(number) for number in EXIT_CODES}
    for number in EXIT_CODES:
        loop.add_signal_handler(number, hear, number)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)  # removing leaves the default, which would end us where we stand


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the signals wait until a short piece of work is done, then do what they would have done.

    A signal mask would not do: it holds for one thread, and gRPC brings others, which would take the signal.
    """
    late: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: late.append(number)) for number in EXIT_CODES
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for first in late[:1]:
            signal.raise_signal(first)


def leave(code: int) -> NoReturn:
    """End at once with that exit code, both streams flushed.

    Taking the interpreter apart costs as much as a tenth of a command, more with gRPC loaded, and by now
    there is nothing of ours to tidy: files are closed and synced, members reaped, folders removed.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None: closed by the caller, `>&-`
        with suppress(OSError, ValueError):  # the reader has gone, or the stream was closed
            stream.flush()
    os._exit(code)
