"""The real program under strace: what it does to the disk is what the crash test dies before, and no more.

And some of the same deaths once more, dealt by the kernel at the very system call.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.effects.files.pki_tree import STAGED
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.revoke import revoke
from etcdboot.workflows.certs.rotation.rotate import advance, begin
from etcdboot.workflows.cluster import open_cluster
from lab.peers.fixtures import absent, require_peer
from samples.killing import CHANGING
from samples.pki_structure import half_pairs, open_secrets, structure
from samples.sampling import WHOLE

pytestmark = [pytest.mark.integration, pytest.mark.slow]

SPEC = """\
name: traced
etcd: {version: "3.6.14"}
certificates: {crl: {}}
members: [{name: etcd1, host: 192.168.202.1}]
"""
# Every call that changes a disk; of openat only the lines that create.
CALLS = (
    "mkdir,mkdirat,openat,open,creat,fchmod,fchmodat,chmod,fchown,fchownat,write,writev,pwrite64,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,truncate,ftruncate,mknodat"
)
# Of the root itself, which is there before anybody can watch, and goes again if nothing was written.
ROOTS_OWN = ("mkdir", "rmdir")
Command = Callable[..., object]
COMMANDS: dict[str, tuple[Command, tuple[str, ...]]] = {
    "certs": (issue, ()),
    "certs renew --all": (partial(renew, everything=True), ("certs",)),
    "certs revoke client/root": (partial(revoke, words=["client/root"]), ("certs",)),
    "certs rotate-ca --ca ca": (partial(begin, ca="ca"), ("certs",)),
    "certs rotate-ca --next --offline": (
        partial(advance, offline=True),
        ("certs", "certs rotate-ca --ca ca"),
    ),
}
EACH = 1 if WHOLE else 9  # else a death at every ninth call


def prepared(folder: Path, command: str) -> Path:
    """A folder with the spec, in which all that comes before the command has been done."""
    folder.mkdir()
    (folder / "cluster.yaml").write_text(SPEC)
    for each in COMMANDS[command][1]:
        subprocess.run(argv(each), cwd=folder, check=True, capture_output=True)
    return folder


def argv(command: str) -> list[str]:
    return [sys.executable, "-B", "-m", "etcdboot", *command.split(), "-q"]


def traced(folder: Path, command: str, *options: str) -> list[str]:
    """Run the command under strace; the calls that it made, a line each."""
    trace = folder.parent / "trace"
    strace = [str(require_peer("strace")), "-q", "-y", "-o", str(trace), "-e", f"trace={CALLS}", *options]
    done = subprocess.run([*strace, *argv(command)], cwd=folder, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        absent("leave to trace processes")
    return trace.read_text().splitlines()


def changing(lines: list[str], pki: Path) -> Iterator[tuple[str, int]]:
    """Of the calls those that change what is below ``pki/``: the name, and the how-manieth of that name."""
    counts: Counter[str] = Counter()
    for line in lines:
        call = line.partition("(")[0]
        counts[call] += 1
        is_below = f"<{pki}>" in line or f"{pki}/" in line or f'"{pki}"' in line
        if is_below and (call != "openat" or "O_CREAT" in line):
            yield call, counts[call]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_steps_of_the_crash_test_are_all_that_the_program_does_to_the_disk(
    command: str, tmp_path: Path
) -> None:
    folder = prepared(tmp_path / "work", command)
    shutil.copytree(folder, tmp_path / "same")
    calls = [call for call, _ in changing(traced(folder, command), folder / "pki") if call not in ROOTS_OWN]
    announced: list[str] = []

    def hear(step: str, path: PurePosixPath) -> None:
        is_empty = path.parent == STAGED and path.name.startswith(("ready", "@"))
        if step in CHANGING and not (step == "write" and is_empty):
            announced.append(CHANGING[step])

    plan = open_cluster(str(tmp_path / "same/cluster.yaml")).plan
    COMMANDS[command][0](plan, tmp_path / "same/pki", watcher=hear)
    assert calls == announced
    assert len(calls) > 20


def test_a_program_that_the_kernel_kills_at_a_call_is_completed_by_the_next(tmp_path: Path) -> None:
    whole = prepared(tmp_path / "whole", "certs")
    deaths = [each for each in changing(traced(whole, "certs"), whole / "pki") if each[0] != "openat"]
    wanted = structure(whole / "pki")
    plan = open_cluster(str(whole / "cluster.yaml")).plan
    for call, number in deaths[::EACH]:
        folder = prepared(tmp_path / f"{call}-{number}", "certs")
        died = traced(folder, "certs", "-e", f"inject={call}:signal=KILL:when={number}")
        assert died[-1] == "+++ killed by SIGKILL +++", (call, number)
        assert open_secrets(folder) == []
        assert list(half_pairs(plan, folder / "pki")) == []
        done = subprocess.run(argv("certs"), cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert structure(folder / "pki") == wanted, (call, number)
