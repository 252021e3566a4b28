"""Which line of a provider's statements tells of which act: the surest pairs first.

What one road has paired, no later one looks at again. So a difference is only sought where
nothing agrees, and an ordinary statement leaves nothing to seek. Every question is asked of a
pool, and answered by the nearest that fits: work grows with lines and acts, not with their pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from ledger.statements.lines import (
    DealEntry,
    DealFacts,
    Difference,
    FindingKind,
    LedgerFacts,
    StatementLine,
    Tolerance,
    amount_in,
)
from ledger.statements.pool import AmountFilter, DayIndex, Pool, ReferenceFilter
from ledger.statements.scope import Scope, Scopes

MOST_NEAR = 200
"""So many of the nearest are tried together; one act is not told in more lines, nor in one more."""


class StatementMatcher:
    """The lines and acts of one provider, and what has been found of them so far."""

    def __init__(
        self,
        provider: str,
        lines: Sequence[StatementLine],
        facts: LedgerFacts,
        tolerance: Tolerance,
    ) -> None:
        """Sort the acts by deal."""
        self.provider = provider
        self.facts = facts
        self.tolerance = tolerance
        self.lines = list(lines)
        self.confirmed: list[tuple[StatementLine, tuple[DealEntry, ...]]] = []
        self.differences: list[Difference] = []
        scopes = Scopes(provider, facts)
        self._scopes = [scopes.for_line(line) for line in self.lines]
        self._open = dict.fromkeys(range(len(self.lines)))
        self.matched_lines: set[int] = set()
        self.matched_entries: set[int] = set()
        self._line_references = {
            (line.kind, line.reference) for line in self.lines if line.reference is not None
        }
        self._by_deal: dict[tuple[str, str], list[DealEntry]] = defaultdict(list)
        for entry in facts.entries_of(provider):
            self._by_deal[entry.deal, entry.kind].append(entry)
        self.decimals = {
            unit.code: unit.decimals
            for deal in facts.deals_of(provider)
            for unit in (deal.need_unit, deal.offer_unit)
        }
        self._pools: dict[tuple[Scope | None, str], Pool] = {}
        self._anywhere: dict[tuple[str, str], DayIndex[DealEntry]] = {}

    def unmatched_lines(self) -> list[tuple[int, StatementLine, Scope]]:
        """Give the lines that nothing was found for yet, with their place and scope."""
        return [(place, self.lines[place], self._scopes[place]) for place in self._open]

    def unmatched_entries(self) -> Iterator[DealEntry]:
        """Give the provider's acts that no line was found for yet, in recorded order."""
        return (
            entry
            for entry in self.facts.entries_of(self.provider)
            if entry.number not in self.matched_entries
        )

    def unmatched_entries_in(self, deal: str, kind: str) -> list[DealEntry]:
        """Give the acts of a kind in a deal that no line was found for yet."""
        return [
            entry
            for entry in self._by_deal.get((deal, kind), ())
            if entry.number not in self.matched_entries
        ]

    def deal_of(self, entry: DealEntry) -> DealFacts:
        """Give the deal of an act."""
        return self.facts.deal_of(entry)

    def amount_of(self, entry: DealEntry, line: StatementLine) -> int | None:
        """Give an act's amount in a line's unit; None where neither side counts in it."""
        return amount_in(entry, self.deal_of(entry), line.unit.code)

    def pool(self, line: StatementLine, scope: Scope | None = None) -> Pool:
        """Give the acts of a line's kind in its scope; all the provider's without one."""
        key = scope if scope is not None and scope.has_codes else None
        result = self._pools.get((key, line.kind))
        if result is None:
            entries = self._entries_of(key, line.kind)
            result = Pool(entries, self.deal_of, self.matched_entries, self._is_claimed)
            self._pools[key, line.kind] = result
        return result

    def _entries_of(self, scope: Scope | None, kind: str) -> Iterable[DealEntry]:
        if scope is None:
            return (entry for entry in self.facts.entries_of(self.provider) if entry.kind == kind)
        entries = [entry for deal in scope.deals for entry in self._by_deal.get((deal, kind), ())]
        return sorted(entries, key=lambda entry: entry.number)

    def _is_claimed(self, entry: DealEntry) -> bool:
        return (
            entry.reference is not None and (entry.kind, entry.reference) in self._line_references
        )

    def find_by_reference(
        self,
        line: StatementLine,
        pool: Pool,
        amount_filter: AmountFilter,
        *key: object,
        reach: int | None = None,
    ) -> DealEntry | None:
        """Give the nearest act that bears a line's reference."""
        if line.reference is None:
            return None
        days = pool.days(ReferenceFilter.EXACT, amount_filter, line.reference, *key)
        return next(days.nearest_first(line.day, reach), None)

    def find_by_citation(
        self, line: StatementLine, pool: Pool, amount_filter: AmountFilter, *key: object
    ) -> DealEntry | None:
        """Give the nearest act that was recorded on the strength of just this line."""
        days = pool.days(ReferenceFilter.EXACT, amount_filter, line.citation, *key)
        return next(days.nearest_first(line.day), None)

    def find_by_date(
        self,
        line: StatementLine,
        pool: Pool,
        reference_filter: ReferenceFilter,
        amount_filter: AmountFilter,
        *key: object,
        reach: int,
    ) -> DealEntry | None:
        """Give the nearest act within a reach of days."""
        return next(
            pool.days(reference_filter, amount_filter, *key).nearest_first(line.day, reach), None
        )

    def find_comparable(
        self, line: StatementLine, scope: Scope, amount_filter: AmountFilter, *key: object
    ) -> DealEntry | None:
        """Give the nearest act of a line's scope that is near enough and of no other paper.

        A line that names nothing is found by its reference or by an equal amount only.
        """
        pool = self.pool(line, scope)
        entry = self.find_by_reference(line, pool, amount_filter, *key)
        if entry is not None or not scope.has_codes:
            return entry
        reach = self.tolerance.days
        if line.reference is not None:
            return self.find_by_date(
                line, pool, ReferenceFilter.NONE, amount_filter, *key, reach=reach
            )
        near = self.find_by_date(line, pool, ReferenceFilter.ANY, amount_filter, *key, reach=reach)
        return nearest_entry(line, (near, self.find_by_citation(line, pool, amount_filter, *key)))

    def nearest_entries(
        self, line: StatementLine, scope: Scope, amount_filter: AmountFilter = AmountFilter.ANY
    ) -> list[DealEntry]:
        """Give the nearest acts of a line's scope, deal by deal: by their days, or as named."""
        pool = self.pool(line, scope)
        ways = []
        if line.reference is not None:
            ways.append(
                pool.days(ReferenceFilter.EXACT, amount_filter, line.reference).nearest_first(
                    line.day
                )
            )
        if scope.has_codes:
            ways.append(
                pool.days(ReferenceFilter.EXACT, amount_filter, line.citation).nearest_first(
                    line.day
                )
            )
            ways.append(
                pool.days(ReferenceFilter.ANY, amount_filter).nearest_first(
                    line.day, self.tolerance.days
                )
            )
        result = {entry.number: entry for way in ways for entry in islice(way, MOST_NEAR)}
        order = self.facts.position if scope.has_codes else _anywhere
        return sorted(result.values(), key=lambda entry: (order(entry.deal), entry.number))

    def has_entry_with_reference(self, line: StatementLine, scope: Scope) -> bool:
        """Say whether an act of a line's scope that is left bears its reference."""
        return self.find_by_reference(line, self.pool(line, scope), AmountFilter.ANY) is not None

    def find_reference_anywhere(self, line: StatementLine) -> DealEntry | None:
        """Give the nearest act that bears a line's reference, whoever's it is."""
        if line.reference is None:
            return None
        key = (line.kind, line.reference)
        days = self._anywhere.get(key)
        if days is None:
            days = self._anywhere[key] = DayIndex(self.matched_entries)
            for entry in self.facts.entries_with(*key):
                days.add(entry.number, entry.day, entry)
        return next(days.nearest_first(line.day), None)

    def confirm(self, places: Sequence[int], entries: Sequence[DealEntry]) -> None:
        """Note that lines and acts agree."""
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
        """Note a difference between lines and acts."""
        self._mark_matched(places, entries)
        self.differences.append(
            Difference(
                kind=kind,
                lines=tuple(self.lines[place] for place in places),
                entries=tuple(entries),
                deal=deal or (entries[0].deal if entries else None),
                other=other,
            )
        )

    def _mark_matched(self, places: Sequence[int], entries: Sequence[DealEntry]) -> None:
        for place in places:
            del self._open[place]
        self.matched_lines.update(places)
        self.matched_entries.update(entry.number for entry in entries)

    def find_each(
        self, find: Callable[[StatementLine, Scope], DealEntry | None], kind: FindingKind
    ) -> None:
        """Note a difference of one kind for every line that is left and finds its act."""
        for place, line, scope in self.unmatched_lines():
            entry = find(line, scope)
            if entry is not None:
                self.add_difference(kind, [place], [entry])


def _anywhere(deal: str) -> int:
    del deal
    return 0


def same_reference(line: StatementLine, entry: DealEntry) -> bool:
    """Say whether both bear the same reference."""
    return line.reference is not None and line.reference == entry.reference


def cites(line: StatementLine, entry: DealEntry) -> bool:
    """Say whether an act was recorded on the strength of just this line."""
    return entry.reference is not None and entry.reference == line.citation


def nearest_entry(line: StatementLine, entries: Iterable[DealEntry | None]) -> DealEntry | None:
    """Give the act nearest in time to a line, the one of its reference before all others."""
    return min(
        (entry for entry in entries if entry is not None),
        key=lambda entry: (
            not same_reference(line, entry),
            abs((entry.day - line.day).days),
            entry.number,
        ),
        default=None,
    )
