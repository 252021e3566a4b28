"""Search for all sets of amounts that add up to a total, within a counted limit of work.

The search meets in the middle. Two frontiers, one over the largest amounts and one over the
smallest, are extended amount by amount until every amount belongs to one of them. A frontier maps
each sum it can make to the number of ways to make it (dynamic programming over amounts), so sums
that arise in several ways are extended once. Sums that the remaining amounts cannot complete are
dropped; a total that the greatest common divisor of the amounts does not divide has no set at all.
A set is then a sum of one frontier and its complement in the other: all are counted,
without being listed.

Amounts may be negative. Without equal sums, n amounts cost about 2^(n/2 + 2) steps; round amounts
cost far less. The search stops before it would exceed its limit, and its result is then incomplete.
A search for some few sets stops as soon as it has them: the items of neither frontier are then in
none of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import gcd
from typing import Final, NamedTuple

MOST_SHOWN: Final = 5
"""The number of sets that are listed; all are counted."""

SEARCH_LIMIT: Final = 1_250_000
"""The most steps of one search: about 36 acts of unequal amounts, in about 0.4 seconds."""

PROVIDER_LIMIT: Final = 20 * SEARCH_LIMIT
"""The most steps of all searches for one provider."""


Choice = tuple[int, ...]
"""How many copies of each amount a set has."""


class Copies(NamedTuple):
    """An amount, and how many interchangeable items have it."""

    amount: int
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsetSums:
    """The sets that add up to a total: their number, and the first of them.

    `members` are the places of the amounts that are in any set. Of an incomplete search nothing
    but the work is known. Of a search that has enough sets, only those are counted: there may be
    more, but as many as were enough remain while no member is missing.
    """

    count: int = 0
    first: tuple[Choice, ...] = ()
    members: frozenset[int] = frozenset()
    work: int = 0
    complete: bool = True


def can_add_up(amounts: Collection[int], total: int) -> bool:
    """Say whether some of the amounts may add up to a total, by their bounds and their divisor."""
    least = sum(one for one in amounts if one < 0)
    greatest = sum(one for one in amounts if one > 0)
    return least <= total <= greatest and total % gcd(*amounts) == 0


def find_subset_sums(
    items: Sequence[Copies], total: int, limit: int, enough: int | None = None
) -> SubsetSums:
    """Find the sets of items that add up to a total, which is not zero.

    `limit` is the greatest number of steps: of sums extended by a number of copies. The search
    stops as soon as it has `enough` sets, if given.
    """
    assert total, "the empty set adds up to zero"
    pairs = [] if enough is None else list(islice(_pairs(items, total), enough))
    if pairs and len(pairs) == enough:
        return _first_sets(pairs, work=len(items))
    used = (place for place, item in enumerate(items) if item.amount and item.copies)
    order = deque(sorted(used, key=lambda place: (abs(items[place].amount), place)))
    if not can_add_up([one.amount for one in items for _ in range(one.copies)], total):
        return SubsetSums()
    large, small = _Frontier(items, total), _Frontier(items, total)
    work = 0
    while order:
        is_large = len(large.sums) <= len(small.sums)
        extended, place = (large, order.pop()) if is_large else (small, order.popleft())
        work += len(extended.sums) * (items[place].copies + 1)
        if work > limit:
            return SubsetSums(work=work, complete=False)
        extended.extend(place)
        if enough is not None and order and _make(large, small, total, enough):
            return _first_sets(list(islice(_ways(len(items), total, large, small), enough)), work)
    return _joined(len(items), total, large, small, work)


class _Frontier:
    """The sums of the items of one side, layer by layer: after each item, how often each arises.

    Sums from `_least` to `_greatest` are those that the items without a layer may complete.
    """

    def __init__(self, items: Sequence[Copies], total: int) -> None:
        wholes = [item.amount * item.copies for item in items]
        self._items = items
        self._least = total - sum(one for one in wholes if one > 0)
        self._greatest = total - sum(one for one in wholes if one < 0)
        self.places: list[int] = []
        self.sums = {0: 1}
        self.layers = [self.sums]

    def extend(self, place: int) -> None:
        amount, copies = self._items[place]
        self._least += max(amount * copies, 0)
        self._greatest += min(amount * copies, 0)
        sums, least, greatest = self.sums, self._least, self._greatest
        layer = {begin: ways for begin, ways in sums.items() if least <= begin <= greatest}
        for more in range(amount, amount * copies + (1 if amount > 0 else -1), amount):
            for begin, ways in sums.items():
                reached = begin + more
                if least <= reached <= greatest:
                    layer[reached] = layer.get(reached, 0) + ways
        self.places.append(place)
        self.sums = layer
        self.layers.append(layer)

    def members(self, sums: set[int]) -> Iterator[int]:
        """Return the places of the items that are chosen in any way to make one of some sums."""
        for place, before in zip(reversed(self.places), reversed(self.layers[:-1]), strict=True):
            item, earlier = self._items[place], set[int]()
            chosen = False
            for reached in sums:
                for copies in range(item.copies + 1):
                    begin = reached - copies * item.amount
                    if begin in before:
                        earlier.add(begin)
                        chosen = chosen or copies > 0
            if chosen:
                yield place
            sums = earlier

    def ways(self, reached: int, depth: int | None = None) -> Iterator[dict[int, int]]:
        """Return the ways to make a sum: the copies chosen by place."""
        depth = len(self.places) if depth is None else depth
        if depth == 0:
            yield {}
            return
        place, before = self.places[depth - 1], self.layers[depth - 1]
        item = self._items[place]
        for copies in range(item.copies + 1):
            begin = reached - copies * item.amount
            if begin in before:
                for way in self.ways(begin, depth - 1):
                    yield {**way, place: copies}


def _make(one: _Frontier, other: _Frontier, total: int, enough: int) -> bool:
    """Return whether two frontiers make a total in at least so many ways."""
    fewer, more = one.sums, other.sums
    if len(fewer) > len(more):
        fewer, more = more, fewer
    count = 0
    for part in fewer:
        if total - part in more:
            count += fewer[part] * more[total - part]
            if count >= enough:
                return True
    return False


def _ways(size: int, total: int, large: _Frontier, small: _Frontier) -> Iterator[Choice]:
    """Return the sets that two frontiers make, by the sums of the first."""
    for part in sorted(one for one in large.sums if total - one in small.sums):
        for one in large.ways(part):
            for other in small.ways(total - part):
                way = {**one, **other}
                yield tuple(way.get(place, 0) for place in range(size))


def _pairs(items: Sequence[Copies], total: int) -> Iterator[Choice]:
    """Return the sets of two items: where lines are many, enough sets are often found here."""
    places: dict[int, list[int]] = {}
    for place, item in enumerate(items):
        if item.amount and item.copies:
            for other in places.get(total - item.amount, ()):
                yield tuple(int(one in (place, other)) for one in range(len(items)))
            places.setdefault(item.amount, []).append(place)


def _first_sets(sets: Sequence[Choice], work: int) -> SubsetSums:
    members = {place for one in sets for place, copies in enumerate(one) if copies}
    return SubsetSums(count=len(sets), first=tuple(sets), members=frozenset(members), work=work)


def _joined(size: int, total: int, large: _Frontier, small: _Frontier, work: int) -> SubsetSums:
    pairs = {one for one in large.sums if total - one in small.sums}
    return SubsetSums(
        count=sum(large.sums[one] * small.sums[total - one] for one in pairs),
        first=tuple(islice(_ways(size, total, large, small), MOST_SHOWN)),
        members=frozenset([*large.members(pairs), *small.members({total - one for one in pairs})]),
        work=work,
    )


@dataclass(slots=True)
class WorkBudget:
    """The steps that the searches for one provider may still take.

    Until sets are reported it is enough to know whether there is one or another.
    """

    left: int = PROVIDER_LIMIT
    per_search: int = SEARCH_LIMIT
    enough: int | None = None

    def search(self, items: Sequence[Copies], total: int) -> SubsetSums:
        """Search within what is left."""
        result = find_subset_sums(items, total, min(self.left, self.per_search), self.enough)
        self.left -= min(result.work, self.left)
        return result
