"""Dates of which only the year, or the year and the month, may be known (EDTF level 0).

A partial date stays as it was written. It begins on its first day and ends on its last, so that a
period from 1993 until 2003 is in force from 1993-01-01 through 2003-12-31.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.core.dates import FIRST_YEAR, InvalidDate, is_jalali, parse_day
from ledger.core.numbers import Pattern, normalise_digits

_YEAR_OR_MONTH: Final = Pattern(r"([0-9]{4})(?:-([0-9]{2}))?")
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month or a day, as it was written: `2007`, `2007-11` or `2007-11-03`."""

    text: str

    @property
    def first(self) -> date:
        """Give its first day."""
        return _days(self.text)[0]

    @property
    def last(self) -> date:
        """Give its last day."""
        return _days(self.text)[1]

    def __str__(self) -> str:
        """Give it as it was written."""
        return self.text


@lru_cache(maxsize=4096)
def _days(text: str) -> tuple[date, date]:
    """Give the first and the last day of a partial date: a report asks for few of them, often.

    What an earlier release accepted as a month is taken as the nearest one there is.
    """
    year, month, day, *_ = (*map(int, text.split("-")), 0, 0)
    year, month = max(year, 1), min(month, _DECEMBER)
    last_month = month or _DECEMBER
    last = date(year, last_month, day or monthrange(year, last_month)[1])
    return date(year, month or 1, day or 1), last


def first_day(day: date | PartialDate) -> date:
    """Give the first day of a date or of a partial date."""
    return day.first if isinstance(day, PartialDate) else day


def last_day(day: date | PartialDate) -> date:
    """Give the last day of a date or of a partial date."""
    return day.last if isinstance(day, PartialDate) else day


class Period(NamedTuple):
    """The time in which something is in force; None is an open end, or one that is not known."""

    begin: PartialDate | None
    end: PartialDate | None

    def holds(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return self.first <= day <= self.last

    @property
    def first(self) -> date:
        """Give its first day in force; without a beginning it was always in force."""
        return date.min if self.begin is None else self.begin.first

    @property
    def last(self) -> date:
        """Give its last day in force; without an end it is in force for ever."""
        return date.max if self.end is None else self.end.last

    def surely_overlaps(self, other: Period) -> bool:
        """Say whether two periods overlap on whatever day within their dates they begin and end.

        A beginning that is not known may be as late as there are days.
        """
        begins = [date.max if one.begin is None else one.begin.last for one in (self, other)]
        ends = [date.max if one.end is None else one.end.first for one in (self, other)]
        return max(begins) <= min(ends)


def parse_partial_date(text: str) -> PartialDate:
    """Parse a year, a month or a date. Raises `InvalidDate`.

    A whole date may be Jalali; a Jalali year or month alone covers parts of two Gregorian ones.
    """
    plain = normalise_digits(text)
    match = _YEAR_OR_MONTH.fullmatch(plain)
    if match is None:
        return PartialDate(_parse_whole_date(text).isoformat())
    if is_jalali(f"{match[1]}-01-01"):
        raise InvalidDate(
            f"{plain} is Jalali, and covers parts of two Gregorian years or months.",
            next_step="Write the whole date, or the Gregorian year.",
        )
    if match[2] is not None and not 1 <= int(match[2]) <= _DECEMBER:
        raise InvalidDate(f"There is no month {plain}.", why="A year has twelve months.")
    if int(match[1]) < FIRST_YEAR:
        parse_day(f"{match[1]}-01-01")  # refuses the year in its own words
    return PartialDate(plain)


def _parse_whole_date(text: str) -> date:
    try:
        return parse_day(text)
    except InvalidDate as error:
        next_step = "Write YYYY, YYYY-MM or YYYY-MM-DD."
        raise InvalidDate(error.what, why=error.why, next_step=next_step) from error
