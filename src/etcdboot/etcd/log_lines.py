"""What etcd logs, in fewer words."""

from __future__ import annotations

import json
from typing import Any

# Keys of etcd's zap encoder that stand in every line (client/pkg/logutil/zap.go at v3.6.14), and the one that
# is of use to etcd's makers only.
_LEFT_OUT = ("level", "ts", "caller", "msg", "stacktrace")
_BAD = ("fatal", "panic", "dpanic", "error")
_ROOM = 160  # characters of details on one line


def compact(line: str) -> str:
    """``warn msg (key=value, …)`` for a line of etcd's JSON log, without time and caller; others stay."""
    fields = _fields(line)
    if fields is None:
        return line
    details = ", ".join(f"{key}={_text(value)}" for key, value in fields.items() if key not in _LEFT_OUT)
    if len(details) > _ROOM:
        details = details[: _ROOM - 1] + "…"
    head = f"{_text(fields['level']):5} {_text(fields['msg'])}"
    return f"{head} ({details})" if details else head


def complaint(lines: tuple[str, ...]) -> str:
    """Why a member ended, by its last lines: the first grave one, else the last; "" when it said nothing."""
    grave = [line for line in lines if (fields := _fields(line)) and _text(fields["level"]) in _BAD]
    said = [line for line in lines if line.strip()]
    chosen = grave[:1] or said[-1:]
    return compact(chosen[0]) if chosen else ""


def _fields(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):  # a program that is not etcd may print anything
        return None
    return fields if "level" in fields and "msg" in fields else None


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())
