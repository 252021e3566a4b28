"""Filters of gap rows, by any of their columns and by the providers of their needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from ledger.core import filters
from ledger.core.errors import InvalidInput
from ledger.core.filters import Cell, Filter, FilterKind, Selection, column_key
from ledger.core.quantity_errors import quote_text
from ledger.core.suggest import nearest
from ledger.gaps.rows import AMOUNT_COLUMNS, COLUMNS, DATE_COLUMNS, TEXT_COLUMNS, GapRow
from ledger.reference.filter_columns import RegisterNames, filter_column, no_names

PROVIDER: Final = "provider"
"""What a report with deals and approaches is filtered by although its rows do not show it."""
_NO_PROVIDERS: Final[Mapping[str, tuple[str, ...]]] = {}


class UnknownGapColumn(InvalidInput, code="unknown-gap-column"):
    """A column to group by was named that gap rows do not have."""

    default_next = f"Choose among: {', '.join(COLUMNS)}."


def _kind_of(column: str) -> FilterKind:
    if column in TEXT_COLUMNS:
        return FilterKind.TEXT
    if column in DATE_COLUMNS:
        return FilterKind.DATE
    return FilterKind.AMOUNT if column in AMOUNT_COLUMNS else FilterKind.FIGURE


def column_named(text: str) -> str:
    """Find a column of gap rows in any case, hyphens as underscores; raises UnknownGapColumn."""
    name = column_key(text)
    if name in COLUMNS:
        return name
    near = nearest(name, COLUMNS, limit=1)
    why = f"The nearest is {near[0]}." if near else "Gap rows have no column of that name."
    raise UnknownGapColumn(f"There is no column {quote_text(text.strip())}.", why=why)


def read_filters(
    texts: Iterable[str], names: RegisterNames = no_names, *, by_provider: bool = False
) -> list[Filter]:
    """Read filters of gap rows, and where it is said of the providers of their needs, too.

    Raises UnknownColumn, OperatorRefused and UnreadableFilter.
    """
    columns = {name: filter_column(name, _kind_of(name), names) for name in COLUMNS}
    if by_provider:
        columns[PROVIDER] = filter_column(PROVIDER, FilterKind.TEXT, names)
    return [filters.read_filter(text, columns) for text in texts]


def gap_selection(
    conditions: Iterable[Filter], providers: Mapping[str, tuple[str, ...]] = _NO_PROVIDERS
) -> Selection[GapRow]:
    """Make the selection of gap rows by filters; `providers` are those of each need."""

    def cell_of(row: GapRow, one: Filter) -> tuple[Cell, str]:
        if one.column == PROVIDER:
            return providers.get(row.need, ()), ""
        return _cell(row, one.column), row.unit

    return Selection(conditions, cell_of)


def _cell(row: GapRow, column: str) -> Cell:
    value = getattr(row, column)
    if value is None or column in DATE_COLUMNS:
        return value  # type: ignore[no-any-return]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column in TEXT_COLUMNS:
        return str(value)
    if column in AMOUNT_COLUMNS:
        return Fraction(value, 10**row.decimals)
    return Fraction(value, 10**row.base_decimals) if column == "gap_base" else Fraction(value)
