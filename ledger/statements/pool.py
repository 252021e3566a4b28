"""Acts and lines found by what is alike, and outward from a day.

A statement may have a hundred thousand lines of few amounts. So no line looks through all acts
that it may tell of: what fits best is found by a key, and what was taken is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from enum import Enum, auto
from typing import Generic, TypeVar

from ledger.statements.lines import DealEntry, DealFacts

Key = tuple[object, ...]
T = TypeVar("T")


class ReferenceFilter(Enum):
    """Which acts of a scope are meant, by the reference that they bear."""

    ANY = auto()
    NONE = auto()
    UNCLAIMED = auto()
    """No line names their reference."""
    EXACT = auto()
    """They bear just the reference that is asked for."""


class AmountFilter(Enum):
    """Which acts are meant, by what they moved; the key that it takes is told."""

    ANY = auto()
    AMOUNT = auto()
    """A unit's code, and the amount that a side has in it."""
    SIGN = auto()
    """A unit's code, and whether the amount is below zero."""
    UNITS = auto()
    """The codes of both sides' units."""
    CROSS_CURRENCY = auto()
    """Between two units, whichever."""


class _DayBucket(Generic[T]):
    """What is of one day, in order; what is taken is stepped over, and then never met again."""

    __slots__ = ("_items", "_next")

    def __init__(self) -> None:
        self._items: list[tuple[int, T]] = []
        self._next: list[int] = []

    def add(self, number: int, item: T) -> None:
        self._next.append(len(self._items))
        self._items.append((number, item))

    def unmatched(self, matched: AbstractSet[int]) -> Iterator[tuple[int, T]]:
        place = self._from(0, matched)
        while place < len(self._items):
            yield self._items[place]
            place = self._from(place + 1, matched)

    def _from(self, place: int, matched: AbstractSet[int]) -> int:
        """Give the first place from one on that is not taken, and shorten the way to it."""
        begin, ahead = place, self._next
        while place < len(ahead):
            if ahead[place] != place:
                place = ahead[place]
            elif self._items[place][0] in matched:
                ahead[place] = place + 1
            else:
                break
        while begin < place:
            after, ahead[begin] = ahead[begin], place
            begin = after
        return place


class DayIndex(Generic[T]):
    """Things by their days, read outward from one: the nearest first, then by their numbers."""

    __slots__ = ("_matched", "_rows")

    def __init__(self, matched: AbstractSet[int]) -> None:
        """Begin with none; `matched` are the numbers to pass over, and is watched as it grows."""
        self._rows: dict[int, _DayBucket[T]] = {}
        self._matched = matched

    def add(self, number: int, day: date, item: T) -> None:
        """Add a thing; things come in the order of their numbers."""
        row = self._rows.get(day.toordinal())
        if row is None:
            row = self._rows[day.toordinal()] = _DayBucket()
        row.add(number, item)

    def nearest_first(self, day: date, reach: int | None = None) -> Iterator[T]:
        """Give what is left, no more than `reach` days away; however far for None."""
        for days in self._by_distance(day.toordinal(), reach):
            rows = [self._rows[one].unmatched(self._matched) for one in days]
            for _, item in rows[0] if len(rows) == 1 else _merge_by_number(*rows):
                yield item

    def _by_distance(self, day: int, reach: int | None) -> Iterator[list[int]]:
        """Give the days there are, those equally far away together."""
        if reach is not None and 2 * reach < len(self._rows):
            for away in range(reach + 1):
                days = [one for one in {day - away, day + away} if one in self._rows]
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
    """Give what is of two days in the order of the numbers; each is looked at when it is due."""
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
    """The acts of one kind in some deals; each way of asking for them is sorted when first used."""

    def __init__(
        self,
        entries: Iterable[DealEntry],
        deal_of: Callable[[DealEntry], DealFacts],
        matched: AbstractSet[int],
        claimed: Callable[[DealEntry], bool],
    ) -> None:
        """Keep the acts in recorded order. `claimed` says whether a line names an act's paper."""
        self._acts = list(entries)
        self._deal_of = deal_of
        self._matched = matched
        self._claimed = claimed
        self._sorted: dict[
            tuple[ReferenceFilter, AmountFilter], dict[Key, DayIndex[DealEntry]]
        ] = {}
        self._nothing = DayIndex[DealEntry](matched)

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

    def keys(self, amount_filter: AmountFilter) -> list[Key]:
        """Give the keys there are of one sort, in the order in which they were first recorded."""
        self.days(ReferenceFilter.ANY, amount_filter)
        return list(self._sorted[ReferenceFilter.ANY, amount_filter])

    def unmatched(self) -> Iterator[DealEntry]:
        """Give the acts that no line was found for yet, in recorded order."""
        return (entry for entry in self._acts if entry.number not in self._matched)

    def _sort(
        self, reference_filter: ReferenceFilter, amount_filter: AmountFilter
    ) -> dict[Key, DayIndex[DealEntry]]:
        result: dict[Key, DayIndex[DealEntry]] = {}
        for entry in self.unmatched():
            before = self._reference_key(reference_filter, entry)
            for key in (
                _keys(amount_filter, entry, self._deal_of(entry)) if before is not None else ()
            ):
                days = result.get((*(before or ()), *key))
                if days is None:
                    days = result[*(before or ()), *key] = DayIndex(self._matched)
                days.add(entry.number, entry.day, entry)
        return result

    def _reference_key(self, reference_filter: ReferenceFilter, entry: DealEntry) -> Key | None:
        match reference_filter:
            case ReferenceFilter.EXACT:
                return None if entry.reference is None else (entry.reference,)
            case ReferenceFilter.NONE:
                return None if entry.reference is not None else ()
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
        case AmountFilter.UNITS:
            return [(need, offer)]
        case AmountFilter.CROSS_CURRENCY:
            return [()] if deal.is_cross_currency else []
        case AmountFilter.ANY:
            return [()]
