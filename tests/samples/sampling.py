"""How much a run shows of what is too large to show each time: a fixed sample, or all of it.

``ETCDBOOT_FULL_MATRIX=1``, which ``make test-full`` sets, is the one switch: for the rows of a product
(``lab.pairwise``), the steps to be killed at, and the examples of a property.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from zlib import crc32

from hypothesis import HealthCheck, settings

WHOLE = os.environ.get("ETCDBOOT_FULL_MATRIX") == "1"
_PACE = 1 if WHOLE else 5


def kill_points(title: str) -> Iterator[int]:
    """The numbers of the steps to be killed at, without end: one in five, and which one the title decides.

    So the cases of a test differ in the steps that they show, and each shows the same ones in every run.
    """
    return count(1 + crc32(title.encode()) % _PACE, _PACE)


def examples(number: int, *suppressed: HealthCheck) -> settings:
    """A property's settings: that many examples in all, a quarter of them in a sample."""
    share = number if WHOLE else number // 4
    return settings(max_examples=share, deadline=None, suppress_health_check=suppressed)
