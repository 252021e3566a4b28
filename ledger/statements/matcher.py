"""Match a provider's statement lines with entries, the most certain pairs first.

What one matching pass has paired, no later pass considers. Every query is answered by the nearest
entry of a pool: work grows with lines and entries, not with their pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from ledger.statements.differences import Difference, FindingKind, UnclearSum
from ledger.statements.facts import DealEntry, DealFacts, LedgerFacts, amount_in
from ledger.statements.lines import StatementLine
from ledger.statements.pool import AmountFilter, DayIndex, Pool, ReferenceFilter
from ledger.statements.scope import Scope, Scopes
from ledger.statements.subset_sum import WorkBudget

MOST_NEAR = 200
"""The number of nearest entries or lines tried together."""


class StatementMatcher:
    """The lines and entries of one provider, with the matches and differences so far."""

    def __init__(
        self,
        provider: str,
        lines: Sequence[StatementLine],
        facts: LedgerFacts,
        tolerance: int,
    ) -> None:
        """Index the entries by deal."""
        self.provider = provider
        self.facts = facts
        self.tolerance = tolerance
        self.lines = list(lines)
        self.confirmed: list[tuple[StatementLine, tuple[DealEntry, ...]]] = []
        self.differences: list[Difference] = []
        self.scope_of = Scopes(provider, facts).for_line
        self._scopes = [self.scope_of(line) for line in self.lines]
        self._open = dict.fromkeys(range(len(self.lines)))
        self.matched_lines: set[int] = set()
        self.matched_entries: set[int] = set()
        self._line_references = {
            (line.kind, line.reference_key) for line in self.lines if line.reference_key is not None
        }
        self._by_deal: dict[tuple[str, str], list[DealEntry]] = defaultdict(list)
        for entry in facts.entries_of[provider]:
            self._by_deal[entry.deal, entry.kind].append(entry)
        self.decimals = {
            unit.code: unit.decimals
            for deal in facts.deals_of[provider]
            for unit in (deal.need_unit, deal.offer_unit)
        }
        self.budget = WorkBudget(enough=2)
        self.unclear_lines: set[int] = set()
        self.unclear_entries: set[int] = set()
        self.unclear: list[tuple[list[int], list[DealEntry], UnclearSum]] = []
        self._pools: dict[tuple[Scope | None, str], Pool] = {}
        self._anywhere: dict[tuple[str, str], DayIndex[DealEntry]] = {}

    def unmatched_lines(self) -> list[tuple[int, StatementLine, Scope]]:
        """Return the unmatched lines, with their place and scope."""
        return [(place, self.lines[place], self._scopes[place]) for place in self._open]

    def scope(self, place: int) -> Scope:
        """Return the scope of a line by its place."""
        return self._scopes[place]

    def reported(self) -> Iterator[tuple[StatementLine, tuple[DealEntry, ...]]]:
        """Return the lines that report entries exactly, one or several."""
        yield from self.confirmed
        for difference in self.differences:
            if difference.kind is FindingKind.MERGED:
                yield difference.lines[0], difference.entries

    def unmatched_entries(self) -> Iterator[DealEntry]:
        """Return the provider's unmatched entries, in recorded order."""
        return (
            entry
            for entry in self.facts.entries_of[self.provider]
            if entry.number not in self.matched_entries
        )

    def unmatched_entries_in(self, deal: str, kind: str) -> list[DealEntry]:
        """Return the unmatched entries of a kind in a deal."""
        return [
            entry
            for entry in self._by_deal.get((deal, kind), ())
            if entry.number not in self.matched_entries
        ]

    def deal_of(self, entry: DealEntry) -> DealFacts:
        """Return the deal of an entry."""
        return self.facts.deal_of(entry)

    def amount_of(self, entry: DealEntry, line: StatementLine) -> int | None:
        """Return an entry's amount in a line's unit; None if neither side is in it."""
        return amount_in(entry, self.deal_of(entry), line.unit.code)

    def pool(self, line: StatementLine, scope: Scope | None = None) -> Pool:
        """Return the entries of a line's kind in its scope; all the provider's without one."""
        key = scope if scope is not None and scope.has_codes else None
        result = self._pools.get((key, line.kind))
        if result is None:
            entries = self._entries_of(key, line.kind)
            result = Pool(entries, self.deal_of, self.matched_entries, self._is_claimed)
            self._pools[key, line.kind] = result
        return result

    def _entries_of(self, scope: Scope | None, kind: str) -> Iterable[DealEntry]:
        if scope is None:
            return (entry for entry in self.facts.entries_of[self.provider] if entry.kind == kind)
        entries = [entry for deal in scope.deals for entry in self._by_deal.get((deal, kind), ())]
        return sorted(entries, key=lambda entry: entry.number)

    def _is_claimed(self, entry: DealEntry) -> bool:
        key = entry.reference_key
        return key is not None and (entry.kind, key) in self._line_references

    def find_by_reference(
        self,
        line: StatementLine,
        pool: Pool,
        amount_filter: AmountFilter,
        *key: object,
        reach: int | None = None,
    ) -> DealEntry | None:
        """Return the nearest entry with a line's reference."""
        if line.reference_key is None:
            return None
        exact = ReferenceFilter.EXACT
        return pool.nearest(line.day, exact, amount_filter, line.reference_key, *key, reach=reach)

    def find_by_citation(
        self, line: StatementLine, pool: Pool, amount_filter: AmountFilter, *key: object
    ) -> DealEntry | None:
        """Return the nearest entry that was recorded for exactly this line."""
        exact = ReferenceFilter.EXACT
        return pool.nearest(line.day, exact, amount_filter, line.citation_key, *key)

    def find_comparable(
        self, line: StatementLine, scope: Scope, amount_filter: AmountFilter, *key: object
    ) -> DealEntry | None:
        """Return the nearest entry in a line's scope, unless its reference is another line's.

        A line that names no code is matched by its reference or by an equal amount only.
        """
        pool = self.pool(line, scope)
        entry = self.find_by_reference(line, pool, amount_filter, *key)
        if entry is not None or not scope.has_codes:
            return entry
        reach = self.tolerance
        if line.reference_key is not None:
            return pool.nearest(line.day, ReferenceFilter.NONE, amount_filter, *key, reach=reach)
        near = pool.nearest(line.day, ReferenceFilter.UNCLAIMED, amount_filter, *key, reach=reach)
        return nearest_entry(line, (near, self.find_by_citation(line, pool, amount_filter, *key)))

    def nearest_entries(
        self, line: StatementLine, scope: Scope, amount_filter: AmountFilter = AmountFilter.ANY
    ) -> list[DealEntry]:
        """Return the nearest entries in a line's scope, ordered by deal."""
        pool = self.pool(line, scope)
        names = [line.reference_key, line.citation_key] if scope.has_codes else [line.reference_key]
        ways = [
            pool.days(ReferenceFilter.EXACT, amount_filter, name).nearest_first(line.day)
            for name in names
            if name is not None
        ]
        if scope.has_codes:
            near = pool.days(ReferenceFilter.ANY, amount_filter)
            ways.append(near.nearest_first(line.day, self.tolerance))
        result = {entry.number: entry for way in ways for entry in islice(way, MOST_NEAR)}
        position = self.facts.positions
        return sorted(
            result.values(),
            key=lambda entry: (scope.has_codes and position[entry.deal], entry.number),
        )

    def near_entries(self, line: StatementLine, scope: Scope) -> list[DealEntry]:
        """Return the entries that a line can report together, by number: one more than are tried.

        They are within the tolerance, or have the line's reference or cite it on any day.
        """
        pool, unit, most = self.pool(line, scope), line.unit.code, MOST_NEAR + 1
        near_days = pool.days(ReferenceFilter.ANY, AmountFilter.UNIT, unit)
        near = dict(near_days.nearest(line.day, self.tolerance, most))
        for name in (line.reference_key, line.citation_key):
            if name is not None:
                named = pool.days(ReferenceFilter.EXACT, AmountFilter.UNIT, name, unit)
                near.update(named.nearest(line.day, None, most))
        return [near[number] for number in sorted(near)]

    def has_entry_with_reference(self, line: StatementLine, scope: Scope) -> bool:
        """Return whether an unmatched entry in a line's scope has its reference."""
        return self.find_by_reference(line, self.pool(line, scope), AmountFilter.ANY) is not None

    def find_reference_anywhere(self, line: StatementLine) -> DealEntry | None:
        """Return the nearest entry with a line's reference, of any provider."""
        if line.reference_key is None:
            return None
        key = (line.kind, line.reference_key)
        days = self._anywhere.get(key)
        if days is None:
            days = self._anywhere[key] = DayIndex(self.matched_entries)
            for entry in self.facts.entries_with[key]:
                days.add(entry.number, entry.day, entry)
        return next(days.nearest_first(line.day), None)

    def confirm(self, places: Sequence[int], entries: Sequence[DealEntry]) -> None:
        """Record that lines and entries agree."""
        self._mark_matched(places, entries)
        self.confirmed.extend((self.lines[place], tuple(entries)) for place in places)

    def add_difference(
        self,
        kind: FindingKind,
        places: Sequence[int] = (),
        entries: Sequence[DealEntry] = (),
        *,
        deal: str | None = None,
        other: str | None = None,
    ) -> None:
        """Record a difference between lines and entries."""
        self._mark_matched(places, entries)
        self.differences.append(
            Difference(
                kind=kind,
                lines=tuple(self.lines[place] for place in places),
                entries=tuple(entries),
                deal=deal or _only_deal(entries),
                other=other,
            )
        )

    def report_unclear(self) -> None:
        """Record what adds up in several ways. One act or line can be in the sets of several."""
        reports, self.unclear = self.unclear, []
        for places, entries, unclear in reports:
            self.differences.append(
                Difference(
                    kind=FindingKind.UNCLEAR,
                    lines=tuple(self.lines[place] for place in places),
                    entries=tuple(entries),
                    deal=_only_deal(entries),
                    unclear=unclear,
                )
            )
        for places, entries, _ in reports:
            self._mark_matched([one for one in places if one in self._open], entries)

    def _mark_matched(self, places: Sequence[int], entries: Sequence[DealEntry]) -> None:
        for place in places:
            del self._open[place]
            self.matched_lines.add(place)
        for entry in entries:
            self.matched_entries.add(entry.number)

    def find_each(
        self, find: Callable[[StatementLine, Scope], DealEntry | None], kind: FindingKind
    ) -> None:
        """Record a difference of one kind for every unmatched line that finds its entry."""
        for place, line, scope in self.unmatched_lines():
            entry = find(line, scope)
            if entry is not None:
                self.add_difference(kind, [place], [entry])


def _only_deal(entries: Sequence[DealEntry]) -> str | None:
    """Return the deal of all entries; None if they are of several, or none."""
    deals = {entry.deal for entry in entries}
    return deals.pop() if len(deals) == 1 else None


def same_reference(line: StatementLine, entry: DealEntry) -> bool:
    """Return whether both have the same reference."""
    return line.reference_key is not None and line.reference_key == entry.reference_key


def cites(line: StatementLine, entry: DealEntry) -> bool:
    """Return whether an entry was recorded for exactly this line."""
    return entry.reference_key is not None and entry.reference_key == line.citation_key


def nearest_entry(line: StatementLine, entries: Iterable[DealEntry | None]) -> DealEntry | None:
    """Return the entry nearest in time to a line, one with its reference before all others."""
    return min(
        (entry for entry in entries if entry is not None),
        key=lambda entry: (
            not same_reference(line, entry),
            abs((entry.day - line.day).days),
            entry.number,
        ),
        default=None,
    )
