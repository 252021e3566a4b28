"""Filters of gap rows, by any of their columns."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from ledger.core import filters
from ledger.core.errors import InvalidInput
from ledger.core.filters import Cell, Filter, FilterColumn, FilterKind, column_key, filter_key
from ledger.core.quantity_errors import quote_text
from ledger.core.suggest import nearest
from ledger.gaps.rows import AMOUNT_COLUMNS, COLUMNS, DATE_COLUMNS, TEXT_COLUMNS, GapRow
from ledger.reference.places import region_and_above
from ledger.reference.terms import sector_and_above

_ABOVE: Final = {"sector": sector_and_above, "region": region_and_above}


class UnknownGapColumn(InvalidInput, code="unknown-gap-column"):
    """A column was named that gap rows do not have."""

    default_next = f"Choose among: {', '.join(COLUMNS)}."


def _kind_of(column: str) -> FilterKind:
    if column in TEXT_COLUMNS:
        return FilterKind.TEXT
    if column in DATE_COLUMNS:
        return FilterKind.DATE
    return FilterKind.AMOUNT if column in AMOUNT_COLUMNS else FilterKind.FIGURE


FILTER_COLUMNS: Final = {
    name: FilterColumn(_kind_of(name), above=_ABOVE.get(name), key=filter_key(name))
    for name in COLUMNS
}


def column_named(text: str) -> str:
    """Find a column of gap rows in any case, hyphens as underscores; raises UnknownGapColumn."""
    name = column_key(text)
    if name in COLUMNS:
        return name
    raise _unknown(text.strip(), COLUMNS)


def _unknown(typed: str, columns: Iterable[str]) -> UnknownGapColumn:
    near = nearest(column_key(typed), columns, limit=1)
    why = f"The nearest is {near[0]}." if near else "Gap rows have no column of that name."
    return UnknownGapColumn(f"There is no column {quote_text(typed)}.", why=why)


def read_filter(text: str) -> Filter:
    """Read a filter of gap rows. Raises UnknownGapColumn or UnreadableFilter."""
    return filters.read_filter(text, FILTER_COLUMNS, _unknown)


def filtered(rows: Iterable[GapRow], conditions: Iterable[Filter]) -> list[GapRow]:
    """Keep the rows that meet every filter, in their order."""
    matches = filters.matcher(conditions, _cell_of)
    return [row for row in rows if matches(row)]


def _cell_of(row: GapRow, condition: Filter) -> tuple[Cell, str]:
    return _cell(row, condition.column), row.unit


def _cell(row: GapRow, column: str) -> Cell:
    value = getattr(row, column)
    if value is None or column in DATE_COLUMNS:
        return value  # type: ignore[no-any-return]
    if column in TEXT_COLUMNS:
        return str(value)
    if column in AMOUNT_COLUMNS:
        return Fraction(value, 10**row.decimals)
    return Fraction(value, 10**row.base_decimals) if column == "gap_base" else Fraction(value)
