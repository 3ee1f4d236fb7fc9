"""honcho, ruby foreman and npm foreman (``nf``) run the Procfile that was said, word by word."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from etcdboot.formats import procfile
from etcdboot.formats.characters import Unsayable
from lab.peers.fixtures import require_capability, require_peer

pytestmark = pytest.mark.integration

RUNNERS = ("honcho", "foreman", "nf")
PIECES = [*map(chr, range(1, 0x80)), "\xa0", "é", "漢", "😀", "'\"'", "\\\\", "&&", "%PATH%", "{{x}}", "#{x}"]
DUMP = '#!/bin/sh\nout=$1; shift\nprintf "%s\\0" "$@" >"$out.part" && mv "$out.part" "$out"\nexec sleep 60\n'


def sayable_words() -> tuple[str, ...]:
    """Every piece alone, inside, and doubled at an end, as far as a Procfile can hold it."""
    found = []
    for piece in ("", *PIECES):
        for word in (piece, f"a{piece}b", f"{piece}{piece} "):
            with contextlib.suppress(Unsayable):
                procfile.line("a", ("/x", word))
                found.append(word)
    return tuple(found)


WORDS = sayable_words()


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_runner_passes_every_word_as_it_was_said(runner: str, tmp_path: Path) -> None:
    program = require_peer(runner)
    require_capability("network namespaces")
    folder = tmp_path / "my folder"
    folder.mkdir()
    dump = folder / "dump it.sh"
    dump.write_text(DUMP)
    dump.chmod(0o755)
    outs = [folder / name for name in ("etcd-1", "etcd_2")]
    lines = procfile.dump((out.name, (str(dump), str(out), *WORDS)) for out in outs)
    (folder / "Procfile").write_text("# two processes\n" + lines, encoding="utf-8", newline="")
    # A process tree of its own: whatever the runner leaves behind goes with it.
    mapped = [] if os.geteuid() == 0 else ["-r"]
    isolated = [
        "unshare",
        *mapped,
        "-n",
        "-m",
        "-p",
        "-f",
        "--mount-proc",
        "--kill-child",
        "--propagation",
        "private",
    ]
    variables = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(tmp_path)}
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [*isolated, program, "start"], cwd=folder, env=variables, stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + 30
            while not all(out.exists() for out in outs):
                assert running.poll() is None and time.monotonic() < until, (tmp_path / "log").read_text()
                time.sleep(0.02)
        finally:
            running.kill()
            running.wait()
    for out in outs:
        assert tuple(out.read_bytes().decode().split("\0")[:-1]) == WORDS
