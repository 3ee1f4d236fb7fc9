"""The written tree on file systems that are full, read-only or somebody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.peers.fixtures import require_capability

pytestmark = pytest.mark.integration

# In namespaces of its own: the mount is gone with the process.
ISOLATED = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-m", "-n", "--propagation", "private"]
WRITE = """
import os, sys
from pathlib import Path, PurePosixPath
from etcdboot.effects.files.owned_tree import open_tree
from etcdboot.base.artifacts import Artifact
from etcdboot.base.errors import EtcdbootError

def write(root, size):
    files = [Artifact(PurePosixPath(f"m/{n}"), b"x" * size) for n in range(4)]
    with open_tree(root) as tree:
        tree.write(tree.compare(files), force=True)

def told(root, size):
    try:
        write(root, size)
    except EtcdbootError as error:
        [each] = error.diagnostics
        print(error.exit_code.name, each.code, each.message, "->", each.hint)

def show(root):
    for each in sorted(root.rglob("*")):
        if each.is_file() and each.name != ".etcdboot.json":
            print(each.relative_to(root), each.stat().st_size)

root = Path(sys.argv[1])
"""


def run_on(mount: str, script: str, folder: Path) -> list[str]:
    """What a script prints that sees a file system mounted at ``folder``."""
    require_capability("network namespaces")
    shell = f'{mount} && exec "$@"'
    argv = [*ISOLATED, "sh", "-c", shell, "sh", sys.executable, "-c", WRITE + script, str(folder)]
    variables = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(argv, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_full_disk_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    mount = f"mount -t tmpfs -o size=64k tmpfs {tmp_path}"
    lines = run_on(
        mount, "write(root, 1000)\ntold(root, 12000)\nshow(root)\nwrite(root, 2000)\nshow(root)", tmp_path
    )
    assert lines[0].startswith("MISSING EB408 cannot write ")
    assert "No space left on device -> free some space" in lines[0]
    assert lines[1:5] == [f"m/{number} 1000" for number in range(4)]
    assert lines[5:] == [f"m/{number} 2000" for number in range(4)]


def test_a_read_only_disk_is_named(tmp_path: Path) -> None:
    [line] = run_on(f"mount -t tmpfs -o ro tmpfs {tmp_path}", "told(root, 1)\nshow(root)", tmp_path)
    assert line.startswith("MISSING EB408 cannot ")
    assert "Read-only file system -> " in line


def test_a_missing_root_on_a_read_only_disk_is_named(tmp_path: Path) -> None:
    script = "told(root / 'out', 1)\nshow(root)"
    [line] = run_on(f"mount -t tmpfs -o ro tmpfs {tmp_path}", script, tmp_path)
    assert line.startswith(f"MISSING EB408 cannot make the folder {tmp_path}/out: Read-only file system")


def test_a_folder_of_somebody_else_is_named(tmp_path: Path) -> None:
    require_capability("root")
    script = "os.setegid(65534); os.seteuid(65534)\ntold(root, 1)\ntold(root / 'out', 1)"
    lines = run_on(f"mount -t tmpfs -o mode=755 tmpfs {tmp_path}", script, tmp_path)
    assert [line.split()[:2] for line in lines] == [["MISSING", "EB408"]] * 2
    assert all("Permission denied -> run as the user that owns the folder" in line for line in lines)


def test_a_folder_that_may_not_even_be_read_is_named(tmp_path: Path) -> None:
    require_capability("root")
    script = "write(root, 1)\n(root / 'm').chmod(0o700)\nos.setegid(65534); os.seteuid(65534)\ntold(root, 1)"
    [line] = run_on(f"mount -t tmpfs -o mode=777 tmpfs {tmp_path}", script, tmp_path)
    assert line.startswith("MISSING EB408 cannot ")
    assert "Permission denied" in line
