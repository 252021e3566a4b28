"""Sums of gap rows: only over equal units, or for money in the base currency.

An unknown amount or a missing rate is never added as zero: each sum states how many rows it counts,
how many it does not, and its rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.core.factors import Factor
from ledger.core.quantity import Unit, format_known
from ledger.core.text import commonest_spellings, text_key
from ledger.gaps.rows import DATE_COLUMNS, TEXT_COLUMNS, GapRow, coverage_ratio

_FACTOR_ORDER = {factor: place for place, factor in enumerate(Factor)}
Cell = str | int | None
Cells = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """The sum of the needs that agree in `keys`, factor and unit.

    Amounts are None if no need of the group has a known one. `gap_base` adds the `base_counted`
    needs whose gap is known in the base currency.
    """

    keys: tuple[tuple[str, Cell], ...]
    factor: Factor
    unit: str
    required: int | None
    delivered: int
    committed: int
    held: int
    withdrawn: int
    gap: int | None
    coverage: Decimal | None
    gap_base: int | None
    needs: int
    counted: int
    not_counted: int
    base_counted: int
    decimals: int
    base_decimals: int

    def to_dict(self) -> dict[str, Cell]:
        """Return the group with its keys first; amounts as exact decimal text."""
        names = ("required", "delivered", "committed", "held", "withdrawn", "gap")
        return {
            **dict(self.keys),
            "factor": str(self.factor),
            "unit": self.unit,
            **{name: format_known(getattr(self, name), self.decimals) for name in names},
            "coverage": None if self.coverage is None else str(self.coverage),
            "gap_base": format_known(self.gap_base, self.base_decimals),
            "needs": self.needs,
            "counted": self.counted,
            "not_counted": self.not_counted,
            "base_counted": self.base_counted,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One sum over all rows, with the rows it counts and its rule; None if it counts none.

    `in_base` marks the sum of all money in the base currency.
    """

    factor: Factor
    unit: str
    required: int | None
    gap: int | None
    counted: int
    not_counted: int
    rule: str
    decimals: int
    in_base: bool = False

    def to_dict(self) -> dict[str, str | int | bool | None]:
        """Return the total as in `cityfund.gaps/1`, amounts as exact decimal text."""
        return {
            "factor": str(self.factor),
            "unit": self.unit,
            "required": format_known(self.required, self.decimals),
            "gap": format_known(self.gap, self.decimals),
            "counted": self.counted,
            "not_counted": self.not_counted,
            "rule": self.rule,
            "in_base": self.in_base,
        }


def group_rows(
    rows: Sequence[GapRow], by: Sequence[str], spellings: Mapping[str, str] | None = None
) -> list[GroupRow]:
    """Group rows by columns (names as of `column_named`), always within one factor and unit.

    Groups are ordered by their keys, missing values last. `spellings` are those that topics are
    shown in, by key; without them the commonest of the rows.
    """
    if spellings is None:
        spellings = commonest_spellings(row.topic for row in rows if row.topic is not None)
    groups: dict[Cells, list[GapRow]] = {}
    for row in rows:
        groups.setdefault(group_cells(row, by), []).append(row)
    ordered = sorted(groups, key=group_order(by))
    return [one_group(cells, groups[cells], by, spellings) for cells in ordered]


def group_cells(row: GapRow, by: Sequence[str]) -> Cells:
    """Return the key of a row's group: its cells of those columns, factor, unit."""
    return tuple(_group_cell(row, column) for column in _columns(by))


def _group_cell(row: GapRow, column: str) -> Cell:
    if column == "topic" and row.topic is not None:
        return text_key(row.topic)
    return row.cell(column)


def _columns(by: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*by, "factor", "unit")))


