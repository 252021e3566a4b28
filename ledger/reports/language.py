"""The languages of what people read away from the terminal: pages, workbooks and letters.

English is the text of the program itself; every other language is a catalogue of gettext in
`locale`, compiled by `tests/languages/catalogue.py`. Machine formats never change with language.
"""

from __future__ import annotations

import gettext as catalogues
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from ledger.core.errors import UsageError
from ledger.core.partial_dates import PartialDate
from ledger.core.quantity import Unit, format_quantity, short_quantity
from ledger.core.suggest import did_you_mean
from ledger.reports.table import Column, grouped

ENGLISH: Final = "en"
LANGUAGES: Final = {ENGLISH: "ltr", "fa": "rtl"}
"""The languages there are, each with the direction of its writing."""

DOMAIN: Final = "cityfund"
_PERSIAN: Final = str.maketrans("0123456789,.%", "۰۱۲۳۴۵۶۷۸۹\u066c\u066b\u066a")
_SHORT: Final = re.compile(r"(≈ ?)?([\d.,]+)(k|M|bn|tn)? (.+)")
_SCALES: Final = {"k": "thousand", "M": "million", "bn": "billion", "tn": "trillion"}
_ARABIC_SCRIPT: Final = re.compile("[\u0600-\u06ff]")
_DIGITS: Final = re.compile(r"(?<![\w-])\d[\d,]*(?:\.\d+)?(?![\w-])", re.ASCII)


def marked(text: str) -> str:
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


class UnknownLanguage(UsageError, code="unknown-language"):
    """A language was asked for that the program has no catalogue of."""

    default_why = f"The languages are: {', '.join(LANGUAGES)}."
    default_next = "Choose one of these, or leave --lang out for English."


@dataclass(frozen=True, slots=True)
class Language:
    """One language: translates texts of the program, and writes figures and days as it does."""

    code: str
    direction: str
    text: Callable[[str], str]

    @property
    def rtl(self) -> bool:
        """Say whether it is written from right to left."""
        return self.direction == "rtl"

    @property
    def has_calendar(self) -> bool:
        """Say whether its days are written by a calendar of their own."""
        return self.code == "fa"

    @property
    def digit_shapes(self) -> str:
        """The prefix of a workbook's number format that shows figures in digits of the language."""
        return "[$-3000429]" if self.code == "fa" else ""

    def say(self, text: str, **values: str) -> str:
        """Translate a text, and put values that are written already in its places."""
        return self.text(text).format(**values)

    def counted(self, count: int, one: str, many: str) -> str:
        """Say a count in the text of one or of many, in the place `{count}`."""
        return self.say(one if count == 1 else many, count=self.number(count))

    def digits(self, text: str) -> str:
        """Write a figure in the digits and separators of the language."""
        return text.translate(_PERSIAN) if self.code == "fa" else text

    def number(self, value: int | str | Decimal | None) -> str:
        """Write a number with its thousands apart; what is unknown is said to be."""
        if value is None:
            return self.text(marked("unknown"))
        plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return self.digits(grouped(plain))

    def amount(self, amount: int | None, unit: Unit) -> str:
        """Write an amount in full, with its unit."""
        if amount is None:
            return self.text(marked("unknown"))
        figure = format_quantity(amount, unit).removesuffix(unit.code).strip()
        return f"{self.digits(figure)} {self.text(unit.code)}"

    def short(self, amount: int | None, unit: Unit) -> str:
        """Write an amount in short, `680M EUR`; a rounded one is marked."""
        if amount is None:
            return self.text(marked("unknown"))
        match = _SHORT.fullmatch(short_quantity(amount, unit))
        if self.code == ENGLISH or match is None:
            return short_quantity(amount, unit)
        about, figure, scale, _ = match.groups()
        named = f" {self.text(_SCALES[scale])}" if scale else ""
        return f"{about or ''}{self.digits(figure)}{named} {self.text(unit.code)}"

    def share(self, share: Decimal | None) -> str:
        """Write a share of one as a percentage, with two places."""
        if share is None:
            return self.text(marked("unknown"))
        return self.digits(f"{share * 100:.2f}%")

    def day(self, day: date | None) -> str:
        """Write a day; in Persian by the Jalali calendar, with the Gregorian day beside it."""
        if day is None:
            return ""
        if self.code != "fa":
            return day.isoformat()
        import jdatetime  # type: ignore[import-untyped]  # noqa: PLC0415 - of one language

        jalali = jdatetime.date.fromgregorian(date=day)
        written = f"{jalali.year}/{jalali.month:02}/{jalali.day:02}"
        return f"{self.digits(written)} ({day.isoformat()})"

    def partial(self, day: PartialDate | None) -> str:
        """Write a date of which the month or the day may not be known; a year stays Gregorian."""
        if day is None:
            return ""
        return self.day(day.first) if day.first == day.last else self.digits(day.text)

    def list(self, texts: Iterable[str]) -> str:
        """Write texts as a list on one line."""
        return ("\u060c " if self.code == "fa" else ", ").join(texts)

    def moment(self, moment: datetime | None) -> str:
        """Write a moment with its time zone."""
        if moment is None:
            return ""
        clock = moment.strftime("%H:%M:%S")
        zone = moment.strftime("%z")
        return f"{self.day(moment.date())} {self.digits(clock)} {zone}"

    def prose(self, text: str) -> str:
        """Write the figures inside a text in the digits of the language; codes stay as they are."""
        if self.code == ENGLISH:
            return text
        return _DIGITS.sub(lambda match: self.digits(match[0]), text)

    def city(self, name: str, local: str | None) -> str:
        """Name a city: by its local name where that is in the script of the language."""
        is_local = local is not None and self.rtl and _ARABIC_SCRIPT.search(local)
        return str(local) if is_local else name

    def heading(self, heading: str) -> str:
        """Translate a heading of a table or of a sheet."""
        return self.text(heading)

    def columns(self, columns: Sequence[Column]) -> Sequence[Column]:
        """Translate the headings of columns, and what stands for a missing value."""
        return [
            replace(one, title=self.text(one.heading), absent=self.text(one.absent))
            if one.absent
            else replace(one, title=self.text(one.heading))
            for one in columns
        ]


def _same(text: str) -> str:
    return text


@cache
def language_named(code: str | None) -> Language:
    """Return a language by its code; English where none is named. Raises `UnknownLanguage`."""
    wanted = (code or ENGLISH).strip().casefold().replace("_", "-")
    if wanted not in LANGUAGES:
        raise UnknownLanguage(
            f"There is no language {code!r}.", next_step=did_you_mean(wanted, LANGUAGES) or None
        )
    text = _same if wanted == ENGLISH else _catalogue(wanted).gettext
    return Language(wanted, LANGUAGES[wanted], _never_empty(text))


def _never_empty(text: Callable[[str], str]) -> Callable[[str], str]:
    """Leave an empty text empty: a catalogue answers it with its own head."""
    return lambda message: text(message) if message else message


def _catalogue(code: str) -> catalogues.GNUTranslations:
    path = files("ledger.reports") / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return catalogues.GNUTranslations(file)
