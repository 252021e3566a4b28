"""The matching pass for entries that a provider reports in several lines.

It finds the few amounts that add up to another, for split and for merged lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, islice
from typing import Final

from ledger.statements.lines import DealEntry, FindingKind, StatementLine
from ledger.statements.matcher import MOST_NEAR, StatementMatcher, same_reference
from ledger.statements.pool import DayIndex

MOST_TRIED = 14
"""Above this number of amounts, only all of them and consecutive ones are tried."""

_MOST_TOGETHER = 4


def find_sum(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    """Return the places of two or more amounts that add up to a total; None if there are none.

    All of them are tried first, then consecutive ones, then small subsets: parts of one payment are
    usually listed together.
    """
    count = len(amounts)
    if count < 2:  # noqa: PLR2004 - one is no sum
        return None
    if sum(amounts) == total:
        return tuple(range(count))
    return _consecutive_sum(amounts, total) or _small_subset_sum(amounts, total)


def _consecutive_sum(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    ends: dict[int, int] = {0: 0}
    running = 0
    for place, amount in enumerate(amounts, start=1):
        running += amount
        begin = ends.get(running - total)
        if begin is not None and place - begin > 1:
            return tuple(range(begin, place))
        ends[running] = place
    return None


def _small_subset_sum(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    if len(amounts) > MOST_TRIED:
        return None
    for size in range(2, min(_MOST_TOGETHER, len(amounts)) + 1):
        for places in combinations(range(len(amounts)), size):
            if sum(amounts[place] for place in places) == total:
                return places
    return None


_Group = tuple[str, str, str]
"""A deal, the kind of a line, and its unit."""


class _LineBundle:
    """Lines that name the same deals, of one kind and unit, indexed by day and by reference."""

    def __init__(self, matched: set[int]) -> None:
        self.first: int | None = None
        self._by_day = DayIndex[int](matched)
        self._under: dict[str, DayIndex[int]] = {}
        self._matched: Final = matched

    def add(self, place: int, line: StatementLine) -> None:
        """Add a line; lines are added in order."""
        self.first = place if self.first is None else self.first
        self._by_day.add(place, line.day, place)
        for name in {line.reference, line.citation} - {None}:
            assert name is not None
            days = self._under.setdefault(name, DayIndex(self._matched))
            days.add(place, line.day, place)

    def near(self, entry: DealEntry, reach: int) -> Iterator[int]:
        """Return the places of lines near in time, or with the entry's reference."""
        named = self._under.get(entry.reference) if entry.reference is not None else None
        for way in (
            named.nearest_first(entry.day) if named is not None else iter(()),
            self._by_day.nearest_first(entry.day, reach),
        ):
            yield from islice(way, MOST_NEAR)


def find_split_lines(matcher: StatementMatcher) -> None:
    """Find entries that the provider reports in several lines."""
    groups = _groups(matcher)
    for deal, kind, unit in sorted(groups, key=lambda one: _order(matcher, one[0], groups[one])):
        for entry in matcher.unmatched_entries_in(deal, kind):
            _find_split(matcher, entry, groups[deal, kind, unit])


def _groups(matcher: StatementMatcher) -> dict[_Group, list[_LineBundle]]:
    """Return the lines that may report a deal with unmatched entries, in bundles."""
    bundles: dict[tuple[object, str, str], _LineBundle] = {}
    result: dict[_Group, list[_LineBundle]] = defaultdict(list)
    waiting = {(entry.deal, entry.kind) for entry in matcher.unmatched_entries()}
    referred: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in matcher.unmatched_entries():
        if entry.reference is not None:
            referred[entry.kind, entry.reference].add(entry.deal)
    for place, line, scope in matcher.unmatched_lines():
        if not scope.has_codes and line.reference is None:
            continue
        name = (scope if scope.has_codes else line.reference, line.kind, line.unit.code)
        bundle = bundles.get(name)
        if bundle is None:
            bundle = bundles[name] = _LineBundle(matcher.matched_lines)
            deals: Iterable[str] = scope.deals
            if not scope.has_codes and line.reference is not None:
                deals = referred[line.kind, line.reference]
            for deal in deals:
                if (deal, line.kind) in waiting:
                    result[deal, line.kind, line.unit.code].append(bundle)
        bundle.add(place, line)
    return result


def _order(matcher: StatementMatcher, deal: str, bundles: Sequence[_LineBundle]) -> tuple[int, int]:
    return min(one.first or 0 for one in bundles), matcher.facts.positions[deal]


def _find_split(
    matcher: StatementMatcher, entry: DealEntry, bundles: Sequence[_LineBundle]
) -> None:
    near = chain.from_iterable(one.near(entry, matcher.tolerance) for one in bundles)
    places = sorted(set(near))
    referred = [place for place in places if same_reference(matcher.lines[place], entry)]
    for group in (referred, places):
        if len(group) > 1:
            lines = [matcher.lines[place] for place in group]
            total = matcher.amount_of(entry, lines[0])
            amounts = [line.amount for line in lines]
            result = find_sum(amounts, total) if total is not None else None
            if result is not None:
                matcher.add_difference(FindingKind.SPLIT, [group[at] for at in result], [entry])
                return
