"""The filters of a listing: `--where` by any of its columns, in the language of every listing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from cli.framework.usage_errors import UnknownColumn, did_you_mean
from ledger.core import filters
from ledger.core.filters import Cell, Filter, FilterColumn, FilterKind, column_key, filter_key
from ledger.reference.places import region_and_above
from ledger.reference.terms import sector_and_above
from ledger.reports.table import Column, ReportRow, machine

_KINDS: Final = {
    "date": FilterKind.DATE,
    "number": FilterKind.FIGURE,
    "amount": FilterKind.AMOUNT,
}
_ABOVE: Final[dict[str, Callable[[str], Iterable[str]]]] = {
    **dict.fromkeys(("sector", "sectors"), sector_and_above),
    **dict.fromkeys(("region", "regions"), region_and_above),
}


def row_matcher(columns: Sequence[Column], where: Iterable[str]) -> Callable[[ReportRow], bool]:
    """Make what says whether a row meets every filter on these columns.

    Raises UnknownColumn and UnreadableFilter.
    """
    known = {column.key: column for column in columns}
    specs = {key: _spec(column) for key, column in known.items()}
    conditions = [filters.read_filter(text, specs, _unknown) for text in where]

    def cell_of(row: ReportRow, condition: Filter) -> tuple[Cell, str]:
        column = known[condition.column]
        return _cell(row.get(column.key), condition.spec.kind), machine(row.get(column.measured_in))

    return filters.matcher(conditions, cell_of)


def _spec(column: Column) -> FilterColumn:
    kind = _KINDS.get(column.kind, FilterKind.TEXT)
    return FilterColumn(
        kind, above=_ABOVE.get(column.key), words=column.words, key=filter_key(column.key)
    )


def _unknown(typed: str, known: Sequence[str]) -> UnknownColumn:
    return UnknownColumn(
        f"There is no column {typed} to filter by.",
        why=f"The columns are: {', '.join(known)}.",
        next_step=did_you_mean(column_key(typed), [*known], "Use one of these."),
    )


def _cell(value: object, kind: FilterKind) -> Cell:
    if kind is FilterKind.TEXT:
        if isinstance(value, (list, tuple)):
            return tuple(machine(item) for item in value)
        return machine(value) or None
    if value is None:
        return None
    return _day(value) if kind is FilterKind.DATE else _figure(value)


def _day(value: object) -> date | None:
    """Read a day from a date, or from the text of a day or a moment."""
    try:
        return value if type(value) is date else date.fromisoformat(machine(value)[:10])
    except ValueError:
        return None


def _figure(value: object) -> Fraction | None:
    try:
        return Fraction(Decimal(machine(value)))
    except (InvalidOperation, ValueError):
        return None
