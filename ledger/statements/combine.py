"""The road of acts that a provider tells in several lines.

Finding the few numbers that add up to another, for lines that were split or put together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, islice
from typing import Final

from ledger.statements.lines import Act, Kind, Line
from ledger.statements.matcher import MOST_NEAR, Matching, same_reference
from ledger.statements.pool import Days

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


_Group = tuple[str, str, str]
"""A deal, the kind of a line, and the unit it counts in."""


class _Bundle:
    """Lines that name the same deals, of one kind and unit, found by day and by reference."""

    def __init__(self, closed: set[int]) -> None:
        self.first: int | None = None
        self._by_day = Days[int](closed)
        self._under: dict[str, Days[int]] = {}
        self._closed: Final = closed

    def add(self, place: int, line: Line) -> None:
        """Add a line; lines come in order."""
        self.first = place if self.first is None else self.first
        self._by_day.add(place, line.day, place)
        for name in {line.reference, line.citation} - {None}:
            assert name is not None
            days = self._under.setdefault(name, Days(self._closed))
            days.add(place, line.day, place)

    def near(self, act: Act, reach: int) -> Iterator[int]:
        """Give the places of lines near enough in time, or that name the act's paper."""
        named = self._under.get(act.reference) if act.reference is not None else None
        for way in (
            named.outward(act.day) if named is not None else iter(()),
            self._by_day.outward(act.day, reach),
        ):
            yield from islice(way, MOST_NEAR)


def split(work: Matching) -> None:
    """Find acts that the provider tells in several lines."""
    groups = _groups(work)
    for deal, kind, unit in sorted(groups, key=lambda one: _order(work, one[0], groups[one])):
        for act in work.acts_left_in(deal, kind):
            _split_of(work, act, groups[deal, kind, unit])


def _groups(work: Matching) -> dict[_Group, list[_Bundle]]:
    """Give the lines that may tell of a deal with acts left, by bundles that many deals share."""
    bundles: dict[tuple[object, str, str], _Bundle] = {}
    found: dict[_Group, list[_Bundle]] = defaultdict(list)
    waiting = {(act.deal, act.kind) for act in work.acts_left()}
    referred: dict[tuple[str, str], set[str]] = defaultdict(set)
    for act in work.acts_left():
        if act.reference is not None:
            referred[act.kind, act.reference].add(act.deal)
    for place, line, scope in work.left():
        if scope.foreign is not None or (not scope.named and line.reference is None):
            continue
        name = (scope if scope.named else line.reference, line.kind, line.unit.code)
        bundle = bundles.get(name)
        if bundle is None:
            bundle = bundles[name] = _Bundle(work.closed)
            deals: Iterable[str] = scope.deals
            if not scope.named and line.reference is not None:
                deals = referred[line.kind, line.reference]
            for deal in deals:
                if (deal, line.kind) in waiting:
                    found[deal, line.kind, line.unit.code].append(bundle)
        bundle.add(place, line)
    return found


def _order(work: Matching, deal: str, bundles: Sequence[_Bundle]) -> tuple[int, int]:
    return min(one.first or 0 for one in bundles), work.books.rank(deal)


def _split_of(work: Matching, act: Act, bundles: Sequence[_Bundle]) -> None:
    near = chain.from_iterable(one.near(act, work.tolerance.days) for one in bundles)
    places = sorted(set(near))
    referred = [place for place in places if same_reference(work.lines[place], act)]
    for group in (referred, places):
        if len(group) > 1:
            lines = [work.lines[place] for place in group]
            total = work.amount_of(act, lines[0])
            amounts = [line.amount for line in lines]
            found = adding_up(amounts, total) if total is not None else None
            if found is not None:
                work.differ(Kind.SPLIT, [group[at] for at in found], [act])
                return
