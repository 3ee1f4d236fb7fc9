"""A second etcdboot that outlives this one: started in a session of its own, heard until it has settled.

The child tells its news as JSON, one object a line, on a descriptor that it is given; the pipe ends with the
child's own decision or with its death.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any

from etcdboot.effects.supervisor.supervisor import GRACE

_LAST_WORDS = 2000  # bytes


class Child:
    """The etcdboot in the background, as long as this one watches it. Made by ``in_background``."""

    def __init__(self, process: subprocess.Popen[bytes], news: IO[bytes], stderr: IO[bytes]) -> None:
        self._process = process
        self._news = news
        self._stderr = stderr

    def news(self) -> Iterator[dict[str, Any]]:
        """What it tells, until it stops telling."""
        for line in self._news:
            with suppress(ValueError):  # the last line of a child that was killed
                yield json.loads(line)

    def ended(self) -> int:
        """How it ended, once it has; a negative number is a signal."""
        return self._process.wait()

    def last_words(self) -> str:
        """The end of what it wrote to stderr, on one line; empty unless something went wrong."""
        self._stderr.seek(-min(self._stderr.seek(0, os.SEEK_END), _LAST_WORDS), os.SEEK_END)
        lines = self._stderr.read().decode("utf-8", "replace").splitlines()
        return " | ".join(filter(None, map(str.strip, lines)))

    def end(self) -> None:
        """Ask it to end, wait until it has, and make it if it does not."""
        self._process.terminate()
        try:
            self._process.wait(10 * GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()


@contextmanager
def in_background(words: tuple[str, ...], *, reads_stdin: bool = False) -> Iterator[Child]:
    """``etcdboot WORDS… --herald FD`` as a child; if the watching is interrupted, the child is ended."""
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as stderr, os.fdopen(reading, "rb") as news:
        try:
            process = subprocess.Popen(
                # -P: the working folder is nobody's place to look for modules.
                (sys.executable, "-P", "-m", "etcdboot", *words, "--herald", str(writing)),
                stdin=None if reads_stdin else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=(writing,),
                start_new_session=True,
            )
        finally:
            os.close(writing)
        child = Child(process, news, stderr)
        try:
            yield child
        except BaseException:
            child.end()
            raise
        process.returncode = process.returncode or 0  # it lives on: nothing to complain about at our end


class Herald:
    """The child's end: tells until it is closed, and does not mind if nobody listens any more."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._stream: IO[bytes] | None = os.fdopen(descriptor, "wb", buffering=0)

    def tell(self, value: Mapping[str, Any]) -> None:
        """One piece of news."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.write(json.dumps(value).encode() + b"\n")

    def close(self) -> None:
        """The last has been told."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            self._stream = None
