"""Ask the program that signs in place of a CA of ours: a request in, a certificate out."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import printable
from etcdboot.effects.process.environment import for_others

LARGEST: Final = 1 << 20  # bytes of output; a chain has some thousands
_SAID: Final = 4096  # bytes of its last words
_LOOK: Final = 0.05  # seconds between two looks at whether it has ended
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a signer gave: its output, the last of what it said, and why that is no answer (empty: it is one).

    ``absent`` tells that there is no such program.
    """

    output: bytes = b""
    said: str = ""
    trouble: str = ""
    absent: bool = False


def ask(
    command: Sequence[str], request: bytes, variables: Mapping[str, str], *, timeout: float, folder: Path
) -> Answer:
    """Run the command in a folder, with the request as its input; no shell, and no terminal to ask at.

    ``timeout`` in seconds. Whatever it started is ended with it.
    """
    program = command[0]
    if os.sep in program:
        program = str(folder.absolute() / program)
    with tempfile.TemporaryFile() as given:  # a file never blocks, however little of it is read
        given.write(request)
        given.seek(0)
        try:
            process = subprocess.Popen(
                [program, *command[1:]],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env={**for_others(os.environ), **variables},
                start_new_session=True,
            )
        except (OSError, ValueError) as cause:
            why = getattr(cause, "strerror", None) or str(cause)
            return Answer(trouble=f"{command[0]} cannot be run: {why}", absent=True)
    try:
        return _listened(process, timeout)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _listened(process: subprocess.Popen[bytes], timeout: float) -> Answer:
    deadline = time.monotonic() + timeout
    heard: dict[IO[bytes], bytes] = {}
    output, errors = process.stdout, process.stderr
    assert output is not None
    assert errors is not None
    with selectors.DefaultSelector() as waiting:
        for stream in (output, errors):
            os.set_blocking(stream.fileno(), False)
            waiting.register(stream, selectors.EVENT_READ)
            heard[stream] = b""
        trouble = ""
        while waiting.get_map() and not trouble:
            ended = process.poll() is not None  # what it wrote before it ended is there to be read
            ready = waiting.select(_LOOK)
            for key, _ in ready:
                stream = output if key.fileobj is output else errors
                part = os.read(stream.fileno(), _CHUNK)
                if not part:
                    waiting.unregister(stream)
                heard[stream] = heard[stream] + part if stream is output else (heard[stream] + part)[-_SAID:]
            if len(heard[output]) > LARGEST:
                trouble = f"it printed more than {LARGEST >> 20} MiB"
            elif time.monotonic() > deadline:
                trouble = f"it gave no answer within {timeout:g} s"
            elif ended and not ready:
                break  # somebody whom it started holds the pipe
    return Answer(heard[output], _text(heard[errors]), trouble or _verdict(process, deadline, timeout))


def _verdict(process: subprocess.Popen[bytes], deadline: float, timeout: float) -> str:
    try:
        status = process.wait(max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        return f"it gave no answer within {timeout:g} s"
    if status < 0:
        return f"it was ended by {signal.Signals(-status).name}"
    return f"it ended with status {status}" if status else ""


def _text(said: bytes) -> str:
    """Its last words, without what would move a terminal's cursor."""
    lines = (printable(line.rstrip()) for line in said.decode("utf-8", "replace").splitlines())
    return "\n".join(line for line in lines if line)
