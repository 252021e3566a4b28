"""The matching passes, one function each, most certain first, and the comparison they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.core.memory import garbage_collection_paused
from ledger.statements.combine import (
    find_merged_lines,
    find_split_lines,
    find_unclear_sums,
    without_reversals,
)
from ledger.statements.differences import TOLERANCE_DAYS, Difference, FindingKind
from ledger.statements.doubts import Doubts
from ledger.statements.facts import DealEntry, LedgerFacts
from ledger.statements.lines import StatementLine, days_covered
from ledger.statements.matcher import StatementMatcher, nearest_entry
from ledger.statements.pool import AmountFilter, Key, ReferenceFilter
from ledger.statements.rounding import is_rate_rounding
from ledger.statements.scope import Scope

__all__ = [
    "ProviderComparison",
    "compare_statements",
    "find_split_lines",
]

DATE_REACH = 92
"""Days by which a date may be wrong: equal amounts a quarter apart are two instalments."""


def confirm_agreements(matcher: StatementMatcher) -> None:
    """Match lines and entries that agree in amount and day, those of one reference first."""
    for reach in (0, matcher.tolerance):
        for by_reference in (True, False):
            find = _find_by_reference if by_reference else _find_by_date
            for place, line, scope in matcher.unmatched_lines():
                if scope.foreign or scope.unknown:
                    continue
                entry = find(matcher, line, scope, reach)
                if entry is not None:
                    matcher.confirm([place], [entry])


def _find_by_reference(
    matcher: StatementMatcher, line: StatementLine, scope: Scope, reach: int
) -> DealEntry | None:
    pool, key = matcher.pool(line, scope), (line.unit.code, line.amount)
    result = matcher.find_by_reference(line, pool, AmountFilter.AMOUNT, *key, reach=reach)
    return result or matcher.find_by_citation(line, pool, AmountFilter.AMOUNT, *key)


def _find_by_date(
    matcher: StatementMatcher, line: StatementLine, scope: Scope, reach: int
) -> DealEntry | None:
    """Find an entry of the amount, unless a reference assigns either of them to another partner."""
    pool, key = matcher.pool(line, scope), (line.unit.code, line.amount)
    entry = pool.nearest(
        line.day, ReferenceFilter.UNCLAIMED, AmountFilter.AMOUNT, *key, reach=reach
    )
    return None if entry is None or matcher.has_entry_with_reference(line, scope) else entry


def find_repeated_lines(matcher: StatementMatcher) -> None:
    """Find lines that repeat another line of the same entry."""
    seen: dict[object, set[str]] = defaultdict(set)
    for line, entries in matcher.reported():
        for entry in entries:
            seen[line.duplicate_key].add(entry.deal)
    for place, line, scope in matcher.unmatched_lines():
        deal = _first_common(matcher, seen.get(line.duplicate_key), scope)
        if deal is not None:
            matcher.add_difference(FindingKind.DUPLICATE, [place], deal=deal)


def _first_common(
    matcher: StatementMatcher, confirmed_deals: set[str] | None, scope: Scope
) -> str | None:
    """Return the confirmed deal in a scope that was recorded first; the smaller is gone through."""
    if confirmed_deals is None:
        return None
    fewer, others = (
        (confirmed_deals, scope.deal_set)
        if len(confirmed_deals) < len(scope.deals)
        else (scope.deals, confirmed_deals)
    )
    common = (deal for deal in fewer if deal in others)
    return min(common, key=matcher.facts.positions.__getitem__, default=None)


def find_other_party(matcher: StatementMatcher) -> None:
    """Find lines whose codes or reference belong to another party's deal.

    No later pass sees a line with codes of another party.
    """
    for place, line, scope in matcher.unmatched_lines():
        if scope.foreign is not None:
            entry = matcher.find_reference_anywhere(line) or _find_by_amount(matcher, line, scope)
            entries = [entry] if entry is not None else []
            deal = matcher.facts.deal(line.deal) if line.deal is not None else None
            code = deal.code if deal is not None else None
            matcher.add_difference(
                FindingKind.PARTY, [place], entries, deal=code, other=scope.foreign
            )
        elif line.reference_key is not None and not matcher.has_entry_with_reference(line, scope):
            entry = matcher.find_reference_anywhere(line)
            if entry is not None:
                _wrong_party(matcher, place, entry)


def _find_by_amount(
    matcher: StatementMatcher, line: StatementLine, scope: Scope
) -> DealEntry | None:
    """Return an entry of the amount within the tolerance, in the named deal if any."""
    pool = matcher.pool(line, scope if scope.deals else None)
    reference_filter = (
        ReferenceFilter.UNCLAIMED if line.reference_key is None else ReferenceFilter.NONE
    )
    key = (line.unit.code, line.amount)
    return pool.nearest(
        line.day, reference_filter, AmountFilter.AMOUNT, *key, reach=matcher.tolerance
    )


def find_other_deal(matcher: StatementMatcher) -> None:
    """Find lines whose amount and day are those of another deal of the same provider."""
    reach = matcher.tolerance
    for place, line, scope in matcher.unmatched_lines():
        if not scope.has_codes:
            continue
        everything, key = matcher.pool(line), (line.unit.code, line.amount)
        entry = matcher.find_by_reference(line, everything, AmountFilter.AMOUNT, *key, reach=reach)
        if entry is None and not matcher.has_entry_with_reference(line, scope):
            reference_filter = (
                ReferenceFilter.UNCLAIMED if line.reference_key is None else ReferenceFilter.NONE
            )
            entry = everything.nearest(
                line.day, reference_filter, AmountFilter.AMOUNT, *key, reach=reach
            )
        if entry is not None:
            _wrong_party(matcher, place, entry)


def _wrong_party(matcher: StatementMatcher, place: int, entry: DealEntry) -> None:
    deal = matcher.deal_of(entry)
    confirmed_deals = f"it is deal {deal.code} of provider {deal.provider}, need {deal.need}"
    matcher.add_difference(FindingKind.PARTY, [place], [entry], other=confirmed_deals)


def find_opposite_sign(matcher: StatementMatcher) -> None:
    """Find lines that have the amount with the opposite sign."""
    matcher.find_each(
        lambda line, scope: matcher.find_comparable(
            line, scope, AmountFilter.AMOUNT, line.unit.code, -line.amount
        ),
        FindingKind.SIGN,
    )


def find_other_date(matcher: StatementMatcher) -> None:
    """Find lines that have the amount on another day."""

    def find_entry(line: StatementLine, scope: Scope) -> DealEntry | None:
        pool, key = matcher.pool(line, scope), (line.unit.code, line.amount)
        entry = matcher.find_by_reference(line, pool, AmountFilter.AMOUNT, *key)
        if entry is not None or not scope.has_codes:
            return entry
        reference_filter = (
            ReferenceFilter.UNCLAIMED if line.reference_key is None else ReferenceFilter.NONE
        )
        return pool.nearest(line.day, reference_filter, AmountFilter.AMOUNT, *key, reach=DATE_REACH)

    matcher.find_each(find_entry, FindingKind.DATE)


def find_other_unit(matcher: StatementMatcher) -> None:
    """Find lines in another unit than their entry."""

    def find_entry(line: StatementLine, scope: Scope) -> DealEntry | None:
        pairs = matcher.pool(line, scope).keys(AmountFilter.UNITS)
        foreign = [pair for pair in pairs if line.unit.code not in pair]
        same = [
            matcher.find_comparable(line, scope, AmountFilter.AMOUNT, *key)
            for key in _figures(matcher, line, pairs)
        ]
        others = (
            matcher.find_comparable(line, scope, AmountFilter.UNITS, *pair) for pair in foreign
        )
        return nearest_entry(line, same) or nearest_entry(line, others)

    matcher.find_each(find_entry, FindingKind.UNIT)


def _figures(matcher: StatementMatcher, line: StatementLine, pairs: Iterable[Key]) -> Iterator[Key]:
    """Return the line's figure as an amount of each other unit of the deals."""
    for unit in dict.fromkeys(str(unit) for pair in pairs for unit in pair):
        figure = line.amount * 10 ** matcher.decimals[unit]
        amount, rest = divmod(figure, 10**line.unit.decimals)
        if unit != line.unit.code and not rest:
            yield unit, amount


