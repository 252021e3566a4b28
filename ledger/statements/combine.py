"""The matching passes for sums: an act in several lines, and several acts in one line.

A set of acts or lines is asserted only where it is the only one that adds up, and where no other
line or act needs the same ones. Sets that differ only in alike acts (of one deal, day and amount)
are one. What adds up in several ways, or was not searched to the end, is reported as unclear.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter
from typing import Final, NamedTuple

from ledger.statements.differences import FindingKind, UnclearSum
from ledger.statements.facts import DealEntry
from ledger.statements.lines import StatementLine
from ledger.statements.matcher import MOST_NEAR, StatementMatcher, cites
from ledger.statements.pool import AmountFilter, DayIndex
from ledger.statements.scope import Scope
from ledger.statements.subset_sum import Choice, Copies, SubsetSums, can_add_up


@dataclass(frozen=True, slots=True, kw_only=True)
class SumSearch:
    """The sets of items that add up to one total. Each group is of alike items, under a key."""

    groups: tuple[tuple[int, ...], ...] = ()
    keys: tuple[Hashable, ...] = ()
    sums: SubsetSums
    by_reference: bool = False

    @property
    def is_unique(self) -> bool:
        """Return whether exactly one set adds up, of two items or more."""
        return self.sums.complete and self.sums.count == 1 and sum(self.sums.first[0]) > 1

    @property
    def is_unclear(self) -> bool:
        """Return whether several sets add up, or one that is contested, or an unknown number."""
        return not self.sums.complete or self.sums.count > 1 or self.is_unique

    @property
    def may_change(self) -> bool:
        """Return whether another search, of fewer items, can have another result."""
        return not self.sums.complete or self.sums.count > 0

    def items(self, choice: Choice, matched: set[int]) -> list[int]:
        """Return the items of a choice, of alike ones the first that are unmatched."""
        return [
            item
            for group, copies in zip(self.groups, choice, strict=True)
            for item in islice((one for one in group if one not in matched), copies)
        ]

    def members(self) -> list[int]:
        """Return all items that are in any set."""
        return sorted(item for place in self.sums.members for item in self.groups[place])


NOTHING: Final = SumSearch(sums=SubsetSums())
NOT_SEARCHED: Final = SumSearch(sums=SubsetSums(complete=False))


class _Item(NamedTuple):
    """A line or an act by its number, and the key of those that it is alike with."""

    number: int
    amount: int
    key: Hashable
    reference: str | None


def _search_groups(
    matcher: StatementMatcher, items: Sequence[_Item], total: int, *, by_reference: bool = False
) -> SumSearch:
    """Search for the sets of items that add up to a total."""
    if not can_add_up([item.amount for item in items], total):
        return NOTHING
    groups: dict[tuple[Hashable, int], list[int]] = {}
    for number, amount, key, _ in items:
        groups.setdefault((key, amount), []).append(number)
    copies = [Copies(amount, len(group)) for (_, amount), group in groups.items()]
    return SumSearch(
        groups=tuple(map(tuple, groups.values())),
        keys=tuple(groups),
        sums=matcher.budget.search(copies, total),
        by_reference=by_reference,
    )


Search = Callable[[int], SumSearch]


def _assert_unique_sums(
    totals: Iterable[int],
    search: Search,
    matched: set[int],
    accept: Callable[[int, SumSearch, list[int]], None],
) -> dict[int, SumSearch]:
    """Accept unique sets that do not contend for the same items, until there are no more.

    An accepted set leaves fewer items to others, whose set may then be unique. Return the searches
    of the totals that remain and may add up.
    """
    searches: dict[int, SumSearch] = {}
    wanting: dict[int, set[int]] = defaultdict(set)
    stale = list(totals)
    while True:
        for total in stale:
            searches[total] = result = search(total)
            if not result.may_change:
                del searches[total]
            elif result.sums.complete:
                for item in result.members():
                    wanting[item].add(total)
        accepted = _uncontested(searches)
        if not accepted:
            return searches
        taken: list[int] = []
        for total in accepted:
            result = searches.pop(total)
            items = result.items(result.sums.first[0], matched)
            accept(total, result, items)
            taken += items
        changed = {total for item in taken for total in wanting[item]}
        stale = [total for total in searches if total in changed]


def _uncontested(searches: Mapping[int, SumSearch]) -> list[int]:
    """Return the totals with a unique set that leaves enough items for all other unique sets."""
    unique = {total: one for total, one in searches.items() if one.is_unique}
    wanted: Counter[Hashable] = Counter()
    for one in unique.values():
        for key, copies in zip(one.keys, one.sums.first[0], strict=True):
            wanted[key] += copies
    return [
        total
        for total, one in unique.items()
        if all(
            wanted[key] <= len(group)
            for key, group, copies in zip(one.keys, one.groups, one.sums.first[0], strict=True)
            if copies
        )
    ]


# Several acts in one line


def find_merged_lines(matcher: StatementMatcher) -> None:
    """Find lines that report several acts at once; acts that cite the line agree with it."""
    places = [place for place, line, _ in matcher.unmatched_lines() if line.amount]
    # Of equal lines one can repeat another: the first one chooses before the others.
    first: dict[object, int] = {}
    for place in places:
        first.setdefault((matcher.scope(place), matcher.lines[place].duplicate_key), place)
    leading = set(first.values())
    others = [place for place in places if place not in leading]
    for group in (sorted(leading), others):
        matcher.unclear_lines.update(_merge(matcher, group))


def _merge(matcher: StatementMatcher, places: Iterable[int]) -> dict[int, SumSearch]:
    entries = {entry.number: entry for entry in matcher.unmatched_entries()}

    def accept(place: int, result: SumSearch, numbers: list[int]) -> None:
        line, chosen = matcher.lines[place], [entries[number] for number in numbers]
        if result.by_reference or any(cites(line, entry) for entry in chosen):
            matcher.confirm([place], chosen)
        else:
            matcher.add_difference(FindingKind.MERGED, [place], chosen)

    def search(place: int) -> SumSearch:
        return _search_entries(matcher, matcher.lines[place], matcher.scope(place))

    return _assert_unique_sums(places, search, matcher.matched_entries, accept)


def _search_entries(matcher: StatementMatcher, line: StatementLine, scope: Scope) -> SumSearch:
    """Search for the acts of a line: those with its reference, else all that are near."""
    pool, key = matcher.pool(line, scope), (line.unit.code, line.amount)
    if matcher.find_by_reference(line, pool, AmountFilter.AMOUNT, *key) is not None:
        return NOTHING
    entries = matcher.near_entries(line, scope)
    if len(entries) > MOST_NEAR:
        return NOT_SEARCHED
    name = line.reference_key
    referred = [] if name is None else [one for one in entries if one.reference_key == name]
    if len(referred) > 1:
        result = _search_among(matcher, line, scope, referred, by_reference=True)
        if result.may_change:
            return result
    outstanding = without_reversals(entries)
    result = _search_among(matcher, line, scope, outstanding)
    if result.may_change or len(outstanding) == len(entries):
        return result
    return _search_among(matcher, line, scope, entries)


def _search_among(
    matcher: StatementMatcher,
    line: StatementLine,
    scope: Scope,
    entries: Sequence[DealEntry],
    *,
    by_reference: bool = False,
) -> SumSearch:
    if len(entries) < 2:  # noqa: PLR2004 - one is no sum
        return NOTHING
    amount_of = matcher.pool(line, scope).amounts_in(line.unit.code)
    items = [
        _Item(one.number, amount_of[one.number], (one.deal, one.day), one.reference_key)
        for one in entries
    ]
    return _search_groups(matcher, items, line.amount, by_reference=by_reference)


def without_reversals(entries: Sequence[DealEntry]) -> list[DealEntry]:
    """Omit entries that cancel each other: a provider need not report what was undone."""
    if all(entry.need_amount > 0 for entry in entries):
        return sorted(entries, key=attrgetter("number"))
    outstanding: dict[tuple[str, str, int], list[DealEntry]] = defaultdict(list)
    for entry in entries:
        undone = outstanding[entry.deal, entry.kind, -entry.need_amount]
        if undone:
            undone.pop()
        else:
            outstanding[entry.deal, entry.kind, entry.need_amount].append(entry)
    return sorted(
        (entry for same in outstanding.values() for entry in same), key=lambda entry: entry.number
    )


# An act in several lines


_Group = tuple[str, str, str]
"""A deal, the kind of a line, and its unit."""


class _LineBundle:
    """Lines that name the same deals, of one kind and unit, indexed by day and by reference."""

    def __init__(self, matched: set[int]) -> None:
        self.first: int | None = None
        self._by_day = DayIndex[_Item](matched)
        self._under: dict[str, DayIndex[_Item]] = {}
        self._matched: Final = matched

    def add(self, place: int, line: StatementLine, scope: Scope) -> None:
        """Add a line; lines are added in order."""
        item = _Item(place, line.amount, (id(scope), line.day), line.reference_key)
        self.first = place if self.first is None else self.first
        self._by_day.add(place, line.day, item)
        for name in {line.reference_key, line.citation_key} - {None}:
            assert name is not None
            days = self._under.setdefault(name, DayIndex(self._matched))
            days.add(place, line.day, item)

    def near(self, entry: DealEntry, reach: int) -> list[tuple[int, _Item]]:
        """Return the lines near in time, or with the entry's reference, by their places."""
        near = self._by_day.nearest(entry.day, reach, MOST_NEAR + 1)
        named = self._under.get(entry.reference_key) if entry.reference_key is not None else None
        return near if named is None else near + named.nearest(entry.day, None, MOST_NEAR + 1)


