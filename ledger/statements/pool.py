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

from ledger.statements.lines import Act, DealFacts

Key = tuple[object, ...]
T = TypeVar("T")


class Papers(Enum):
    """Which acts of a scope are meant, by the reference that they bear."""

    ANY = auto()
    NONE = auto()
    UNCLAIMED = auto()
    """No line names their reference."""
    NAMED = auto()
    """They bear just the reference that is asked for."""


class What(Enum):
    """Which acts are meant, by what they moved; the key that it takes is told."""

    ANYTHING = auto()
    AMOUNT = auto()
    """A unit's code, and the amount that a side has in it."""
    WAY = auto()
    """A unit's code, and whether the amount is below zero."""
    UNITS = auto()
    """The codes of both sides' units."""
    CROSSING = auto()
    """Between two units, whichever."""


class _Row(Generic[T]):
    """What is of one day, in order; what is taken is stepped over, and then never met again."""

    __slots__ = ("_next", "_things")

    def __init__(self) -> None:
        self._things: list[tuple[int, T]] = []
        self._next: list[int] = []

    def add(self, number: int, thing: T) -> None:
        self._next.append(len(self._things))
        self._things.append((number, thing))

    def left(self, taken: AbstractSet[int]) -> Iterator[tuple[int, T]]:
        place = self._from(0, taken)
        while place < len(self._things):
            yield self._things[place]
            place = self._from(place + 1, taken)

    def _from(self, place: int, taken: AbstractSet[int]) -> int:
        """Give the first place from one on that is not taken, and shorten the way to it."""
        begin, ahead = place, self._next
        while place < len(ahead):
            if ahead[place] != place:
                place = ahead[place]
            elif self._things[place][0] in taken:
                ahead[place] = place + 1
            else:
                break
        while begin < place:
            after, ahead[begin] = ahead[begin], place
            begin = after
        return place


class Days(Generic[T]):
    """Things by their days, read outward from one: the nearest first, then by their numbers."""

    __slots__ = ("_rows", "_taken")

    def __init__(self, taken: AbstractSet[int]) -> None:
        """Begin with none; `taken` are the numbers to pass over, and is watched as it grows."""
        self._rows: dict[int, _Row[T]] = {}
        self._taken = taken

    def add(self, number: int, day: date, thing: T) -> None:
        """Add a thing; things come in the order of their numbers."""
        row = self._rows.get(day.toordinal())
        if row is None:
            row = self._rows[day.toordinal()] = _Row()
        row.add(number, thing)

    def outward(self, day: date, reach: int | None = None) -> Iterator[T]:
        """Give what is left, no more than `reach` days away; however far for None."""
        for days in self._by_distance(day.toordinal(), reach):
            rows = [self._rows[one].left(self._taken) for one in days]
            for _, thing in rows[0] if len(rows) == 1 else _in_turn(*rows):
                yield thing

    def _by_distance(self, day: int, reach: int | None) -> Iterator[list[int]]:
        """Give the days there are, those equally far away together."""
        if reach is not None and 2 * reach < len(self._rows):
            for away in range(reach + 1):
                days = [one for one in {day - away, day + away} if one in self._rows]
                if days:
                    yield days
            return
        found: dict[int, list[int]] = {}
        for one in self._rows:
            found.setdefault(abs(one - day), []).append(one)
        yield from (found[away] for away in sorted(found) if reach is None or away <= reach)


def _in_turn(
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
        acts: Iterable[Act],
        deal_of: Callable[[Act], DealFacts],
        taken: AbstractSet[int],
        claimed: Callable[[Act], bool],
    ) -> None:
        """Keep the acts in recorded order. `claimed` says whether a line names an act's paper."""
        self._acts = list(acts)
        self._deal_of = deal_of
        self._taken = taken
        self._claimed = claimed
        self._sorted: dict[tuple[Papers, What], dict[Key, Days[Act]]] = {}
        self._nothing = Days[Act](taken)

    def days(self, papers: Papers, what: What, *key: object) -> Days[Act]:
        """Give the acts of one key: the reference first where that is named, then by `what`."""
        found = self._sorted.get((papers, what))
        if found is None:
            found = self._sorted[papers, what] = self._sort(papers, what)
        return found.get(key, self._nothing)

    def keys(self, what: What) -> list[Key]:
        """Give the keys there are of one sort, in the order in which they were first recorded."""
        self.days(Papers.ANY, what)
        return list(self._sorted[Papers.ANY, what])

    def left(self) -> Iterator[Act]:
        """Give the acts that no line was found for yet, in recorded order."""
        return (act for act in self._acts if act.entry not in self._taken)

    def _sort(self, papers: Papers, what: What) -> dict[Key, Days[Act]]:
        found: dict[Key, Days[Act]] = {}
        for act in self.left():
            before = self._papers(papers, act)
            for key in _keys(what, act, self._deal_of(act)) if before is not None else ():
                days = found.get((*(before or ()), *key))
                if days is None:
                    days = found[*(before or ()), *key] = Days(self._taken)
                days.add(act.entry, act.day, act)
        return found

    def _papers(self, papers: Papers, act: Act) -> Key | None:
        match papers:
            case Papers.NAMED:
                return None if act.reference is None else (act.reference,)
            case Papers.NONE:
                return None if act.reference is not None else ()
            case Papers.UNCLAIMED:
                return None if self._claimed(act) else ()
            case Papers.ANY:
                return ()


def _keys(what: What, act: Act, deal: DealFacts) -> list[Key]:
    need, offer = deal.need_unit.code, deal.offer_unit.code
    sides = [(need, act.need_amount), (offer, act.offer_amount)][: 1 + deal.crosses]
    match what:
        case What.AMOUNT:
            return list(sides)
        case What.WAY:
            return [(unit, amount < 0) for unit, amount in sides]
        case What.UNITS:
            return [(need, offer)]
        case What.CROSSING:
            return [()] if deal.crosses else []
        case What.ANYTHING:
            return [()]
