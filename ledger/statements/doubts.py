"""Doubts about differences: where an act and a line may belong together, no command is suggested.

A command that would undo or repeat a correct record is never offered. A missing act is not to be
reversed while a line of its kind remains unexplained that may report it, and such a line is not to
be posted. Neither is an act to be reversed that is later than the provider's last line, nor one of
several equal acts of which a line reports one without saying which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from ledger.statements.differences import Difference, FindingKind
from ledger.statements.facts import DealEntry
from ledger.statements.lines import StatementLine, grouped
from ledger.statements.matcher import StatementMatcher, cites, same_reference

_UNEXPLAINED: Final = frozenset(
    {FindingKind.UNKNOWN, FindingKind.UNCLEAR, FindingKind.PARTY, FindingKind.AMOUNT}
)

_Key = tuple[object, ...]
_DAY_KEY: Final = 3
"""The length of a key by day; one by amount is longer."""


class Doubts:
    """The unexplained lines of one provider, and the acts that they may report."""

    def __init__(self, matcher: StatementMatcher, replaced: Iterable[StatementLine] = ()) -> None:
        """Index the lines that no act explains, with those that a later file replaced."""
        self._matcher = matcher
        self._last_day = max((line.day for line in matcher.lines), default=date.min)
        amounts = [one for one in matcher.differences if one.kind is FindingKind.AMOUNT]
        unexplained = [
            line
            for one in matcher.differences
            if one.kind in _UNEXPLAINED and not (one.kind is FindingKind.PARTY and one.entries)
            for line in one.lines
        ]
        different = {id(line) for one in amounts for line in one.lines}
        self._lines = _keys_of_lines(matcher, [*unexplained, *replaced])
        others = [line for line in unexplained if id(line) not in different]
        self._other_lines = _keys_of_lines(matcher, others)
        self._agreed = grouped(
            ((line.kind, line.unit.code, line.amount, line.day), (line, entries[0]))
            for line, entries in matcher.confirmed
            if len(entries) == 1
            and not same_reference(line, entries[0])
            and not cites(line, entries[0])
        )
        self._payments = {
            key
            for one in matcher.differences
            if one.kind is FindingKind.UNKNOWN
            for key in _line_keys(matcher, one.lines[0])
        }
        self._reduced = [one.entries[0] for one in amounts if _is_reduction(matcher, one)]

    def of(self, missing: Sequence[DealEntry]) -> list[Difference]:
        """Return the differences so far, the doubtful ones marked."""
        acts = _keys_of_acts(self._matcher, [*missing, *self._reduced])
        absent = _keys_of_acts(self._matcher, missing)
        return [
            replace(one, doubtful=True) if self._is_doubtful(one, acts, absent) else one
            for one in self._matcher.differences
        ]

    def _is_doubtful(self, difference: Difference, acts: set[_Key], absent: set[_Key]) -> bool:
        match difference.kind:
            case FindingKind.UNKNOWN:
                line = difference.lines[0]
                return not acts.isdisjoint(_line_keys(self._matcher, line)) or (
                    line.amount < 0 and self._has_unknown_payment(line)
                )
            case FindingKind.AMOUNT:
                line, entry = difference.lines[0], difference.entries[0]
                return not absent.isdisjoint(_line_keys(self._matcher, line)) or (
                    _may_be_reported(self._matcher, entry, self._other_lines)
                )
            case _:
                return False

    def _has_unknown_payment(self, cancellation: StatementLine) -> bool:
        """Return whether the ledger lacks the payment too: another is not to be returned for it."""
        opposite = replace(cancellation, amount=-cancellation.amount)
        amounts = (key for key in _line_keys(self._matcher, opposite) if len(key) > _DAY_KEY)
        return not self._payments.isdisjoint(amounts)

    def is_doubtful(self, missing: DealEntry) -> bool:
        """Return whether a missing act may be reported after all."""
        reach = timedelta(days=self._matcher.tolerance)
        return (
            missing.day > self._last_day + reach
            or _may_be_reported(self._matcher, missing, self._lines)
            or self._is_interchangeable(missing)
        )

    def _is_interchangeable(self, missing: DealEntry) -> bool:
        """Return whether a line agrees with another act that it might as well have reported."""
        deal = self._matcher.deal_of(missing)
        reach = self._matcher.tolerance
        sides = {
            (deal.need_unit.code, missing.need_amount),
            (deal.offer_unit.code, missing.offer_amount),
        }
        return any(
            (entry.deal, entry.day) != (missing.deal, missing.day)
            and (not scope.has_codes or missing.deal in scope.deal_set)
            for unit, amount in sides
            for away in range(-reach, reach + 1)
            for line, entry in self._agreed[
                missing.kind, unit, amount, missing.day + timedelta(days=away)
            ]
            for scope in (self._matcher.scope_of(line),)
        )


def _is_reduction(matcher: StatementMatcher, difference: Difference) -> bool:
    """Return whether the act is larger than the line: another line may report the rest."""
    line = difference.lines[0]
    return abs(matcher.amount_of(difference.entries[0], line) or 0) > abs(line.amount)


def _line_keys(matcher: StatementMatcher, line: StatementLine) -> Iterator[_Key]:
    """Return the keys by which a line meets an act: near in time, or equal in amount."""
    scope = matcher.scope_of(line)
    named = scope.has_codes and scope.unknown is None and scope.foreign is None
    for deal in scope.deals if named else (None,):
        yield line.kind, line.day, deal
        yield line.kind, line.unit.code, line.amount, deal


def _keys_of_lines(matcher: StatementMatcher, lines: Iterable[StatementLine]) -> set[_Key]:
    """Return the keys of all lines; alike lines, which may name many deals, are looked at once."""
    alike = {
        (line.kind, line.day, line.unit.code, line.amount, matcher.scope_of(line)): line
        for line in lines
    }
    return {key for line in alike.values() for key in _line_keys(matcher, line)}


def _act_keys(matcher: StatementMatcher, entry: DealEntry) -> Iterator[_Key]:
    deal = matcher.deal_of(entry)
    reach = matcher.tolerance
    sides = {(deal.need_unit.code, entry.need_amount), (deal.offer_unit.code, entry.offer_amount)}
    for code in (entry.deal, None):
        for away in range(-reach, reach + 1):
            yield entry.kind, entry.day + timedelta(days=away), code
        for unit, amount in sides:
            yield entry.kind, unit, amount, code


def _keys_of_acts(matcher: StatementMatcher, entries: Iterable[DealEntry]) -> set[_Key]:
    return {key for entry in entries for key in _act_keys(matcher, entry)}


def _may_be_reported(matcher: StatementMatcher, entry: DealEntry, lines: set[_Key]) -> bool:
    return not lines.isdisjoint(_act_keys(matcher, entry))
