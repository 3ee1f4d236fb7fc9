"""A few rows of a large product that still show every value beside every other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import TypeVar

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