def find_rate_rounding(matcher: StatementMatcher) -> None:
    """Find lines that differ by the rounding of a rate between two currencies."""

    def find_entry(line: StatementLine, scope: Scope) -> DealEntry | None:
        entries = matcher.nearest_entries(line, scope, AmountFilter.CROSS_CURRENCY)
        unit = line.unit.code
        return nearest_entry(
            line,
            [
                entry
                for entry in entries
                if is_rate_rounding(entry, matcher.deal_of(entry), line.amount, unit)
            ],
        )

    matcher.find_each(find_entry, FindingKind.ROUNDING)


def find_other_amount(matcher: StatementMatcher) -> None:
    """Find lines that have another amount than their entry."""
    matcher.find_each(
        lambda line, scope: matcher.find_comparable(
            line, scope, AmountFilter.SIGN, line.unit.code, line.amount < 0
        ),
        FindingKind.AMOUNT,
    )


def find_repeated_payments(matcher: StatementMatcher) -> None:
    """Find lines that repeat the reference and amount of an entry that another line reports."""
    confirmed_deals: dict[object, set[str]] = defaultdict(set)
    for line, entries in matcher.reported():
        for entry in entries:
            confirmed_deals[line.payment_key].add(entry.deal)
    for place, line, scope in matcher.unmatched_lines():
        if line.reference_key is not None:
            deal = _first_common(matcher, confirmed_deals.get(line.payment_key), scope)
            if deal is not None:
                matcher.add_difference(FindingKind.DUPLICATE, [place], deal=deal)


