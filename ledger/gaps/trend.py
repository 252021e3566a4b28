"""The trend of the gaps: the sums of groups from night to night.

Between two nights only what changed is computed again, so that years cost little more than their
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from ledger.core.errors import InvalidInput
from ledger.core.filters import Selection
from ledger.core.quantity import Unit
from ledger.core.text import commonest_spellings
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.groups import Cells, GroupRow, group_cells, group_order, one_group
from ledger.gaps.rows import BaseCurrency, GapRow, gap_row
from ledger.journal.entries import Stages
from ledger.rates.rates import ConversionRate, RateFinder
from ledger.registers.records import ACTIVE_STATUSES

NOT_IN_SNAPSHOTS: Final = (
    *("eligible_offers", "main_obstacle", "obstacle_rule"),
    *("asked", "interested", "declined"),
)
"""Columns of the gap report that nights do not record."""

PERIODS: Final = ("night", "week", "month", "year")


class NotInTrend(InvalidInput, code="not-in-trend"):
    """The trend was requested by a column that nights do not record."""

    default_why = (
        "Eligible offers and approaches are counted for each report and are not recorded by nights."
    )
    default_next = "Omit that column, or see the current one with: cityfund gaps"


class UnknownPeriod(InvalidInput, code="unknown-stride"):
    """The period of a trend is not known."""

    default_why = f"The periods are {', '.join(PERIODS[:-1])} or {PERIODS[-1]}."
    default_next = "Give one of those to --every, or omit it for every night."


class SpanBackwards(InvalidInput, code="span-backwards"):
    """The span of a trend ends before it begins."""

    default_why = "A trend runs from an earlier day to a later one."
    default_next = "Swap --from and --to."


def require_in_snapshots(columns: Iterable[str]) -> None:
    """Refuse columns that nights do not record."""
    for column in columns:
        if column in NOT_IN_SNAPSHOTS:
            raise NotInTrend(f"There is no trend of {column}.")


def last_of_each_period(days: Sequence[date], period: str) -> list[date]:
    """Return the last night of each week, month or year. Raises `UnknownPeriod`."""
    if period not in PERIODS:
        raise UnknownPeriod(f"{period!r} is not a period of a trend.")
    last: dict[tuple[int, ...], date] = {}
    for day in days:
        last[_part(day, period)] = day
    return list(last.values())


def _part(day: date, period: str) -> tuple[int, ...]:
    if period == "week":
        return tuple(day.isocalendar()[:2])
    parts = {"night": 3, "month": 2, "year": 1}
    return (day.year, day.month, day.day)[: parts[period]]


class Trend:
    """The needs at one night, and the sums of their groups; it advances in time."""

    def __init__(
        self,
        needs: Mapping[str, NeedFacts],
        by: Sequence[str],
        selection: Selection[GapRow],
        base: Unit,
        *,
        include_inactive: bool,
    ) -> None:
        """Start before the first night, with the terms of the needs.

        Their order decides between equally common spellings of a topic.
        """
        self._needs = needs
        topics = (facts.need.topic for facts in needs.values())
        self._spellings = commonest_spellings(topic for topic in topics if topic is not None)
        self._by, self._selection, self._base = by, selection, base
        self._order = group_order(by)
        self._include_inactive = include_inactive
        self._current: dict[str, NeedFacts] = {}
        self._changed: set[str] = set()
        self._rates: dict[str, ConversionRate | None] = {}
        self._cells: dict[str, Cells] = {}
        self._groups: dict[Cells, dict[str, GapRow]] = {}
        self._sums: dict[Cells, GroupRow] = {}

    def change(self, need: str, status: str, stages: Stages) -> None:
        """Change the status and the stages of a need."""
        facts = self._needs[need]
        self._current[need] = replace(
            facts,
            project=replace(facts.project, status=status),
            balance=replace(facts.balance, stages=stages),
        )
        self._changed.add(need)

    def sums(self, rate_of: RateFinder) -> list[GroupRow]:
        """Return the sum of every group, money in the base currency at these rates."""
        self._changed |= self._needs_with_changed_rates(rate_of)
        base = BaseCurrency(self._base, rate_of)
        touched: set[Cells] = set()
        for need in sorted(self._changed):
            touched |= self._regroup(need, base)
        self._changed.clear()
        for cells in touched:
            members = self._groups[cells]
            if members:
                rows = [members[need] for need in sorted(members)]
                self._sums[cells] = one_group(cells, rows, self._by, self._spellings)
            else:
                del self._groups[cells]
                self._sums.pop(cells, None)
        return [self._sums[cells] for cells in sorted(self._sums, key=self._order)]

    def _needs_with_changed_rates(self, rate_of: RateFinder) -> set[str]:
        """Return the needs whose unit has another rate than at the night before."""
        units = {one.balance.unit for one in self._current.values()}
        rates = {
            unit.code: rate_of(unit.code, self._base.code) for unit in units if unit.kind == "money"
        }
        changed_units = {code for code, rate in rates.items() if self._rates.get(code) != rate}
        self._rates = rates
        return {
            need for need, one in self._current.items() if one.balance.unit.code in changed_units
        }

    def _regroup(self, need: str, base: BaseCurrency) -> set[Cells]:
        """Move a need's row to its current group; return the groups that this changes."""
        touched = set()
        before = self._cells.pop(need, None)
        if before is not None:
            del self._groups[before][need]
            touched.add(before)
        facts = self._current[need]
        if not self._include_inactive and facts.project.status not in ACTIVE_STATUSES:
            return touched
        row = gap_row(facts, base)
        if self._selection.meets(row):
            cells = group_cells(row, self._by)
            self._cells[need] = cells
            self._groups.setdefault(cells, {})[need] = row
            touched.add(cells)
        return touched
