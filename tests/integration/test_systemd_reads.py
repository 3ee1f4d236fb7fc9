"""A real systemd (a user manager of its own, in private namespaces) reads what we say in units and files."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from etcdboot.formats import env_file, systemd
from etcdboot.formats.characters import Unsayable
from lab.peers.fixtures import absent, require_capability, require_peer

pytestmark = pytest.mark.integration

HARD = [*map(chr, range(1, 0x80)), "\x80", "\x85", "\xa0", "\u2028", "\ufeff", "é", "漢", "😀"]
TEXTS = (
    *HARD,
    *(f"a{char}b" for char in HARD),
    *(f"{char}{char} " for char in HARD),
    *(
        "",
        " ",
        "$HOME",
        "${HOME}",
        "$$HOME",
        "%n %%n",
        "\\x41\\n",
        "\\",
        "a\\\\",
        "'a' \"b\"",
        "; ls",
        "-",
        "@",
        "~",
    ),
)
BOOT = """
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system /run/user/lab/systemd || exit 1
for group in $CGROUPS; do echo $$ >"$group/cgroup.procs" || exit 1; done
env -i PATH="$PATH" HOME="$FOLDER" XDG_RUNTIME_DIR=/run/user/lab SYSTEMD_UNIT_PATH="$FOLDER" \
  "$SYSTEMD" --user --unit=basic.target --log-target=console &
wait $!
"""


def sayable(texts: tuple[str, ...]) -> dict[str, str]:
    """What an environment file and an ``Environment=`` line can hold, each under a name of its own."""
    found = {}
    for number, text in enumerate(texts):
        with contextlib.suppress(Unsayable):
            env_file.quote(text)
            found[f"LAB_{number}"] = text
    return found


VALUES = sayable(TEXTS)


def service(out: Path, command: str, *settings: str) -> str:
    """A unit that runs one command into a file."""
    lines = [
        *settings,
        "Type=oneshot",
        f"ExecStart={command}",
        f"StandardOutput=file:{systemd.value(str(out))}",
    ]
    return "[Unit]\nDefaultDependencies=no\n[Service]\n" + "\n".join(lines) + "\n"


def write_units(folder: Path) -> None:
    file = folder / "my values" / "50%.env"
    file.parent.mkdir()
    file.write_text("# head\n" + env_file.dump(VALUES.items()), encoding="utf-8", newline="")
    words = " ".join(map(systemd.argument, TEXTS))
    printf = systemd.argument("/usr/bin/printf") + " " + systemd.argument("%s\\0")
    lines = [f"Environment={systemd.environment(name, value)}" for name, value in VALUES.items()]
    units = {
        "words.service": service(folder / "words", f"{printf} {words}"),
        "file.service": service(
            folder / "file", "/usr/bin/env -0", f"EnvironmentFile={systemd.environment_file(str(file))}"
        ),
        "lines.service": service(folder / "lines", "/usr/bin/env -0", *lines),
        "done.service": service(folder / "done", "/usr/bin/echo done").replace(
            "[Service]", "After=words.service file.service lines.service\n[Service]"
        ),
        "basic.target": "[Unit]\nWants=words.service file.service lines.service done.service\n",
    }
    for name, text in units.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


@contextlib.contextmanager
def own_cgroups(name: str) -> Iterator[str]:
    """A cgroup of one's own in each hierarchy that systemd uses, gone at the end."""
    places = [Path("/sys/fs/cgroup", part) for part in ("", "unified", "systemd")]
    groups = [each / name for each in places if (each / "cgroup.procs").exists()]
    for group in groups:
        group.mkdir()
    try:
        yield " ".join(map(str, groups))
    finally:
        until = time.monotonic() + 10
        for group in groups:
            for folder, _, _ in os.walk(group, topdown=False):
                while Path(folder).exists() and time.monotonic() < until:
                    with contextlib.suppress(OSError):  # busy until its last process is gone
                        Path(folder).rmdir()


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what systemd made of the units: files ``words``, ``file`` and ``lines``."""
    for capability in ("root", "cgroups", "network namespaces"):
        require_capability(capability)
    require_peer("systemd-analyze")
    program = Path("/lib/systemd/systemd")
    if not program.exists():
        absent(str(program))
    folder = tmp_path_factory.mktemp("units")
    write_units(folder)
    argv = ["unshare", "-n", "-m", "-p", "-f", "--mount-proc", "--kill-child", "--propagation", "private"]
    with own_cgroups(f"etcdboot-{os.getpid()}") as groups, (folder / "log").open("wb") as log:
        variables = {"PATH": os.defpath, "CGROUPS": groups, "FOLDER": str(folder), "SYSTEMD": str(program)}
        booted = subprocess.Popen([*argv, "sh", "-c", BOOT], env=variables, stdout=log, stderr=log)
        try:
            until = time.monotonic() + 30
            while not (folder / "done").exists() or not (folder / "done").read_bytes():
                assert booted.poll() is None and time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.02)
        finally:
            booted.kill()
            booted.wait()
    return folder


def variables(printed: bytes) -> dict[str, str]:
    lines = [each for each in printed.decode().split("\0") if each.startswith("LAB_")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def test_systemd_passes_every_argument_as_it_was_said(read: Path) -> None:
    assert tuple((read / "words").read_bytes().decode().split("\0")[:-1]) == TEXTS


def test_systemd_reads_the_environment_file_that_was_said(read: Path) -> None:
    assert variables((read / "file").read_bytes()) == VALUES


def test_systemd_reads_the_environment_lines_that_were_said(read: Path) -> None:
    assert variables((read / "lines").read_bytes()) == VALUES


def test_systemd_has_nothing_to_say_about_the_units(read: Path) -> None:
    analyze = require_peer("systemd-analyze")
    units = sorted(map(str, read.glob("*.service")))
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