def find_unknown_lines(matcher: StatementMatcher) -> None:
    """Report the remaining lines as unknown to the ledger."""
    for place, _, scope in matcher.unmatched_lines():
        deal = scope.deals[0] if scope.has_codes and len(scope.deals) == 1 else None
        matcher.add_difference(FindingKind.UNKNOWN, [place], deal=deal, other=scope.unknown)


MATCHING_PASSES = (
    confirm_agreements,
    find_repeated_lines,
    find_other_party,
    find_split_lines,
    find_merged_lines,
    find_repeated_lines,
    find_opposite_sign,
    find_other_date,
    find_other_deal,
    find_other_unit,
    find_rate_rounding,
    find_unclear_sums,
    find_other_amount,
    find_repeated_payments,
    find_unknown_lines,
)


@dataclass(frozen=True, slots=True)
class ProviderComparison:
    """The lines that agree with the ledger, each with its entries, and every difference."""

    agreed: tuple[tuple[StatementLine, tuple[DealEntry, ...]], ...]
    differences: tuple[Difference, ...]

    @property
    def confirmed(self) -> int:
        """Return the number of lines that agree with the ledger."""
        return len(self.agreed)


@garbage_collection_paused()
def compare_statements(
    provider: str,
    lines: Sequence[StatementLine],
    facts: LedgerFacts,
    today: date,
    tolerance: int = TOLERANCE_DAYS,
    replaced: Sequence[StatementLine] = (),
) -> ProviderComparison:
    """Compare a provider's statement lines, in the order of arrival, with its deals.

    `replaced` are lines that a later file left out. The result depends on the arguments alone.
    """
    matcher = StatementMatcher(provider, lines, facts, tolerance)
    for matching_pass in MATCHING_PASSES:
        matching_pass(matcher)
    missing = _missing_entries(matcher, today)
    doubts = Doubts(matcher, replaced)
    differences = doubts.of(missing)
    for entry in missing:
        differences.append(
            Difference(
                kind=FindingKind.MISSING,
                entries=(entry,),
                deal=entry.deal,
                doubtful=doubts.is_doubtful(entry),
            )
        )
    return ProviderComparison(tuple(matcher.confirmed), tuple(differences))


def _missing_entries(matcher: StatementMatcher, today: date) -> list[DealEntry]:
    """Find the entries that no line reports, on the days and of the kinds that statements cover."""
    covered = days_covered(matcher.lines, today)
    absent = []
    for entry in without_reversals(list(matcher.unmatched_entries())):
        first, last = covered.get(entry.kind, (date.max, date.min))
        if first <= entry.day <= last:
            absent.append(entry)
    return absent
