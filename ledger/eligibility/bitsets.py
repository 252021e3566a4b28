"""Sets of offers as the bits of integers, with a value index and a sorted index.

A set of ten thousand offers is one integer of 1,250 bytes. Intersecting two sets and counting the
result takes about a microsecond, so every need can be compared with every offer without a loop over
pairs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Generic, TypeVar

BLOCK_SIZE = 32
"""Offers between two stored sets of a sorted index: a balance of time and memory."""

_LONG = 4096
"""The places from which on a set is read as text: below, steps on the integer are faster."""

Figure = TypeVar("Figure", int, date)


def bitset(places: Iterable[int], size: int) -> int:
    """Return the set of these places, each below `size`."""
    octets = bytearray(size // 8 + 1)
    for position in places:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def bit_positions(result: int) -> Iterator[int]:
    """Return the places in a set, in order."""
    if result.bit_length() > _LONG:
        yield from _bit_positions_of_long(result)
        return
    while result:
        lowest = result & -result
        yield lowest.bit_length() - 1
        result ^= lowest


def _bit_positions_of_long(result: int) -> Iterator[int]:
    """Return the places in a set of which every step on the integer would copy a long one."""
    bits = f"{result:b}"[::-1]
    place = bits.find("1")
    while place >= 0:
        yield place
        place = bits.find("1", place + 1)


class ValueIndex:
    """The offers that have a value in a list of their mandate, and those with an empty list."""

    def __init__(self, lists: Iterable[Iterable[str]], size: int) -> None:
        """Index each offer's list, in the order of their places."""
        by_value: dict[str, list[int]] = {}
        empty = []
        for position, values in enumerate(lists):
            chosen = tuple(values)
            if not chosen:
                empty.append(position)
            for value in chosen:
                by_value.setdefault(value, []).append(position)
        self.empty = bitset(empty, size)
        self._sets = {
            value: bitset(bit_positions, size) for value, bit_positions in by_value.items()
        }

    def containing_any(self, values: Iterable[str]) -> int:
        """Return the offers whose list has any of these values."""
        result = 0
        for value in values:
            result |= self._sets.get(value, 0)
        return result

    def __contains__(self, value: object) -> bool:
        """Say whether an offer's list has a value."""
        return value in self._sets

    @property
    def values(self) -> Iterable[str]:
        """Give the distinct values."""
        return self._sets.keys()

    def __len__(self) -> int:
        """Return the number of distinct values."""
        return len(self._sets)


class PlacesByValue:
    """The offers that have a value, as sets, each of which is made when it is first asked for."""

    def __init__(self, places: Mapping[str | None, Sequence[int]], size: int) -> None:
        """Take the places of the offers that have each value."""
        self._places, self._size = places, size
        self._sets: dict[str, int] = {}

    def containing_any(self, values: Iterable[str]) -> int:
        """Return the offers that have any of these values."""
        result = 0
        for value in values:
            found = self._sets.get(value)
            if found is None:
                places = self._places.get(value)
                found = self._sets[value] = bitset(places, self._size) if places else 0
            result |= found
        return result


class SortedIndex(Generic[Figure]):
    """Offers sorted by a figure, to select those with at most or at least a given one.

    Offers whose figure is None have no such limit and are not in the index.
    """

    def __init__(self, figures: Iterable[Figure | None], size: int, start: int = 0) -> None:
        """Index the figures of the offers at the places from `start` on, of `size` in all."""
        placed = enumerate(figures, start)
        pairs = [(figure, place) for place, figure in placed if figure is not None]
        pairs.sort(key=lambda pair: pair[0])
        self._figures: list[Figure] = [figure for figure, _ in pairs]
        self._order = [place for _, place in pairs]
        self._stored = [0]
        for start_of_block in range(0, len(self._order), BLOCK_SIZE):
            block = self._order[start_of_block : start_of_block + BLOCK_SIZE]
            self._stored.append(self._stored[-1] | bitset(block, size))
        self.all = self._stored[-1]

    def place(self, figure: Figure) -> int:
        """Return how many figures are at most this one: figures of one place select alike."""
        return bisect_right(self._figures, figure)

    def place_before(self, figure: Figure) -> int:
        """Return how many figures are below this one."""
        return bisect_left(self._figures, figure)

    def at_most(self, figure: Figure) -> int:
        """Return the indexed offers whose figure is `figure` or lower."""
        return self._first(bisect_right(self._figures, figure))

    def at_least(self, figure: Figure) -> int:
        """Return the indexed offers whose figure is `figure` or higher."""
        return self.all & ~self._first(bisect_left(self._figures, figure))

    def _first(self, count: int) -> int:
        whole, rest = divmod(count, BLOCK_SIZE)
        result = self._stored[whole]
        for place in self._order[count - rest : count]:
            result |= 1 << place
        return result
