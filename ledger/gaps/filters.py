"""Choosing gap rows by their columns: `country=IR`, `gap>=1M`, `needed_by<=2028-12-31`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from ledger.core.errors import InvalidInput
from ledger.core.numbers import normalise_digits, read_numeral, split_numeral
from ledger.core.quantity import MULTIPLIERS
from ledger.core.quantity_errors import quote_text
from ledger.core.suggest import nearest
from ledger.gaps.rows import AMOUNT_COLUMNS, COLUMNS, DATE_COLUMNS, TEXT_COLUMNS, GapRow

_FILTER = re.compile(r"\s*(?P<column>[\w-]+)\s*(?P<sign>!=|>=|<=|=)(?P<value>.*)", re.DOTALL)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
}


class UnknownGapColumn(InvalidInput):
    """A column was named that gap rows do not have."""

    code = "unknown-gap-column"
    default_next = f"Choose among: {', '.join(COLUMNS)}."


class UnreadableFilter(InvalidInput):
    """A filter is not a column, a sign and a value that the column can hold."""

    code = "unreadable-filter"
    default_why = "A filter is COLUMN=VALUE, COLUMN!=VALUE, COLUMN>=VALUE or COLUMN<=VALUE."
    default_next = "Write it like country=IR, gap>=1M or needed_by<=2028-12-31."


class GapFilter(NamedTuple):
    """One condition on one column. A `value` of None asks for what is not given."""

    column: str
    sign: str
    value: str | date | Fraction | None
    unit: str | None = None

    def admits(self, row: GapRow) -> bool:
        """Return whether a row meets the condition; what is unknown is neither high nor low."""
        actual = _comparable(row, self.column)
        if actual is None or self.value is None:
            return _COMPARE[self.sign](actual, self.value) if self.sign in ("=", "!=") else False
        if self.unit is not None and self.unit != row.unit.casefold():
            return self.sign == "!="
        if self.column == "sector" and str(actual).startswith(f"{self.value}."):
            actual = self.value
        return _COMPARE[self.sign](actual, self.value)


def column_named(text: str) -> str:
    """Find a column of gap rows in any case, hyphens as underscores; raises UnknownGapColumn."""
    name = text.strip().casefold().replace("-", "_")
    if name in COLUMNS:
        return name
    near = nearest(name, COLUMNS, limit=1)
    why = f"The nearest is {near[0]}." if near else "Gap rows have no column of that name."
    raise UnknownGapColumn(f"There is no column {quote_text(text.strip())}.", why=why)


def read_filter(text: str) -> GapFilter:
    """Read `COLUMN=VALUE` with one of the signs = != >= <=; an empty value means "not given".

    Text is compared in any case, a sector matches all under it, an amount is in each row's
    own unit unless it names one (then rows in other units are left out).
    Raises UnknownGapColumn or UnreadableFilter.
    """
    match = _FILTER.fullmatch(text)
    if match is None:
        raise UnreadableFilter(f"{quote_text(text)} is not a filter.")
    column, sign, value = column_named(match["column"]), match["sign"], match["value"].strip()
    if sign in (">=", "<=") and (column in TEXT_COLUMNS or not value):
        wants = "only dates and figures can be compared" if value else "nothing stands after it"
        raise UnreadableFilter(f"{quote_text(text)} cannot be compared: {wants}.")
    if not value:
        return GapFilter(column, sign, None)
    if column in TEXT_COLUMNS:
        return GapFilter(column, sign, value.casefold())
    if column in DATE_COLUMNS:
        return GapFilter(column, sign, _read_date(text, value))
    return _figure_filter(text, column, sign, value)


def filtered(rows: Iterable[GapRow], filters: Iterable[GapFilter]) -> list[GapRow]:
    """Keep the rows that meet every filter, in their order.

    Several values asked of one column by `=` admit any of them, as in every other listing.
    """
    alternatives: dict[tuple[str, int], list[GapFilter]] = {}
    for number, condition in enumerate(filters):
        alone = 0 if condition.sign == "=" else number + 1
        alternatives.setdefault((condition.column, alone), []).append(condition)
    return [
        row
        for row in rows
        if all(any(one.admits(row) for one in group) for group in alternatives.values())
    ]


def _comparable(row: GapRow, column: str) -> str | date | Fraction | None:
    value = getattr(row, column)
    if value is None or column in DATE_COLUMNS:
        return value  # type: ignore[no-any-return]
    if column in TEXT_COLUMNS:
        return str(value).casefold()
    if column in AMOUNT_COLUMNS:
        return Fraction(value, 10**row.decimals)
    return Fraction(value, 10**row.base_decimals) if column == "gap_base" else Fraction(value)


def _read_date(text: str, value: str) -> date:
    try:
        if _ISO_DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise UnreadableFilter(
        f"{quote_text(text)}: {quote_text(value)} is not a date.",
        next_step="Write it like 2028-12-31.",
    )


def _figure_filter(text: str, column: str, sign: str, value: str) -> GapFilter:
    """Read a figure, with k, M, bn or tn, and for an amount with a unit if one is meant."""
    numeral, rest = split_numeral(normalise_digits(value))
    words = rest.split()
    exponent = MULTIPLIERS.get(words[0].casefold()) if words else None
    unit = words[exponent is not None :]
    if not numeral or len(unit) > (column in AMOUNT_COLUMNS):
        raise UnreadableFilter(
            f"{quote_text(text)}: {quote_text(value)} is not a figure for {column}."
        )
    number = read_numeral(numeral)
    figure = Fraction(number.digits * 10 ** (exponent or 0), 10**number.decimals)
    return GapFilter(column, sign, figure, unit[0].casefold() if unit else None)
