"""The filters of a listing: `--where` by any of its columns, in the language of every listing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cli.framework.call_options import NAMED, filtered_column
from cli.framework.options import PLACES
from cli.framework.places import NOWHERE, Placing, place_in, refuse_place, same_column
from cli.framework.shape import find_column
from ledger.core.filters import Cell, Filter, FilterKind, Selection, read_filter
from ledger.core.partial_dates import PartialDate
from ledger.reference.filter_columns import RegisterNames, filter_column, no_names
from ledger.reports.table import Column, ReportRow, machine

if TYPE_CHECKING:
    from ledger.reports.language import Language

_KINDS: Final = {
    "date": FilterKind.DATE,
    "partial": FilterKind.PARTIAL_DATE,
    "number": FilterKind.FIGURE,
    "amount": FilterKind.AMOUNT,
}


_DATES: Final = frozenset({FilterKind.DATE, FilterKind.PARTIAL_DATE})


def row_selection(
    columns: Sequence[Column],
    where: Sequence[str],
    names: RegisterNames = no_names,
    placing: Placing = NOWHERE,
    language: Language | None = None,
) -> Selection[Any]:
    """Make the selection of rows by filters on these columns, and by what the rows lead to.

    Raises UnknownColumn, AmbiguousColumn, OperatorRefused, UnreadableFilter, NoOfficeView and
    NoPlaceView.
    """
    places = {name: place_in(name, columns, placing) for name in _places_named(where)}
    found = {name: place for name, place in places.items() if place is not None}
    texts = by_keys(where, columns, language, except_for=found)
    known = {column.key: column for column in columns}
    for name in places:
        if name in placing.asked and name not in found:
            refuse_place(name, _value_of(name, where), known)
    known |= {name: place.column for name, place in found.items()}
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
        column, place = known[condition.column], found.get(condition.column)
        value = row.get(column.key) if place is None else place.values(row)
        return _cell(value, condition.spec.kind), machine(row.get(column.measured_in))

    return Selection([read_filter(text, specs) for text in texts], cell_of)


def keyed_filters(
    columns: Sequence[Column],
    where: Sequence[str],
    placing: Placing = NOWHERE,
    language: Language | None = None,
    *,
    led_to: Collection[str] = (),
) -> tuple[str, ...]:
    """Return filters by the keys of columns, places included, for rows that others select.

    `led_to` are the places that the rows are selected by without a column of that name.
    Raises AmbiguousColumn, NoOfficeView and NoPlaceView.
    """
    keys = [column.key for column in columns]
    texts = []
    for text in by_keys(where, columns, language, except_for=placing.asked):
        name = filtered_column(text)
        key = same_column(name, keys)
        if key not in keys and name in placing.asked and name not in led_to:
            if name in placing.own:
                continue  # the office of the settings, for a list without one
            refuse_place(name, _value_of(name, where), keys)
        texts.append(text if key == name else f"{key}{_after_name(text)}")
    return tuple(texts)


def by_keys(
    where: Sequence[str],
    columns: Sequence[Column],
    language: Language | None = None,
    *,
    except_for: Collection[str] = (),
) -> tuple[str, ...]:
    """Return filters that name columns by their keys, where they named them by headings.

    Filters by names in `except_for` are left unchanged. Raises AmbiguousColumn.
    """
    return tuple(
        text if filtered_column(text) in except_for else _by_key(text, columns, language)
        for text in where
    )


def _places_named(where: Sequence[str]) -> Iterable[str]:
    return dict.fromkeys(name for name in map(filtered_column, where) if name in PLACES)


def _value_of(name: str, where: Sequence[str]) -> str:
    """Return what the last filter by a column asks for."""
    texts = [text for text in where if filtered_column(text) == name]
    return _after_name(texts[-1]).lstrip("=!<>") if texts else ""


def _after_name(text: str) -> str:
    name = NAMED.match(text)
    return text[name.end() :] if name else text


def _by_key(text: str, columns: Sequence[Column], language: Language | None) -> str:
    name = NAMED.match(text)
    column = None if name is None else find_column(name[0], columns, language)
    return text if column is None else f"{column.key}{_after_name(text)}"


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