def one_group(
    cells: Cells, rows: Sequence[GapRow], by: Sequence[str], spellings: Mapping[str, str]
) -> GroupRow:
    """Return the sum of rows that have these cells in common, topics in these spellings."""
    keys: dict[str, Cell] = dict(zip(_columns(by), cells, strict=True))
    topic = keys.get("topic")
    if isinstance(topic, str):
        keys["topic"] = spellings[topic]
    asked = len(dict.fromkeys(by))
    return _group(tuple(keys.items())[:asked], rows)


_Order = tuple[tuple[bool, Decimal | str], ...]


def group_order(by: Sequence[str]) -> Callable[[Cells], _Order]:
    """Return the sort key of groups by columns: figures as numbers, missing values last."""
    are_texts = [column in TEXT_COLUMNS or column in DATE_COLUMNS for column in _columns(by)]

    def order(cells: Cells) -> _Order:
        return tuple(
            (cell is None, str(cell or "") if is_text else Decimal(cell or 0))
            for is_text, cell in zip(are_texts, cells, strict=True)
        )

    return order


def totals(rows: Iterable[GapRow], base: Unit) -> list[Total]:
    """Return a total per factor and unit, then one of all money in the base currency.

    The last is omitted if all money is in the base currency.
    """
    groups: dict[tuple[Factor, str], list[GapRow]] = {}
    for row in rows:
        groups.setdefault((row.factor, row.unit), []).append(row)
    ordered = sorted(groups, key=lambda key: (_FACTOR_ORDER[key[0]], key[1]))
    result = [_unit_total(groups[key]) for key in ordered]
    money = [row for key in ordered if key[0] is Factor.MONEY for row in groups[key]]
    if any(row.unit != base.code for row in money):
        result.append(_base_total(money, base))
    return result


def _group(keys: tuple[tuple[str, Cell], ...], rows: Sequence[GapRow]) -> GroupRow:
    required, counted = _sum(row.required for row in rows)
    gap, _ = _sum(row.gap for row in rows)
    gap_base, base_counted = _sum(row.gap_base for row in rows)
    committed, delivered, held, withdrawn = (
        sum(getattr(row, stage) for row in rows)
        for stage in ("committed", "delivered", "held", "withdrawn")
    )
    coverage = None
    if required is not None:
        coverage = coverage_ratio(committed + delivered, required - withdrawn)
    return GroupRow(
        keys=keys,
        factor=rows[0].factor,
        unit=rows[0].unit,
        required=required,
        delivered=delivered,
        committed=committed,
        held=held,
        withdrawn=withdrawn,
        gap=gap,
        coverage=coverage,
        gap_base=gap_base,
        needs=len(rows),
        counted=counted,
        not_counted=len(rows) - counted,
        base_counted=base_counted,
        decimals=rows[0].decimals,
        base_decimals=rows[0].base_decimals,
    )


def _unit_total(rows: Sequence[GapRow]) -> Total:
    unit = rows[0].unit
    return Total(
        factor=rows[0].factor,
        unit=unit,
        **_total_figures([row.required for row in rows], [row.gap for row in rows]),
        rule=f"sum over the needs in {unit} whose amount is known",
        decimals=rows[0].decimals,
    )


def _base_total(money: Sequence[GapRow], base: Unit) -> Total:
    return Total(
        factor=Factor.MONEY,
        unit=base.code,
        **_total_figures([row.required_base for row in money], [row.gap_base for row in money]),
        rule=f"sum in {base.code} over the money needs whose amount and rate are known, "
        "each at the latest rate on or before the day, rounded half-even",
        decimals=base.decimals,
        in_base=True,
    )


def _total_figures(required: Sequence[int | None], gap: Sequence[int | None]) -> dict[str, Any]:
    total, counted = _sum(required)
    return {
        "required": total,
        "gap": _sum(gap)[0],
        "counted": counted,
        "not_counted": len(required) - counted,
    }


def _sum(amounts: Iterable[int | None]) -> tuple[int | None, int]:
    """Sum the known amounts; return None, not zero, if there are none, and their number."""
    known = [amount for amount in amounts if amount is not None]
    return (sum(known) if known else None), len(known)
