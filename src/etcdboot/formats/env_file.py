"""Environment files that systemd (``EnvironmentFile=``) and a shell (``. FILE``) read alike.

Both read ``KEY="value"`` with the same four escapes (systemd.exec(5), EnvironmentFile=; POSIX XCU 2.2.3).
They part ways at control characters: systemd reads the line and then drops the assignment (systemd
src/basic/env-util.c, env_value_is_valid), a shell keeps it. A line break would be read alike by these two,
but not by the tools that read such files by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from etcdboot.formats.characters import CONTROLS_BUT_TAB, Unsayable, refuse

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = re.compile(r'["\\`$]')


def quote(value: str) -> str:
    """The value in double quotes; Unsayable if it holds what the two readers take differently."""
    refuse(value, CONTROLS_BUT_TAB, "an environment file")
    return '"' + _ESCAPED.sub(r"\\\g<0>", value) + '"'


def line(name: str, value: str) -> str:
    """One assignment; Unsayable also for a name that no shell takes."""
    if not _NAME.fullmatch(name):
        raise Unsayable(f"{name!r} is not the name of an environment variable")
    return f"{name}={quote(value)}"


def dump(assignments: Iterable[tuple[str, str]]) -> str:
    """The whole file, in the order given."""
    return "".join(f"{line(name, value)}\n" for name, value in assignments)
