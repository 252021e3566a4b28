"""Numbers and dates as foreign files write them, read into the form of the canonical tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ledger.core.numbers import format_decimal, normalise_digits
from ledger.interchange.mapping.currencies import SIGNS
from ledger.interchange.mapping.problems import BadCell

_DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ZONE = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
_GROUPS = r"[0-9]{1,3}([.' \u00a0\u202f\u2019])[0-9]{3}(?:\3[0-9]{3})*"
_COMMA = re.compile(rf"(-?)({_GROUPS}|[0-9]+)(,[0-9]+)?")


@lru_cache(maxsize=1 << 12)
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


def iso_day(text: str) -> str | None:
    """Return the day of an ISO 8601 date, with or without a time; None if it is none."""
    plain = normalise_digits(text)
    day, rest = plain[:10], plain[10:]
    if not _ISO_DATE.fullmatch(day) or not (rest[:1] in {"", "T", " "} or _ZONE.fullmatch(rest)):
        return None
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None


_YEAR_ALONE = re.compile(r"[0-9]{4}")


def _day_of_year(ending: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        plain = normalise_digits(text).removesuffix(".0")
        return f"{plain}{ending}" if _YEAR_ALONE.fullmatch(plain) else None

    return read


_DATE_FORMS: Final[dict[str, Callable[[str], str | None]]] = {
    "iso": iso_day,
    "day-first": day_first,
    "named-months": named_month,
    "year-end": _day_of_year("-12-31"),
    "year-start": _day_of_year("-01-01"),
}


@cache
def date_form(form: str) -> Callable[[str], str | None]:
    """Give what reads a date of a form: a word, or a pattern such as %d/%m/%Y; else ValueError."""
    if form in _DATE_FORMS:
        return _DATE_FORMS[form]
    try:
        datetime.strptime(datetime(2001, 2, 3, 4, 5, 6).strftime(form), form)  # noqa: DTZ001, DTZ007 - no time is kept
    except (ValueError, re.error) as error:
        raise ValueError(f"{form!r} is no form of a date") from error
    if "%" not in form:
        raise ValueError(f"{form!r} is no form of a date: {', '.join(_DATE_FORMS)}, or %d/%m/%Y")

    def read(text: str) -> str | None:
        try:
            return datetime.strptime(normalise_digits(text), form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            return None

    return read


_MONTH_FIRST_FORM: Final = "%m/%d/%Y"
"""As in 12/31/2026."""


def date_step(forms: tuple[str, ...], column: str | None) -> Callable[[str], str]:
    """Give the step that reads a date written in one of several forms; it raises `BadCell`."""
    reads = [date_form(form) for form in forms]
    known = DATES.get(forms[0]) if len(forms) == 1 else None
    what = f"with {known.form}" if known else f"of the form {' or '.join(forms)}"
    hint = f"Write {known.example}." if known else ""

    def step(text: str) -> str:
        if not text:
            return ""
        for read in reads:
            day = read(text)
            if day is not None:
                return day
        say = f"If the month comes first, say so in the rule: date = ['{_MONTH_FIRST_FORM}']."
        advice = hint or (say if date_form(_MONTH_FIRST_FORM)(text) else "")
        raise BadCell(column, "bad-date", f"{text!r} is not a date {what}.", advice)

    return step


class ForeignNumbers(NamedTuple):
    """How the numbers of a file are read, and what is said to who wrote another."""

    read: Callable[[str], str | None]
    what: str
    hint: str

    def refusal(self, column: str | None, text: str) -> BadCell:
        """Refuse what is no number here, and say which form would read it, if one would."""
        hint = self.hint
        for example in _EXAMPLES:
            if number_form(example).read(text) is not None:
                say = f"or say in the rule that the file writes it so: numbers = {example!r}."
                hint = f"{hint.rstrip('.')}, {say}"
                break
        return BadCell(column, "bad-number", f"{text!r} {self.what}.", hint)


_EXAMPLES: Final = ("1.234,5", "1,234.5", "1 234.5", "1 234,5", "1'234.5", "scientific")
"""Forms of numbers, one of which may be that of a file."""
_PLAIN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_SCIENTIFIC = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?[eE][+-]?[0-9]{1,2}")
_EXAMPLE = re.compile(r"1(?P<group>[^0-9]?)234(?P<point>[^0-9])5+")


def plain_number(text: str) -> str | None:
    """Return a number such as 1234.56 as it is; None if it is none."""
    plain = normalise_digits(text)
    return plain if _PLAIN.fullmatch(plain) else None


def scientific(text: str) -> str | None:
    """Return a number such as 1e+05 as 100000, and a plain one as it is; None if it is neither."""
    plain = normalise_digits(text)
    if _PLAIN.fullmatch(plain):
        return plain
    return format_decimal(Decimal(plain)) if _SCIENTIFIC.fullmatch(plain) else None


@cache
def number_form(text: str) -> ForeignNumbers:
    """Give what reads numbers of a form: a word, or an example such as 1.234,5; else ValueError."""
    if text in _NUMBERS:
        return _NUMBERS[text]
    match = _EXAMPLE.fullmatch(text)
    if match is None or match["group"] == match["point"]:
        words = ", ".join(_NUMBERS)
        raise ValueError(f"{text!r} is no form of numbers: {words}, or an example such as 1.234,5")
    spaces = " \u00a0\u202f\u2009"
    group = f"[{spaces}]" if match["group"] in spaces else re.escape(match["group"])
    form = re.compile(
        rf"(-?)([0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)(?:{re.escape(match['point'])}([0-9]+))?"
        if match["group"]
        else rf"(-?)([0-9]+)(?:{re.escape(match['point'])}([0-9]+))?"
    )
    what = f"is not a number written as {text}"
    hint = f"Write {text}."
    return ForeignNumbers(lambda cell: _written(cell, form), what, hint)


def _written(text: str, form: re.Pattern[str]) -> str | None:
    """Return a number of a form as a plain one; None if it is none."""
    match = form.fullmatch(_signed(text))
    if match is None:
        return None
    whole = "".join(filter(str.isdigit, match[2]))
    return f"{match[1]}{whole}" + (f".{match[3]}" if match[3] else "")


def _signed(text: str) -> str:
    """Return a number with its minus in front, however it was written, and without its currency."""
    plain = SIGNS.sub("", normalise_digits(text)).strip()
    for minus in ("\u2212", "\u2012", "\u2013"):
        plain = plain.replace(minus, "-")
    if plain.startswith("(") and plain.endswith(")"):
        return f"-{plain[1:-1].strip()}"
    return f"-{plain[:-1].strip()}" if plain.endswith("-") else plain


def decimal_comma(text: str) -> str | None:
    """Return a number such as 1.234,56 as 1234.56; None if it is none."""
    match = _COMMA.fullmatch(_signed(text))
    if match is None:
        return None
    whole = "".join(filter(str.isdigit, match[2]))
    return f"{match[1]}{whole}{(match[4] or '').replace(',', '.')}"


_NUMBERS: Final = {
    "plain": ForeignNumbers(
        plain_number,
        "is not a plain number",
        "Write 1234.5.",
    ),
    "scientific": ForeignNumbers(scientific, "is not a plain number", "Write 100000 or 1e+05."),
    "decimal-comma": ForeignNumbers(
        decimal_comma, "is not a number with a decimal comma", "Write 1.234,56."
    ),
}
"""How a file can write its numbers, beside an example."""
