"""Settings in the text of a rendered file: those that etcd ignores once it has data, those that move data."""

from __future__ import annotations

import re
from collections.abc import Iterator

# etcd reads these only while it has no WAL; install.sh ignores the same lines.
_FIRST_START = ("initial-cluster", "initial-cluster-state", "initial-cluster-token")
# Settings that a restart alone does not change: what the operator does first, with the value before and now.
_BEFOREHAND = {
    "data-dir": "stop {name}, and move {before} to {now} (a start without its data could lose writes)",
    "wal-dir": "stop {name}, and move {before} to {now} (a start without its WAL could lose writes)",
    "initial-advertise-peer-urls": "etcdctl member update ID --peer-urls={now} (ID: see etcdctl member list)",
}


def lasting(content: bytes) -> bytes:
    """The content without the settings that etcd ignores once it has a WAL."""
    text = content.decode(errors="surrogateescape")
    for flag in _FIRST_START:
        text = _line(flag).sub("", text)
    return text.encode(errors="surrogateescape")


def setting(content: bytes, flag: str) -> str:
    """The value of a flag, without quotes; empty if the file does not set it."""
    found = _line(flag).search(content.decode(errors="replace"))
    return found[1].strip("\"'") if found else ""


def beforehand(name: str, before: bytes, now: bytes) -> Iterator[str]:
    """What the operator does before a member restarts with changed settings, as comments of a shell."""
    for flag, what in _BEFOREHAND.items():
        old, new = setting(before, flag), setting(now, flag)
        if old and old != new:
            done = what.format(name=name, before=old, now=new or "the folder member/wal in data-dir")
            yield f"# {flag} changes: first {done}"


def _line(flag: str) -> re.Pattern[str]:
    """The line of a flag in a configuration file, an environment file, or a command of one flag per line."""
    variable = f"ETCD_{flag.upper().replace('-', '_')}"
    return re.compile(rf"^(?:{variable}=|{flag}: *| +[\"']?--{flag}=)(.*?)(?: \\)?$", re.MULTILINE)
