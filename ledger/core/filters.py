"""Filters of rows, one language for every listing: `country=IR`, `gap>=1M`, `due_on<=2028-12-31`.

A filter is a column, a sign and a value. Text is compared in any case, and each item of a list by
itself; a value of a hierarchy, such as a sector or a region, admits all below it; an amount is in
the unit of each row unless it names one, which leaves out rows in other units. An empty value
selects what is not given. Several values of one column by `=` admit any of them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeVar

from ledger.core.errors import InvalidInput
from ledger.core.numbers import normalise_digits, read_numeral, split_numeral
from ledger.core.quantity import MULTIPLIERS
from ledger.core.quantity_errors import quote_text
from ledger.core.text import text_key

_FILTER: Final = re.compile(
    r"\s*(?P<column>[\w-](?:[\w -]*[\w-])?)\s*(?P<sign>!=|>=|<=|=)(?P<value>.*)", re.DOTALL
)
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {">=": operator.ge, "<=": operator.le}

_Row = TypeVar("_Row")
Cell = str | date | Fraction | tuple[str, ...] | None
"""What a filter sees of a row: a text or several, a date, a figure, or None where nothing is."""


class UnreadableFilter(InvalidInput, code="unreadable-filter"):
    """A filter is not a column, a sign and a value that the column can hold."""

    default_why = "A filter is COLUMN=VALUE, COLUMN!=VALUE, COLUMN>=VALUE or COLUMN<=VALUE."
    default_next = "Write it like country=IR, gap>=1M or needed_by<=2028-12-31."


class FilterKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    DATE = "date"
    FIGURE = "figure"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class FilterColumn:
    """How a column is filtered. `above` gives all that contains a value of a hierarchy.

    `words` are the words that people read for stored values: a filter takes both. `key` gives the
    form in which texts are compared.
    """

    kind: FilterKind = FilterKind.TEXT
    above: Callable[[str], Iterable[str]] | None = None
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    key: Callable[[str], str] = str.casefold

    def texts(self, cell: Cell) -> frozenset[str]:
        """Give the key of every text that a cell answers to."""
        if isinstance(cell, tuple):
            items = (*cell, ";".join(cell))
        else:
            items = () if cell is None else (str(cell),)
        above = () if self.above is None else (one for item in items for one in self.above(item))
        return frozenset(self.key(text) for text in (*items, *above) if text)


def filter_key(name: str) -> Callable[[str], str]:
    """Return what gives the key of texts in a column of that name: topics have one of their own."""
    return text_key if name in {"topic", "topics"} else str.casefold


FilterColumns = Mapping[str, FilterColumn]


class Filter(NamedTuple):
    """One condition on one column. A `value` of None selects what is not given."""

    column: str
    spec: FilterColumn
    sign: str
    value: str | date | Fraction | None
    unit: str | None = None

    def admits(self, cell: Cell, unit: str) -> bool:
        """Say whether a cell meets the condition; what is unknown is neither high nor low."""
        if self.sign in _ORDER:
            if cell is None or (self.unit is not None and self.unit != unit.casefold()):
                return False
            return _ORDER[self.sign](cell, self.value)
        return self._equals(cell, unit) is (self.sign == "=")

    def _equals(self, cell: Cell, unit: str) -> bool:
        if self.spec.kind is FilterKind.TEXT:
            texts = self.spec.texts(cell)
            return self.value in texts if self.value is not None else not texts
        if self.unit is not None and cell is not None and self.unit != unit.casefold():
            return False
        return cell == self.value


def read_filter(
    text: str, columns: FilterColumns, unknown: Callable[[str, tuple[str, ...]], Exception]
) -> Filter:
    """Read a filter on one of the columns.

    Raises `UnreadableFilter`, and for a column that is not there what `unknown` makes of its name
    and the names there are.
    """
    match = _FILTER.fullmatch(text)
    if match is None:
        raise UnreadableFilter(f"{quote_text(text)} is not a filter.")
    name = column_key(match["column"])
    if name not in columns:
        raise unknown(match["column"].strip(), tuple(columns))
    column, sign, value = columns[name], match["sign"], match["value"].strip()
    if sign in _ORDER and (column.kind is FilterKind.TEXT or not value):
        wants = "only dates and figures can be compared" if value else "nothing stands after it"
        raise UnreadableFilter(f"{quote_text(text)} cannot be compared: {wants}.")
    if not value:
        return Filter(name, column, sign, None)
    if column.kind is FilterKind.TEXT:
        return Filter(name, column, sign, _stored_value(column, value))
    if column.kind is FilterKind.DATE:
        return Filter(name, column, sign, _date(text, value))
    return _figure(text, Filter(name, column, sign, None), value)


def _stored_value(column: FilterColumn, value: str) -> str:
    """Give the stored value of a word that people read, or the value itself."""
    wanted = value.casefold()
    stored = (stored for stored, word in column.words.items() if word.casefold() == wanted)
    return column.key(next(stored, value))


def is_filter(text: str) -> bool:
    """Say whether a text is a column, a sign and a value, whatever the columns are."""
    return _FILTER.fullmatch(text) is not None


def column_key(typed: str) -> str:
    """Give the name of a column as keys are written: in small letters, with underscores."""
    return "_".join(typed.strip().casefold().replace("-", "_").split())


def matcher(
    filters: Iterable[Filter], cell: Callable[[_Row, Filter], tuple[Cell, str]]
) -> Callable[[_Row], bool]:
    """Make what says whether a row meets every filter; `cell` gives its cell and its unit."""
    alternatives: dict[tuple[str, int], list[Filter]] = {}
    for number, condition in enumerate(filters):
        alone = 0 if condition.sign == "=" else number + 1
        alternatives.setdefault((condition.column, alone), []).append(condition)
    groups = [*alternatives.values()]

    def matches(row: _Row) -> bool:
        return all(any(one.admits(*cell(row, one)) for one in group) for group in groups)

    return matches


def _date(text: str, value: str) -> date:
    try:
        if _ISO_DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise UnreadableFilter(
        f"{quote_text(text)}: {quote_text(value)} is not a date.",
        next_step="Write it like 2028-12-31.",
    )


def _figure(text: str, condition: Filter, value: str) -> Filter:
    """Read a figure, with k, M, bn or tn, and for an amount with a unit if one is meant."""
    numeral, rest = split_numeral(normalise_digits(value))
    words = rest.split()
    exponent = MULTIPLIERS.get(words[0].casefold()) if words else None
    unit = words[exponent is not None :]
    if not numeral or len(unit) > (condition.spec.kind is FilterKind.AMOUNT):
        raise UnreadableFilter(
            f"{quote_text(text)}: {quote_text(value)} is not a figure for {condition.column}."
        )
    number = read_numeral(numeral)
    figure = Fraction(number.digits * 10 ** (exponent or 0), 10**number.decimals)
    return condition._replace(value=figure, unit=unit[0].casefold() if unit else None)