def find_split_lines(matcher: StatementMatcher) -> None:
    """Find acts that the provider reports in several lines."""
    numbers = {entry.number for entry in matcher.unmatched_entries()}
    matcher.unclear_entries.update(_split(matcher, numbers))


def _split(matcher: StatementMatcher, numbers: set[int]) -> dict[int, SumSearch]:
    groups = _groups(matcher)
    entries: dict[int, tuple[DealEntry, list[_Group]]] = {}
    for deal, kind, unit in sorted(groups, key=lambda one: _order(matcher, one[0], groups[one])):
        for entry in matcher.unmatched_entries_in(deal, kind):
            if entry.number in numbers:
                entries.setdefault(entry.number, (entry, []))[1].append((deal, kind, unit))

    def search(number: int) -> SumSearch:
        entry, named = entries[number]
        results = [_search_lines(matcher, entry, groups[one]) for one in named]
        return next((one for one in results if one.may_change), NOTHING)

    def accept(number: int, result: SumSearch, places: list[int]) -> None:
        del result
        matcher.add_difference(FindingKind.SPLIT, sorted(places), [entries[number][0]])

    return _assert_unique_sums(entries, search, matcher.matched_lines, accept)


def _groups(matcher: StatementMatcher) -> dict[_Group, list[_LineBundle]]:
    """Return the lines that may report a deal with unmatched entries, in bundles."""
    bundles: dict[tuple[object, str, str], _LineBundle] = {}
    result: dict[_Group, list[_LineBundle]] = defaultdict(list)
    waiting = {(entry.deal, entry.kind) for entry in matcher.unmatched_entries()}
    referred: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in matcher.unmatched_entries():
        if entry.reference_key is not None:
            referred[entry.kind, entry.reference_key].add(entry.deal)
    for place, line, scope in matcher.unmatched_lines():
        if not scope.has_codes and line.reference_key is None:
            continue
        name = (scope if scope.has_codes else line.reference_key, line.kind, line.unit.code)
        bundle = bundles.get(name)
        if bundle is None:
            bundle = bundles[name] = _LineBundle(matcher.matched_lines)
            deals: Iterable[str] = scope.deals
            if not scope.has_codes and line.reference_key is not None:
                deals = referred[line.kind, line.reference_key]
            for deal in deals:
                if (deal, line.kind) in waiting:
                    result[deal, line.kind, line.unit.code].append(bundle)
        bundle.add(place, line, scope)
    return result


