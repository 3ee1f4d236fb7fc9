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

from etcdboot.base.errors import Refused
from etcdboot.effects.passphrase import VARIABLE
from etcdboot.effects.process.environment import for_background
from etcdboot.effects.process.supervisor import GRACE

_LAST_WORDS = 2000  # bytes
_LONGEST_SECRET = 4096  # bytes; one page, which is the least that a pipe holds (pipe(7))


class Child:
    """The etcdboot in the background, as long as this one watches it. Made by ``in_background``."""

    def __init__(self, process: subprocess.Popen[bytes], news: IO[bytes], stderr: IO[bytes]) -> None:
        self._process = process
        self._news = news
        self._stderr = stderr

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

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
    """``etcdboot WORDS… --herald FD`` as a child; if the watching is interrupted, the child is ended.

    A passphrase in our environment is handed over by a pipe, and is not in the child's environment.
    """
    reading, writing = os.pipe()
    secret = _filled_pipe(os.environ.get(VARIABLE, ""))
    with tempfile.TemporaryFile() as stderr, os.fdopen(reading, "rb") as news:
        try:
            process = subprocess.Popen(
                # -P: the working folder is nobody's place to look for modules.
                (sys.executable, "-P", "-m", "etcdboot", *words, "--herald", str(writing))
                + (("--passphrase", str(secret)) if secret else ()),
                stdin=None if reads_stdin else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=(writing, secret) if secret else (writing,),
                env=for_background(os.environ),
                start_new_session=True,
            )
        finally:
            os.close(writing)
            if secret:
                os.close(secret)
        child = Child(process, news, stderr)
        try:
            yield child
        except BaseException:
            child.end()
            raise
        process.returncode = process.returncode or 0  # it lives on: nothing to complain about at our end


def _filled_pipe(secret: str) -> int | None:
    """The reading end of a pipe that holds the secret; None for no secret.

    Raises:
        Refused: EB423, it is too long.
    """
    if not secret:
        return None
    content = os.fsencode(secret)
    if len(content) > _LONGEST_SECRET:
        message = f"{VARIABLE} holds {len(content)} bytes, and {_LONGEST_SECRET} are the most"
        raise Refused.because("EB423", message, "set it to the passphrase of the CA's key alone")
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(content)  # a pipe takes that much without a reader
    return reading


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
