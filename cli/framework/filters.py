"""The filters of a listing: `--where` by any of its columns, in the language of every listing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from ledger.core.filters import Cell, Filter, FilterKind, Selection, read_filter
from ledger.core.partial_dates import PartialDate
from ledger.reference.filter_columns import RegisterNames, filter_column, no_names
from ledger.reports.table import Column, ReportRow, machine

_KINDS: Final = {
    "date": FilterKind.DATE,
    "partial": FilterKind.PARTIAL_DATE,
    "number": FilterKind.FIGURE,
    "amount": FilterKind.AMOUNT,
}


_DATES: Final = frozenset({FilterKind.DATE, FilterKind.PARTIAL_DATE})


def row_selection(
    columns: Sequence[Column], where: Iterable[str], names: RegisterNames = no_names
) -> Selection[Any]:
    """Make the selection of rows by filters on these columns.

    Raises UnknownColumn, OperatorRefused and UnreadableFilter.
    """
    known = {column.key: column for column in columns}
    specs = {
        key: filter_column(
            key,
            _KINDS.get(column.kind, FilterKind.TEXT),
            names,
            words=column.words,
            register=column.register,
        )
        for key, column in known.items()
    }

    def cell_of(row: ReportRow, condition: Filter) -> tuple[Cell, str]:
        column = known[condition.column]
        return _cell(row.get(column.key), condition.spec.kind), machine(row.get(column.measured_in))

    return Selection([read_filter(text, specs) for text in where], cell_of)


def _cell(value: object, kind: FilterKind) -> Cell:
    if kind is FilterKind.TEXT:
        if isinstance(value, (list, tuple)):
            return tuple(machine(item) for item in value)
        return machine(value) or None
    if value is None:
        return None
    return _day(value) if kind in _DATES else _figure(value)


def _day(value: object) -> date | PartialDate | None:
    """Read a day from a date, or from the text of a day or a moment; a partial date is one."""
    try:
        if type(value) in {date, PartialDate}:
            return value  # type: ignore[return-value]  # both types are named above
        return date.fromisoformat(machine(value)[:10])
    except ValueError:
        return None


def _figure(value: object) -> Fraction | None:
    try:
        return Fraction(Decimal(machine(value)))
    except (InvalidOperation, ValueError):
        return None