def _order(matcher: StatementMatcher, deal: str, bundles: Sequence[_LineBundle]) -> tuple[int, int]:
    return min(one.first or 0 for one in bundles), matcher.facts.positions[deal]


def _search_lines(
    matcher: StatementMatcher, entry: DealEntry, bundles: Sequence[_LineBundle]
) -> SumSearch:
    """Search for the lines of an act: those with its reference, else all that are near."""
    near = dict(chain.from_iterable(one.near(entry, matcher.tolerance) for one in bundles))
    items, name = [near[place] for place in sorted(near)], entry.reference_key
    referred = [] if name is None else [one for one in items if one.reference == name]
    for group in (referred, items):
        if len(group) > MOST_NEAR:
            return NOT_SEARCHED
        if len(group) > 1:
            total = matcher.amount_of(entry, matcher.lines[group[0].number])
            result = _search_groups(matcher, group, total) if total else NOTHING
            if result.may_change:
                return result
    return NOTHING


# What adds up in several ways


def find_unclear_sums(matcher: StatementMatcher) -> None:
    """Report the lines and acts that add up in several ways, or were not searched to the end.

    What later passes matched is no longer in any set, so one set may be left. Here all sets are
    counted.
    """
    matcher.budget.enough = None
    merged, split = _search_unclear(matcher)
    entries = {entry.number: entry for entry in matcher.unmatched_entries()}
    for place, result in merged.items():
        line, scope = matcher.lines[place], matcher.scope(place)
        # The reference names the act where the sets are not known.
        if result.is_unclear and (
            result.sums.complete or not matcher.has_entry_with_reference(line, scope)
        ):
            members = [entries[number] for number in result.members()]
            matcher.unclear.append(([place], members, _unclear(result, entries)))
    lines = dict(enumerate(matcher.lines))
    for number, result in split.items():
        if result.is_unclear and result.sums.complete:
            unclear = _unclear(result, lines)
            matcher.unclear.append((result.members(), [entries[number]], unclear))
    matcher.report_unclear()


def _search_unclear(matcher: StatementMatcher) -> tuple[dict[int, SumSearch], dict[int, SumSearch]]:
    """Search for the acts of lines and the lines of acts, until neither leaves other sums."""
    merged = _merge(matcher, sorted(matcher.unclear_lines - matcher.matched_lines))
    while True:
        matched = len(matcher.matched_entries)
        split = _split(matcher, matcher.unclear_entries - matcher.matched_entries)
        if len(matcher.matched_entries) == matched:
            return merged, split
        matched = len(matcher.matched_entries)
        merged = _merge(matcher, sorted(matcher.unclear_lines - matcher.matched_lines))
        if len(matcher.matched_entries) == matched:
            return merged, split


def _unclear(
    result: SumSearch, items: Mapping[int, DealEntry] | Mapping[int, StatementLine]
) -> UnclearSum:
    return UnclearSum(
        count=result.sums.count,
        sets=tuple(
            tuple(items[item] for item in result.items(choice, set()))
            for choice in result.sums.first
        ),
        complete=result.sums.complete,
    )
