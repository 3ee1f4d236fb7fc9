"""Record a real session into docs/session.svg and docs/session.txt, from the console itself.

    python docs/generate/picture.py

Runs the commands of the README in an empty folder, on a terminal, with the etcd that ``etcdboot up`` finds,
and draws what they printed. Process ids and times differ from run to run, so the picture is never checked.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shlex
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 110
COMMANDS = (
    "etcdboot init --local 3 --name demo",
    "etcdboot check",
    "etcdboot certs -q",
    "etcdboot up --once",
)
# What moves the cursor or redraws a line: a picture shows the end of it.
_MOVES = re.compile(r"\x1b\[[0-9;?]*[A-HJKSTfhl]")


def run(command: str, folder: Path) -> str:
    """What a command prints on a terminal of ours."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
        os.execv(sys.executable, [sys.executable, "-m", *shlex.split(command)])
    heard = b""
    try:
        while chunk := os.read(terminal, 65536):
            heard += chunk
    except OSError:  # the terminal is gone with its last process
        pass
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command}: {heard.decode()}")
    return tidy(heard.decode(), folder)


def tidy(heard: str, folder: Path) -> str:
    """The lines that a person would see in the end."""
    heard = heard.replace(str(folder), "/home/you/demo")
    heard = re.sub(r"/tmp/etcdboot-up-\w+", "/tmp/etcdboot-up", heard)
    lines = (line.split("\r")[-1] for line in _MOVES.sub("", heard).replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line in lines if not re.match(r"(\x1b\[\d+m)*[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", line)).strip("\n")


def main() -> None:
    """Record, draw and write."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    plain = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for command in COMMANDS:
            heard = Text.from_ansi(run(command, folder))
            console.print(Text(f"$ {command}", style="bold"))
            console.print(heard)
            console.print()
            plain += [f"$ {command}", heard.plain, ""]
    (ROOT / "docs" / "session.txt").write_text("\n".join(plain), encoding="utf-8")
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="etcdboot"), flags=re.DOTALL)
    (ROOT / "docs" / "session.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
