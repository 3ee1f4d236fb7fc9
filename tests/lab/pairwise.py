"""A few rows of a large product: what is shown each time, where ``make test-full`` shows the whole of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import TypeVar

from samples.sampling import WHOLE

T = TypeVar("T")
Pair = tuple[tuple[int, T], tuple[int, T]]


def pairwise(*axes: Sequence[T]) -> tuple[tuple[T, ...], ...]:
    """Rows of the axes' product, always the same, in which each two values of two axes meet at least once."""
    return covering(product(*axes))


def covering(rows: Iterable[tuple[T, ...]]) -> tuple[tuple[T, ...], ...]:
    """Some of the rows, always the same, in which each two values meet that meet in any of them.

    For a product of which some cells do not exist.
    """
    rows = list(rows)
    wanted = set(pairs(rows))
    chosen = []
    while wanted:
        best = max(rows, key=lambda row: len(wanted.intersection(pairs([row]))))
        chosen.append(best)
        wanted.difference_update(pairs([best]))
    return tuple(chosen)


def pairs(rows: Iterable[tuple[T, ...]]) -> Iterable[Pair[T]]:
    """Each two values that meet in a row, with the numbers of their axes."""
    for row in rows:
        yield from combinations(enumerate(row), 2)


def ends(values: Sequence[T]) -> tuple[T, ...]:
    """The first and the last of them, the oldest and the newest release say; all for the whole product."""
    return tuple(values) if WHOLE else (values[0], values[-1])


def in_turn(values: Sequence[T], others: Sequence[T]) -> tuple[tuple[T, T], ...]:
    """Each value once, beside the others in turn; beside every other for the whole product."""
    if WHOLE:
        return tuple(product(values, others))
    return tuple((value, others[at % len(others)]) for at, value in enumerate(values))
