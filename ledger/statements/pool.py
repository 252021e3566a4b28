"""Entries and lines indexed by key, and by distance from a day.

A statement may have a hundred thousand lines of few amounts. No line iterates over all entries: the
best match is found by a key, and matched entries are skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from enum import Enum, auto
from itertools import chain
from operator import itemgetter
from typing import Generic, TypeVar

from ledger.statements.facts import DealEntry, DealFacts, amount_in

Key = tuple[object, ...]
T = TypeVar("T")


class ReferenceFilter(Enum):
    """The entries of a scope that are considered, by their reference."""

    ANY = auto()
    NONE = auto()
    UNCLAIMED = auto()
    """No line has their reference."""
    EXACT = auto()
    """They have exactly the given reference."""


class AmountFilter(Enum):
    """The entries that are considered, by amount; each filter names its key."""

    ANY = auto()
    AMOUNT = auto()
    """A unit's code, and the amount of a side in it."""
    SIGN = auto()
    """A unit's code, and whether the amount is negative."""
    UNIT = auto()
    """The code of a side's unit."""
    UNITS = auto()
    """The codes of both sides' units."""
    CROSS_CURRENCY = auto()
    """Between any two units."""


class _DayBucket(Generic[T]):
    """The items of one day, in order; matched ones are skipped, each only once."""

    __slots__ = ("_items", "_next")

    def __init__(self) -> None:
        self._items: list[tuple[int, T]] = []
        self._next: list[int] = []

    def add(self, number: int, item: T) -> None:
        self._next.append(len(self._items))
        self._items.append((number, item))

    def unmatched(self, matched: AbstractSet[int]) -> Iterator[tuple[int, T]]:
        items, ahead = self._items, self._next
        place = _skip_matched(items, ahead, 0, matched)
        while place < len(items):
            yield items[place]
            place = _skip_matched(items, ahead, place + 1, matched)

    def all_unmatched(self, matched: AbstractSet[int]) -> list[tuple[int, T]]:
        """Return what `unmatched` yields, at once, and keep no other items."""
        left = [one for one in self._items if one[0] not in matched]
        if len(left) < len(self._items):
            self._items, self._next = left, list(range(len(left)))
        return left


def _skip_matched(
    items: Sequence[tuple[int, object]], ahead: list[int], place: int, matched: AbstractSet[int]
) -> int:
    """Return the first unmatched place from one on, and shorten the path to it."""
    begin = place
    while place < len(ahead):
        if ahead[place] != place:
            place = ahead[place]
        elif items[place][0] in matched:
            ahead[place] = place + 1
        else:
            break
    while begin < place:
        after, ahead[begin] = ahead[begin], place
        begin = after
    return place


class DayIndex(Generic[T]):
    """Items by day, read by distance from a day: the nearest first, then by number."""

    __slots__ = ("_matched", "_rows")

    def __init__(self, matched: AbstractSet[int]) -> None:
        """Start empty; `matched` are the numbers to skip, and may grow."""
        self._rows: dict[int, _DayBucket[T]] = {}
        self._matched = matched

    def add(self, number: int, day: date, item: T) -> None:
        """Add an item; items are added in the order of their numbers."""
        row = self._rows.get(day.toordinal())
        if row is None:
            row = self._rows[day.toordinal()] = _DayBucket()
        row.add(number, item)

    def nearest_first(self, day: date, reach: int | None = None) -> Iterator[T]:
        """Return the unmatched items at most `reach` days away; at any distance for None."""
        for days in self._by_distance(day.toordinal(), reach):
            rows = [self._rows[one].unmatched(self._matched) for one in days]
            for _, item in rows[0] if len(rows) == 1 else _merge_by_number(*rows):
                yield item

    def nearest(self, day: date, reach: int | None, most: int) -> list[tuple[int, T]]:
        """Return the first so many of `nearest_first`, with their numbers."""
        result: list[tuple[int, T]] = []
        for days in self._by_distance(day.toordinal(), reach):
            rows = [self._rows[one].all_unmatched(self._matched) for one in days]
            result += rows[0] if len(rows) == 1 else sorted(chain(*rows), key=itemgetter(0))
            if len(result) >= most:
                break
        return result[:most]

    def _by_distance(self, day: int, reach: int | None) -> Iterator[list[int]]:
        """Return the days of the index, those at equal distance together."""
        if reach is not None and 2 * reach < len(self._rows):
            if day in self._rows:
                yield [day]
            for away in range(1, reach + 1):
                days = [one for one in (day - away, day + away) if one in self._rows]
                if days:
                    yield days
            return
        result: dict[int, list[int]] = {}
        for one in self._rows:
            result.setdefault(abs(one - day), []).append(one)
        yield from (result[away] for away in sorted(result) if reach is None or away <= reach)


