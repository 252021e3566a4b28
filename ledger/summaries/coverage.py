"""Coverage of money in the base currency by groups of needs, beside the sums of each unit.

The sums by unit are those of the gap report (`ledger.gaps.groups`). A group whose needs are in
several currencies has no sum of one unit, so its money is added up in the base currency too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.core.factors import Factor
from ledger.core.quantity import Unit, format_known
from ledger.core.text import commonest_spellings, text_key
from ledger.gaps.groups import Cell
from ledger.gaps.rows import BaseCurrency, GapRow
from ledger.summaries.amounts import Amount, share_of, sum_in_base

RULE: Final = (
    "coverage = (committed + delivered) / (required - withdrawn), four places, rounded down, "
    "unknown where the divisor is zero; held is part of the gap; sums are of one unit, over the "
    "needs with a known amount in projects that take new deals; in base: over the money needs "
    "whose amount and rate are known, each at the latest rate on or before the day, rounded "
    "half-even"
)
"""What the report says of its figures."""

COLUMNS: Final = (
    *("factor", "sector", "topic", "country", "region", "office", "city", "project", "status"),
)
"""The columns that coverage is grouped by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseCoverage:
    """The money needs of a group in the base currency.

    `net` is what is required less what was withdrawn, `closed` what is committed or delivered of
    it. `unknown` counts the needs without an amount, `without_rate` those without a rate.
    """

    keys: tuple[tuple[str, Cell], ...]
    net: int | None
    closed: int | None
    gap: int | None
    coverage: Decimal | None
    needs: int
    counted: int
    unknown: int
    without_rate: int
    rate_date: date | None

    def to_dict(self, base: Unit) -> dict[str, object]:
        """Return the group for machines, amounts as exact decimal texts of the base currency."""
        return {
            **dict(self.keys),
            "unit": base.code,
            "net": format_known(self.net, base.decimals),
            "closed": format_known(self.closed, base.decimals),
            "gap": format_known(self.gap, base.decimals),
            "coverage": self.coverage,
            "rate_date": self.rate_date,
            "needs": self.needs,
            "counted": self.counted,
            "unknown": self.unknown,
            "without_rate": self.without_rate,
        }


def base_coverage(
    rows: Iterable[GapRow], by: Sequence[str], units: Mapping[str, Unit], base: BaseCurrency
) -> list[BaseCoverage]:
    """Add up the money of each group of `COLUMNS` in the base currency, in the order of groups."""
    money = [row for row in rows if row.factor is Factor.MONEY]
    spelt = commonest_spellings(row.topic for row in money if row.topic is not None)
    groups: dict[tuple[Cell, ...], list[GapRow]] = {}
    for row in money:
        groups.setdefault(tuple(_cell(row, name, spelt) for name in by), []).append(row)
    ordered = sorted(groups, key=lambda cells: [(one is None, str(one)) for one in cells])
    return [_group(by, cells, groups[cells], units, base) for cells in ordered]


def _cell(row: GapRow, column: str, spelt: Mapping[str, str]) -> Cell:
    """Return a cell of a row's group; topics that are one are spelt as one."""
    if column == "topic" and row.topic is not None:
        return spelt[text_key(row.topic)]
    return row.cell(column)


def _group(
    names: Sequence[str],
    cells: Sequence[Cell],
    rows: Sequence[GapRow],
    units: Mapping[str, Unit],
    base: BaseCurrency,
) -> BaseCoverage:
    known = [row for row in rows if row.required is not None]
    net = sum_in_base((Amount(_net(row), units[row.unit]) for row in known), base)
    gap = sum_in_base((Amount(row.gap, units[row.unit]) for row in known), base)
    closed = None if net.amount is None or gap.amount is None else net.amount - gap.amount
    return BaseCoverage(
        keys=tuple(zip(names, cells, strict=True)),
        net=net.amount,
        closed=closed,
        gap=gap.amount,
        coverage=share_of(closed, net.amount),
        needs=len(rows),
        counted=net.counted,
        unknown=len(rows) - len(known),
        without_rate=net.not_counted,
        rate_date=net.rate_date,
    )


def _net(row: GapRow) -> int:
    assert row.required is not None, "only needs with a known amount are added up"
    return row.required - row.withdrawn
