"""Runs of the real ``etcdboot`` on this machine, each with a temporary folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[2] / "src"
_PATIENCE = 60.0  # seconds for anything to happen; a busy machine is slow


def wait_until(what: str, is_so: Callable[[], bool]) -> None:
    """Return as soon as it is so; fail when it never becomes so."""
    deadline = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)


@dataclass
class Run:
    """An etcdboot that runs beside the test; ``stdout`` and ``stderr`` are files."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    def said(self) -> str:
        """Its talk so far."""
        return self.stderr.read_text()

    def printed(self) -> str:
        """Its product so far."""
        return self.stdout.read_text()

    def wait_for(self, text: str) -> None:
        """Until it has said or printed the text."""
        wait_until(text, lambda: text in self.said() + self.printed() or self.process.poll() is not None)
        assert text in self.said() + self.printed(), f"ended before saying {text!r}:\n{self.said()}"

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(_PATIENCE)


@dataclass
class Bench:
    """A folder to work in, a temporary folder, and an environment in which only one etcd can be found."""

    folder: Path
    etcd: Path
    runs: list[Run] = field(default_factory=list)

    @property
    def temporary(self) -> Path:
        """Where throw-away runs put their folders."""
        return self.folder / "tmp"

    def environment(self, extra: dict[str, str]) -> dict[str, str]:
        """What etcdboot gets to see."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder),
            "PYTHONPATH": str(SOURCES),
            "TMPDIR": str(self.temporary),
            "ETCDBOOT_ETCD": str(self.etcd),
            **extra,
        }

    def run(self, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            (sys.executable, "-m", "etcdboot", *words),
            cwd=self.folder,
            env=self.environment(extra),
            capture_output=True,
            text=True,
            timeout=_PATIENCE * 2,
            check=False,
        )

    def json(self, *words: str) -> dict[str, Any]:
        """Run it to its good end; gives the one object that it prints."""
        done = self.run(*words, "-w", "json")
        assert done.returncode == 0, done.stderr + done.stdout
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    def start(self, *words: str, **extra: str) -> Run:
        """Run it beside the test."""
        number = len(self.runs)
        stdout, stderr = self.folder / f"stdout{number}", self.folder / f"stderr{number}"
        with stdout.open("wb") as out, stderr.open("wb") as err:
            process = subprocess.Popen(
                (sys.executable, "-m", "etcdboot", *words),
                cwd=self.folder,
                env=self.environment(extra),
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        run = Run(process, stdout, stderr)
        self.runs.append(run)
        return run

    def members(self) -> dict[str, int]:
        """The etcd processes whose files are below our folder: name to pid."""
        found: dict[str, int] = {}
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = entry.read_bytes().decode("utf-8", "replace").split("\0")
                if any(f"{self.folder}/" in word for word in words) and self._is_etcd(words):
                    found[_member_of(words)] = int(entry.parent.name)
        return found

    def _is_etcd(self, words: list[str]) -> bool:
        return bool(words[0]) and Path(words[0]).name in ("etcd", "setpriv", "sh") and len(words) > 1

    def nothing_is_left(self) -> bool:
        """Whether no member runs and no throw-away folder is there."""
        return not self.members() and not list(self.temporary.iterdir())


def _member_of(words: list[str]) -> str:
    file = next(word for word in words if "/members/" in word)
    return file.partition("/members/")[2].partition("/")[0]


@contextmanager
def bench(folder: Path, etcd: Path) -> Iterator[Bench]:
    """A bench whose processes and files are gone at the end, whatever the test did."""
    made = Bench(folder, etcd)
    made.temporary.mkdir()
    try:
        yield made
    finally:
        for run in made.runs:
            if run.process.poll() is None:
                run.process.kill()
                run.process.wait()
        for process in background(folder):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait_until("all members are gone", lambda: not made.members())
        shutil.rmtree(folder)


def background(folder: Path) -> list[int]:
    """Those etcdboots in the background that work in the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_ours = (entry / "cwd").readlink() == folder
            if is_ours and b"--herald" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found
