"""Filters of rows, one language for every listing: `country=IR,PK`, `gap>1M EUR`, `due_on<=DATE`.

A filter is a column, an operator and a value. Text is compared in any case, and each item of a
list by itself; a value admits all that lies below it, such as a region its countries, and answers
to its name as well as to its code. An amount is in the unit it names, which leaves out rows in
other units; without one it is in the unit of the rows, which must then be the same for all. An
empty value selects what is not given. Several values, separated by commas or given by filters of
one column by `=`, admit any of them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Generic, NamedTuple, TypeVar

from ledger.core.dates import InvalidDate, parse_day
from ledger.core.errors import InvalidInput, UsageError
from ledger.core.numbers import normalise_digits, read_numeral, split_numeral
from ledger.core.partial_dates import PartialDate, first_day, last_day, parse_partial_date
from ledger.core.quantity import MULTIPLIERS
from ledger.core.quantity_errors import quote_text
from ledger.core.suggest import nearest
from ledger.core.text import first_few

_FILTER: Final = re.compile(
    r"\s*(?P<column>[\w-](?:[\w -]*[\w-])?)\s*(?P<sign>!=|>=|<=|=|<|>)(?P<value>.*)", re.DOTALL
)
_OTHER_OPERATOR: Final = re.compile(r"[=<>~!]")
"""What a value begins with where another operator was meant, such as `==` or `<>`."""
_LIST: Final = re.compile(r"[,;\u060c\u061b]")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3},[0-9]{3}(?:[^0-9,].*)?")
_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_MOST_SEEN: Final = 1000
_FEW: Final = 12

_Row = TypeVar("_Row")
Cell = str | date | PartialDate | Fraction | tuple[str, ...] | None
"""What a filter sees of a row: a text or several, a date, a figure, or None where nothing is."""


Note = Callable[[str], None]
"""Takes a note for the person who asks."""


def no_note(_text: str) -> None:
    """Drop a note."""


class UnreadableFilter(InvalidInput, code="unreadable-filter"):
    """A filter has a value that its column cannot hold."""

    default_why = "A filter is a column, one of = != < > <= >=, and a value."
    default_next = "Write it like country=IR, gap>=1M or needed_by<=YYYY-MM-DD."


class OperatorRefused(UsageError, code="operator-refused"):
    """A filter has an operator that filters, or its column, do not know."""

    default_why = "The operators are = and !=, and for dates and figures < > <= >=."
    default_next = "Write it like country=IR, gap>=1M or needed_by<=YYYY-MM-DD."


class UnknownColumn(UsageError, code="unknown-column"):
    """A filter names a column that the listing does not have."""


class UnitsDiffer(InvalidInput, code="units-differ"):
    """A figure without a unit is compared with amounts in several units."""

    default_why = "The same number is another quantity in each unit."


class FilterKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    DATE = "date"
    PARTIAL_DATE = "partial date"
    FIGURE = "figure"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class FilterColumn:
    """How a column is filtered. `above` gives what else a value answers to: names and parents.

    `words` are the words that people read for stored values: a filter takes both. `key` gives the
    form in which texts are compared.
    """

    kind: FilterKind = FilterKind.TEXT
    above: Callable[[str], Iterable[str]] | None = None
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    key: Callable[[str], str] = str.casefold
    by_last_day: bool = False
    """A date on which something ends: a partial one is compared by its last day."""

    def texts(self, cell: Cell) -> frozenset[str]:
        """Give the key of every text that a cell answers to."""
        if isinstance(cell, tuple):
            items = (*cell, ";".join(cell))
        else:
            items = () if cell is None else (str(cell),)
        above = () if self.above is None else (one for item in items for one in self.above(item))
        return frozenset(self.key(text) for text in (*items, *above) if text)


FilterColumns = Mapping[str, FilterColumn]


class FilterValue(NamedTuple):
    """One value of a filter as typed, and what it is compared as; None is what is not given.

    `whole` marks the text of a list as one value: a title may have a comma in it.
    """

    text: str
    compared: str | date | PartialDate | Fraction | None
    unit: str | None = None
    whole: bool = False


class Filter(NamedTuple):
    """One condition on one column."""

    column: str
    spec: FilterColumn
    sign: str
    values: tuple[FilterValue, ...]

    @property
    def needs_one_unit(self) -> bool:
        """Say whether a figure other than zero has no unit: rows must then have the same."""
        return self.spec.kind is FilterKind.AMOUNT and any(
            bool(one.compared) and one.unit is None for one in self.values
        )

    def meets(self, value: FilterValue, cell: Cell, unit: str) -> bool:
        """Say whether a cell meets one value; what is unknown is neither high nor low."""
        if self.spec.kind is FilterKind.TEXT:
            texts = self.spec.texts(cell)
            return value.compared in texts if value.compared is not None else not texts
        if cell is not None and value.unit is not None and value.unit != unit.casefold():
            return False
        if isinstance(value.compared, PartialDate):
            return isinstance(cell, (date, PartialDate)) and self._meets_partial(
                value.compared, cell
            )
        if self.sign in _ORDER:
            return cell is not None and _ORDER[self.sign](cell, value.compared)
        return cell == value.compared

    def _meets_partial(self, wanted: PartialDate, cell: date | PartialDate) -> bool:
        """Say whether a date lies before, in or after the year, month or day that is asked for."""
        if self.sign not in _ORDER:
            return wanted.first <= first_day(cell) and last_day(cell) <= wanted.last
        day = last_day(cell) if self.spec.by_last_day else first_day(cell)
        bound = wanted.last if self.sign in {">", "<="} else wanted.first
        return _ORDER[self.sign](day, bound)

    def admits(self, cell: Cell, unit: str) -> bool:
        """Say whether a cell meets the condition."""
        met = any(self.meets(value, cell, unit) for value in self.values)
        return met is not (self.sign == "!=")


def read_filter(text: str, columns: FilterColumns) -> Filter:
    """Read a filter on one of the columns.

    Raises `UnreadableFilter`, `OperatorRefused` and `UnknownColumn`.
    """
    match = _FILTER.fullmatch(text)
    if match is None:
        raise UnreadableFilter(f"{quote_text(text)} is not a filter.")
    name = column_key(match["column"])
    if name not in columns:
        raise _unknown_column(match["column"].strip(), columns)
    column, sign, value = columns[name], match["sign"], match["value"].strip()
    if _OTHER_OPERATOR.match(value):
        raise OperatorRefused(f"{quote_text(text)} has an operator that filters do not have.")
    if sign in _ORDER and (column.kind is FilterKind.TEXT or not value):
        wants = "only dates and figures can be compared" if value else "nothing stands after it"
        raise OperatorRefused(f"{quote_text(text)} cannot be compared: {wants}.")
    values = tuple(_values(text, column, sign, value)) if value else (FilterValue("", None),)
    return Filter(name, column, sign, values)


def _unknown_column(typed: str, columns: FilterColumns) -> UnknownColumn:
    near = nearest(column_key(typed), columns)
    return UnknownColumn(
        f"There is no column {typed} to filter by.",
        why=f"The columns are: {', '.join(columns)}.",
        next_step=f"Did you mean {' or '.join(near)}?" if near else "Use one of these.",
    )


def _values(text: str, column: FilterColumn, sign: str, value: str) -> Iterator[FilterValue]:
    """Read the value of a filter, or the values of a list."""
    parts = [part.strip() for part in _LIST.split(value) if part.strip()]
    listed = sign not in _ORDER and len(parts) > 1
    if column.kind is FilterKind.TEXT:
        if listed:
            yield from (_text(column, part) for part in parts)
        yield _text(column, value)._replace(whole=listed)
        return
    read = _READ.get(column.kind, _figure)
    if not listed:
        yield read(text, column, value)
        return
    try:  # 1,000,000 is a figure
        yield read(text, column, value)
    except InvalidInput:
        if column.kind not in _READ and _THOUSANDS.fullmatch(value):
            raise
        yield from (read(text, column, part) for part in parts)


def _text(column: FilterColumn, value: str) -> FilterValue:
    """Read a text, or the word that people read for a stored value."""
    wanted = value.casefold()
    stored = (stored for stored, word in column.words.items() if word.casefold() == wanted)
    return FilterValue(value, column.key(next(stored, value)))


def _date(text: str, column: FilterColumn, value: str) -> FilterValue:
    try:
        if column.kind is FilterKind.DATE:
            return FilterValue(value, parse_day(value))
        return FilterValue(value, parse_partial_date(value))
    except InvalidDate as error:
        what = f"{quote_text(text)}: {quote_text(value)} is not a date."
        raise UnreadableFilter(what, next_step=error.next_step) from error


_READ: Final = {FilterKind.DATE: _date, FilterKind.PARTIAL_DATE: _date}


def _figure(text: str, column: FilterColumn, value: str) -> FilterValue:
    """Read a figure, with k, M, bn or tn, and for an amount with a unit if one is meant."""
    numeral, rest = split_numeral(normalise_digits(value))
    words = rest.split()
    exponent = MULTIPLIERS.get(words[0].casefold()) if words else None
    unit = words[exponent is not None :]
    if not numeral or len(unit) > (column.kind is FilterKind.AMOUNT):
        raise UnreadableFilter(f"{quote_text(text)}: {quote_text(value)} is not a figure.")
    number = read_numeral(numeral)
    figure = Fraction(number.digits * 10 ** (exponent or 0), 10**number.decimals)
    return FilterValue(value, figure, unit[0].casefold() if unit else None)


def equal_values(texts: Iterable[str]) -> dict[str, list[FilterValue]]:
    """Give the texts that filters by `=` ask for, by the key of their column.

    A column is left out where one of them asks for rows that have nothing there.
    """
    wanted: dict[str, list[FilterValue]] = {}
    empty: set[str] = set()
    for text in texts:
        match = _FILTER.fullmatch(text)
        if match is None or match["sign"] != "=":
            continue
        name, value = column_key(match["column"]), match["value"].strip()
        if value:
            wanted.setdefault(name, []).extend(_values(text, FilterColumn(), "=", value))
        else:
            empty.add(name)
    return {name: values for name, values in wanted.items() if name not in empty}


def plain_filter(text: str) -> str | None:
    """Return a filter without spaces around its operator; None for a text that is no filter."""
    match = _FILTER.fullmatch(text)
    return match and f"{match['column'].strip()}{match['sign']}{match['value'].strip()}"


def column_key(typed: str) -> str:
    """Give the name of a column as keys are written: in small letters, with underscores."""
    return "_".join(typed.strip().casefold().replace("-", "_").split())


class Selection(Generic[_Row]):
    """The rows that meet every filter, and notes on values that no row has.

    `cell` gives a row's cell for a filter, and the unit it is in.
    """

    def __init__(
        self, filters: Iterable[Filter], cell: Callable[[_Row, Filter], tuple[Cell, str]]
    ) -> None:
        """Take the filters, those of one column by `=` as one."""
        alternatives: dict[tuple[str, int], Filter] = {}
        for number, one in enumerate(filters):
            place = (one.column, 0 if one.sign == "=" else number + 1)
            before = alternatives.get(place)
            values = (*before.values, *one.values) if before else one.values
            alternatives[place] = one._replace(values=values)
        self._filters = [*alternatives.values()]
        self._cell = cell
        self._searches = [_Search(one) for one in self._filters if one.sign != "!="]

    def keep(self, rows: Iterable[_Row]) -> Iterable[_Row]:
        """Return the rows that meet every filter, in their order, taking note of their values.

        Rows are read at once where a figure without a unit has to be in the unit of all of them.
        Raises `UnitsDiffer`.
        """
        if any(one.needs_one_unit for one in self._filters):
            rows = [*rows]
            self._require_one_unit(rows)
        return self._selected(rows)

    def rows(self, rows: Iterable[_Row], note: Note) -> list[_Row]:
        """Return the rows that meet every filter, and note the values that no row has."""
        kept = [*self.keep(rows)]
        for text in self.notes():
            note(text)
        return kept

    def _selected(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        for row in rows:
            for search in self._searches:
                if search.unmet:
                    search.see(*self._cell(row, search.condition))
            if self.meets(row):
                yield row

    def meets(self, row: _Row) -> bool:
        """Say whether a row meets every filter."""
        return all(one.admits(*self._cell(row, one)) for one in self._filters)

    def _require_one_unit(self, rows: Sequence[_Row]) -> None:
        others = [one for one in self._filters if not one.needs_one_unit]
        left = [row for row in rows if all(one.admits(*self._cell(row, one)) for one in others)]
        for one in self._filters:
            cells = (self._cell(row, one) for row in left if one.needs_one_unit)
            units = sorted({unit for cell, unit in cells if cell is not None})
            if len(units) > 1:
                typed = f"{one.column}{one.sign}{one.values[0].text}"
                several = first_few(units, _FEW)
                raise UnitsDiffer(
                    f"{quote_text(typed)} names no unit, and the rows are in {several}.",
                    next_step=f"Write --where '{typed} {units[0]}', or filter by unit too.",
                )

    def notes(self) -> Iterator[str]:
        """Name the values that no row has, and those there are."""
        for search in self._searches:
            yield from search.notes()


class _Search:
    """What becomes of the values of one filter as rows are read."""

    def __init__(self, condition: Filter) -> None:
        """Start with every value unmet."""
        self.condition = condition
        self.unmet = list(condition.values)
        self._seen: dict[tuple[Any, str], None] = {}

    def see(self, cell: Cell, unit: str) -> None:
        """Take a row's cell into account."""
        met = [value for value in self.unmet if self.condition.meets(value, cell, unit)]
        if met:
            whole = any(value.whole for value in met)
            self.unmet = [] if whole else [one for one in self.unmet if one not in met]
        shown_unit = unit if self.condition.spec.kind is FilterKind.AMOUNT else ""
        items = cell if isinstance(cell, tuple) else () if cell is None else (cell,)
        if len(self._seen) < _MOST_SEEN:
            self._seen.update(dict.fromkeys((item, shown_unit) for item in items))

    def notes(self) -> Iterator[str]:
        """Name each value that no row has, and the values there are."""
        unmet = [one.text for one in self.unmet if not one.whole and one.compared is not None]
        if not unmet:
            return
        column, sign = self.condition.column, self.condition.sign
        values = [self._shown(item, unit) for item, unit in sorted(self._seen, key=_value_order)]
        there = "No row has a value there."
        if values:
            there = f"The values there are: {first_few(values, _FEW)}."
        for text in unmet:
            yield f"No row has {column}{sign}{text}. {there}"

    def _shown(self, item: str | date | PartialDate | Fraction, unit: str) -> str:
        if isinstance(item, Fraction):
            figure = f"{Decimal(item.numerator) / Decimal(item.denominator):f}"
            return f"{figure} {unit}".strip()
        return self.condition.spec.words.get(str(item), str(item))


def _value_order(seen: tuple[Any, str]) -> tuple[str, Any]:
    value, unit = seen
    return unit, value.text if isinstance(value, PartialDate) else value