def _merge_by_number(
    one: Iterator[tuple[int, T]], other: Iterator[tuple[int, T]]
) -> Iterator[tuple[int, T]]:
    """Merge the items of two days by number, reading each only when needed."""
    first, second = next(one, None), next(other, None)
    while first is not None or second is not None:
        if second is None or (first is not None and first[0] < second[0]):
            assert first is not None
            yield first
            first = next(one, None)
        else:
            yield second
            second = next(other, None)


class Pool:
    """The entries of one kind in some deals, indexed by each pair of filters on first use."""

    def __init__(
        self,
        entries: Iterable[DealEntry],
        deal_of: Callable[[DealEntry], DealFacts],
        matched: AbstractSet[int],
        claimed: Callable[[DealEntry], bool],
    ) -> None:
        """Keep the entries in order. `claimed` says whether a line has an entry's reference."""
        self._acts = list(entries)
        self._deal_of = deal_of
        self._matched = matched
        self._claimed = claimed
        self._sorted: dict[
            tuple[ReferenceFilter, AmountFilter], dict[Key, DayIndex[DealEntry]]
        ] = {}
        self._nothing = DayIndex[DealEntry](matched)
        self._amounts: dict[str, dict[int, int]] = {}

    def days(
        self, reference_filter: ReferenceFilter, amount_filter: AmountFilter, *key: object
    ) -> DayIndex[DealEntry]:
        """Return the entries of one key: an exact reference first, then the key of the filter."""
        result = self._sorted.get((reference_filter, amount_filter))
        if result is None:
            result = self._sorted[reference_filter, amount_filter] = self._sort(
                reference_filter, amount_filter
            )
        return result.get(key, self._nothing)

    def nearest(
        self,
        day: date,
        reference_filter: ReferenceFilter,
        amount_filter: AmountFilter,
        *key: object,
        reach: int | None = None,
    ) -> DealEntry | None:
        """Return the nearest entry of one key, within a number of days if there is a limit."""
        days = self.days(reference_filter, amount_filter, *key)
        return None if days is self._nothing else next(days.nearest_first(day, reach), None)

    def keys(self, amount_filter: AmountFilter) -> list[Key]:
        """Return the keys of one filter, in the order in which they were first recorded."""
        self.days(ReferenceFilter.ANY, amount_filter)
        return list(self._sorted[ReferenceFilter.ANY, amount_filter])

    def amounts_in(self, unit: str) -> dict[int, int]:
        """Return the amounts of the entries with a side in a unit, by number."""
        if unit not in self._amounts:
            amounts = ((one.number, amount_in(one, self._deal_of(one), unit)) for one in self._acts)
            self._amounts[unit] = {number: one for number, one in amounts if one is not None}
        return self._amounts[unit]

    def unmatched(self) -> Iterator[DealEntry]:
        """Return the unmatched entries, in recorded order."""
        return (entry for entry in self._acts if entry.number not in self._matched)

    def _sort(
        self, reference_filter: ReferenceFilter, amount_filter: AmountFilter
    ) -> dict[Key, DayIndex[DealEntry]]:
        result = defaultdict[Key, DayIndex[DealEntry]](lambda: DayIndex(self._matched))
        for entry in self.unmatched():
            before = self._reference_key(reference_filter, entry)
            if before is not None:
                for key in _keys(amount_filter, entry, self._deal_of(entry)):
                    result[*before, *key].add(entry.number, entry.day, entry)
        return result

    def _reference_key(self, reference_filter: ReferenceFilter, entry: DealEntry) -> Key | None:
        match reference_filter:
            case ReferenceFilter.EXACT:
                return None if entry.reference_key is None else (entry.reference_key,)
            case ReferenceFilter.NONE:
                return None if entry.reference_key is not None else ()
            case ReferenceFilter.UNCLAIMED:
                return None if self._claimed(entry) else ()
            case ReferenceFilter.ANY:
                return ()


def _keys(amount_filter: AmountFilter, entry: DealEntry, deal: DealFacts) -> list[Key]:
    need, offer = deal.need_unit.code, deal.offer_unit.code
    sides = [(need, entry.need_amount), (offer, entry.offer_amount)][: 1 + deal.is_cross_currency]
    match amount_filter:
        case AmountFilter.AMOUNT:
            return list(sides)
        case AmountFilter.SIGN:
            return [(unit, amount < 0) for unit, amount in sides]
        case AmountFilter.UNIT:
            return [(unit,) for unit, _ in sides]
        case AmountFilter.UNITS:
            return [(need, offer)]
        case AmountFilter.CROSS_CURRENCY:
            return [()] if deal.is_cross_currency else []
        case AmountFilter.ANY:
            return [()]
