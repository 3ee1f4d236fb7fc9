"""Which running cluster a command means."""

from __future__ import annotations

from pathlib import Path


def meant(file: str, state: str | None) -> Path:
    """The state folder that ``--state`` names, or the one that belongs to the spec."""
    from etcdboot.workflows.local.control import find

    return find(file, Path(state) if state else None)
