"""Finding the few numbers that add up to another, for lines that were split or put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

MOST_TRIED = 14
"""Of more than so many only all of them together, and neighbours, are tried."""

_MOST_TOGETHER = 4


def adding_up(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    """Give the places of two or more amounts that add up to a total; None where none do.

    All of them first, then neighbours, then any few: what was split stands together.
    """
    count = len(amounts)
    if count < 2:  # noqa: PLR2004 - one is no sum
        return None
    if sum(amounts) == total:
        return tuple(range(count))
    return _neighbours(amounts, total) or _any_few(amounts, total)


def _neighbours(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    ends: dict[int, int] = {0: 0}
    running = 0
    for place, amount in enumerate(amounts, start=1):
        running += amount
        begin = ends.get(running - total)
        if begin is not None and place - begin > 1:
            return tuple(range(begin, place))
        ends[running] = place
    return None


def _any_few(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    if len(amounts) > MOST_TRIED:
        return None
    for size in range(2, min(_MOST_TOGETHER, len(amounts)) + 1):
        for places in combinations(range(len(amounts)), size):
            if sum(amounts[place] for place in places) == total:
                return places
    return None
