"""Numbers and dates as foreign files write them, read into the form of the canonical tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from ledger.core.numbers import normalise_digits

_DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GROUPS = r"[0-9]{1,3}([.' \u00a0\u202f\u2019])[0-9]{3}(?:\3[0-9]{3})*"
_COMMA = re.compile(rf"(-?)({_GROUPS}|[0-9]+)(,[0-9]+)?")


def day_first(text: str) -> str | None:
    """Return a date such as 5.3.2026 or 05/03/2026 as 2026-03-05; None if it is none."""
    plain = normalise_digits(text)
    if _ISO_DATE.fullmatch(plain):
        return plain
    match = _DAY_FIRST.fullmatch(plain)
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        return None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY, _MONTH, _YEAR = r"(?P<day>[0-9]{1,2})", r"(?P<month>[A-Za-z]{3,9})", r"(?P<year>[0-9]{4})"
_NAMED_MONTH = re.compile(rf"{_DAY}[-\s./]+{_MONTH}\.?,?[-\s./]+{_YEAR}")
_MONTH_FIRST = re.compile(rf"{_MONTH}\.?\s+{_DAY},?\s+{_YEAR}")


def named_month(text: str) -> str | None:
    """Return a date such as 17-JAN-2026, 17 January 2026 or January 17, 2026; None if it is none.

    ISO dates are taken as they are.
    """
    plain = normalise_digits(text)
    if _ISO_DATE.fullmatch(plain):
        return plain
    match = _NAMED_MONTH.fullmatch(plain) or _MONTH_FIRST.fullmatch(plain)
    if match is None:
        return None
    short = match["month"][:3].casefold()
    try:
        return date(int(match["year"]), _MONTHS.index(short) + 1, int(match["day"])).isoformat()
    except ValueError:  # no such month, or no such day of it
        return None


class ForeignDates(NamedTuple):
    """How the dates of a file are read, and how they are described to who wrote another."""

    read: Callable[[str], str | None]
    form: str
    example: str


DATES: Final = {
    "day-first": ForeignDates(day_first, "the day first and the year in full", "31.12.2026"),
    "named-months": ForeignDates(named_month, "the month by its English name", "17-JAN-2026"),
}
"""How a file can write its dates, beside ISO 8601."""


def decimal_comma(text: str) -> str | None:
    """Return a number such as 1.234,56 as 1234.56; None if it is none."""
    plain = normalise_digits(text)
    for minus in ("\u2212", "\u2012", "\u2013"):
        plain = plain.replace(minus, "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1].strip()}"
    elif plain.endswith("-"):
        plain = f"-{plain[:-1].strip()}"
    match = _COMMA.fullmatch(plain)
    if match is None:
        return None
    whole = "".join(letter for letter in match[2] if letter.isdigit())
    return f"{match[1]}{whole}{(match[4] or '').replace(',', '.')}"
