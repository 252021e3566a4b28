"""The filters of a listing: `--where` by any of its columns, in the language of every listing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from ledger.core.filters import Cell, Filter, FilterKind, Selection, column_key, read_filter
from ledger.core.partial_dates import PartialDate
from ledger.reference.filter_columns import RegisterNames, filter_column, no_names
from ledger.reports.table import Column, ReportRow, machine

_KINDS: Final = {
    "date": FilterKind.DATE,
    "partial": FilterKind.PARTIAL_DATE,
    "number": FilterKind.FIGURE,
    "amount": FilterKind.AMOUNT,
}


_NAMED: Final = re.compile(r"[^=!<>]+")
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

    return Selection([read_filter(text, specs) for text in by_keys(where, columns)], cell_of)


def by_keys(where: Iterable[str], columns: Sequence[Column]) -> tuple[str, ...]:
    """Return filters that name columns by their keys, where they named them by headings."""
    headings = {column_key(column.heading): column.key for column in reversed(columns)}
    keys = {column.key for column in columns}
    return tuple(_by_key(text, headings, keys) for text in where)


def _by_key(text: str, headings: Mapping[str, str], keys: Collection[str]) -> str:
    name = _NAMED.match(text)
    if name is None or column_key(name[0]) in keys:
        return text
    return f"{headings.get(column_key(name[0]), name[0])}{text[name.end() :]}"


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
