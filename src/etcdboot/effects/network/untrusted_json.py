"""What others say over the network, taken for no more than it is."""

from __future__ import annotations

import json
from typing import Any


def json_of(text: str | bytes) -> Any:
    """What a JSON text says; None for what is none, or is nested without end."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def object_of(text: str) -> dict[str, Any]:
    """The JSON object; an empty one for anything else."""
    found = json_of(text)
    return found if isinstance(found, dict) else {}


def texts(found: object) -> tuple[str, ...]:
    """The texts in a JSON list; none where there is no list."""
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
