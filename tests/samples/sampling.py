"""How much a run shows of what is too large to show each time: a fixed sample, or all of it.

``ETCDBOOT_FULL_MATRIX=1``, which ``make test-full`` sets, shows everything: the rows of a product
(``lab.pairwise``), the steps to be killed at, and the examples of a property. ``ETCDBOOT_FEW_EXAMPLES=1``,
which ``tests/pythons.py`` sets, leaves a property less than half of the sample's examples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from zlib import crc32

from hypothesis import HealthCheck, settings

WHOLE = os.environ.get("ETCDBOOT_FULL_MATRIX") == "1"
_PACE = 1 if WHOLE else 5
_PART = 1 if WHOLE else 20 if os.environ.get("ETCDBOOT_FEW_EXAMPLES") == "1" else 8


def kill_points(title: str, last: int | None = None) -> Iterator[int]:
    """The numbers of the steps to be killed at, up to ``last``: one in five, and which one the title decides.

    So the cases of a test differ in the steps that they show, and each shows the same ones in every run.
    """
    first = 1 + crc32(title.encode()) % _PACE
    return iter(range(first, last + 1, _PACE)) if last else count(first, _PACE)


def examples(number: int, *suppressed: HealthCheck) -> settings:
    """A property's settings: that many examples in all, a part of them in a sample."""
    return settings(max_examples=_share(number), deadline=None, suppress_health_check=suppressed)


def load_profile() -> None:
    """The settings of the properties that name no number of examples: hypothesis' own 100 in all."""
    settings.register_profile("etcdboot", deadline=None, max_examples=_share(100))
    settings.load_profile("etcdboot")


def _share(number: int) -> int:
    return max(number // _PART, 5)
