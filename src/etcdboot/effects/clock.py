"""The time of day."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only ever grow; for deadlines and durations."""
    return time.monotonic()


def pause(seconds: float) -> bool:
    """Wait; False, for nobody says to give up. Of the type of ``threading.Event.wait``."""
    time.sleep(seconds)
    return False
