"""Turn one row's text cells into values, noting every bad cell instead of stopping at the first.

Own converters, not pydantic: its numbers accept `1_000`, `1e5` and Persian digits beside Latin
ones without asking, its messages speak to programmers, and a plain function per cell is faster.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from ledger.core.characters import find_hidden_character, is_blank
from ledger.core.dates import InvalidDate, is_jalali, parse_day
from ledger.core.errors import LedgerError
from ledger.core.numbers import normalise_digits, plain_numeral, read_fraction, whole_numeral
from ledger.core.partial_dates import PartialDate, parse_partial_date
from ledger.core.quantity import MAX_AMOUNT, Unit, parse_amount
from ledger.core.suggest import did_you_mean
from ledger.core.text import MAX_TEXT, clean_text, find_control_character
from ledger.deals.deal import decimal_rate, exact_text, significant_rate
from ledger.interchange.problems import SUGGESTIONS, ImportProblem, Place
from ledger.origins.links import BadOrigin, parse_origin
from ledger.rates.rates import RateFault, read_rate
from ledger.registers.pairs import APPROACH_DAYS
from ledger.registers.table import MAX_WHOLE

MAX_CODE = 64
_MOST_DECIMALS = 18
_MINUS = ("-", "\N{MINUS SIGN}")
_WHOLE_DIGITS, _DECIMAL_DIGITS = 13, 15
_FORMULA_SIGNS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the beginning of a formula, the wide signs of East Asia too."""
_NEUTRALISED = re.compile(f"'+[{re.escape(_FORMULA_SIGNS)}]")
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}

V = TypeVar("V")


def plain_text(cell: str) -> str:
    """Undo the apostrophe by which an export keeps a spreadsheet from running a formula."""
    return cell[1:] if cell.startswith("'") and _NEUTRALISED.match(cell) else cell


def neutral_text(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run; `plain_text` undoes it."""
    bare = text.lstrip("'")
    return f"'{text}" if bare and bare[0] in _FORMULA_SIGNS else text


@dataclass(slots=True)
class Lookups:
    """What the cells of one import are read by, and the problems found so far.

    Words looked up once are remembered, good or bad: a table names the same country, sector or
    currency in row after row.
    """

    units: Mapping[str, Unit]
    today: dt.date
    problems: list[ImportProblem] = field(default_factory=list)
    seen: dict[tuple[object, str], object] = field(default_factory=dict)
    approach_days: int = APPROACH_DAYS
    """How long an answer to an approach is waited for, where its row does not say."""
    jalali: dict[str, dt.date] = field(default_factory=dict)
    """The Jalali dates that were converted."""
    suggested: int = 0

    def suggestion(self, text: str, choices: tuple[str, ...]) -> str:
        """Suggest the nearest choice, for the first wrong words only."""
        self.suggested += 1
        return did_you_mean(text, choices) if self.suggested <= SUGGESTIONS else ""


@dataclass(slots=True)
class Cells:
    """One row, its place, and the columns that hold something."""

    place: Place
    values: Mapping[str, str]
    lookups: Lookups
    columns: Mapping[str, str]
    bad: bool = False

    def problem(self, column: str | None, code: str, what: str, next_step: str = "") -> None:
        """Note one thing wrong with this row, at the column as its own file calls it."""
        self.bad = True
        shown = self.columns.get(column, column) if column else None
        self.lookups.problems.append(self.place.problem(shown, code, what, next_step))

    def raw(self, column: str) -> str | None:
        """Give a cell's text, None where it is empty or its column absent."""
        return self.values.get(column) or None

    def require(self, *columns: str) -> None:
        """Note each of these cells that is empty."""
        for column in columns:
            if self.raw(column) is None:
                self.problem(column, "missing-value", f"The {column} is missing.")

    def text(self, column: str) -> str | None:
        """Give NFC text without control characters, of bounded length."""
        cell = self.values.get(column) or None
        if cell is None or (cell.isascii() and cell.isalnum() and len(cell) <= MAX_CODE):
            return cell
        text = clean_text(plain_text(cell))
        if len(text) > MAX_TEXT:
            what = f"The {column} has {len(text):,} characters; at most {MAX_TEXT:,} are kept."
            self.problem(column, "too-long", what)
        control = find_control_character(text)
        if control is not None:
            what = f"The {column} holds the control character {control}."
            self.problem(column, "control-character", what)
        return text or None

    def need_text(self, column: str) -> str:
        """Give the text of a required cell."""
        text = self.text(column)
        if text is None:
            self.problem(column, "missing-value", f"The {column} is missing.")
        return text or ""

    def seen_text(self, column: str, *, required: bool = False) -> str | None:
        """Give the text of a term of a register, in which nothing hides: see `characters`."""
        text = self.need_text(column) if required else self.text(column)
        if not text or text.isascii():
            return text
        if is_blank(text):
            what = f"The {column} has no character that can be seen."
            self.problem(column, "control-character", what)
        elif (hidden := find_hidden_character(text)) and not find_control_character(text):
            what = f"The {column} holds {hidden}, a character that cannot be seen."
            self.problem(column, "control-character", what)
        return text

    def texts(self, column: str) -> tuple[str, ...]:
        """Give the words of a list cell, in order, each once."""
        text = self.text(column)
        if text is None:
            return ()
        parts = (part.strip() for part in text.split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    def code(self, column: str) -> str | None:
        """Give a code: no spaces, no `;`, no control characters, at most 64 characters."""
        cell = self.values.get(column) or None
        return None if cell is None else self._checked_code(column, plain_text(cell))

    def need_code(self, column: str) -> str:
        """Give the code of a required cell."""
        self.require(column)
        return self.code(column) or ""

    def codes(self, column: str) -> tuple[str, ...]:
        """Give the codes of a list cell, in order, each once."""
        return tuple(self._checked_code(column, part) for part in self.texts(column))

    def _checked_code(self, column: str, code: str) -> str:
        if code.isascii() and len(code) <= MAX_CODE and code.replace("-", "").isalnum():
            return code
        code = unicodedata.normalize("NFC", code)
        if len(code) > MAX_CODE:
            what = f"The code {code[:20]!r}… has {len(code)} characters; at most {MAX_CODE} fit."
            self.problem(column, "bad-code", what)
        elif any(mark == ";" or mark.isspace() or not mark.isprintable() for mark in code):
            what = f"The code {code!r} holds a space, a semicolon or a control character."
            self.problem(column, "bad-code", what, "Codes are short: letters, digits, hyphens.")
        elif not any(mark.isalnum() for mark in code) or is_blank(code):
            what = f"The code {code!r} holds no letter and no digit."
            self.problem(column, "bad-code", what, "Codes are short: letters, digits, hyphens.")
        return code

    def origin(self, column: str) -> str | None:
        """Give what a record came from as `kind:code`."""
        cell = self.values.get(column) or None
        if cell is None:
            return None
        try:
            origin = parse_origin(plain_text(cell))
        except BadOrigin as error:
            self.refused(column, error)
            return None
        return origin._replace(code=self._checked_code(column, origin.code)).text

    def date(self, column: str) -> dt.date | None:
        """Give a date: ISO 8601, or a Jalali one, which is converted."""
        cell = self.values.get(column) or None
        if cell is None:
            return None
        match = self.lookups.seen.get(("date", cell))
        if isinstance(match, dt.date):
            return match
        try:
            day = parse_day(cell)
        except InvalidDate as error:
            self.problem(column, "bad-date", error.what, error.next_step)
            return None
        self.lookups.seen["date", cell] = day
        if is_jalali(cell):
            self.lookups.jalali[cell] = day
        return day

    def past_date(self, column: str) -> dt.date | None:
        """Give a date that is not in the future: no act and no declaration is."""
        day = self.date(column)
        if day is not None and day > self.lookups.today:
            self._future(column, day)
        return day

    def partial_date(self, column: str, *, past: bool = False) -> PartialDate | None:
        """Give a year, a month or a date; one of the past begins on today or earlier."""
        cell = self.values.get(column) or None
        if cell is None:
            return None
        try:
            found = parse_partial_date(cell)
        except InvalidDate as error:
            self.problem(column, "bad-date", error.what, error.next_step)
            return None
        if is_jalali(cell):
            self.lookups.jalali[cell] = found.first
        if past and found.first > self.lookups.today:
            self._future(column, found)
        return found

    def _future(self, column: str, day: object) -> None:
        what = f"The {column} {day} lies in the future (today is {self.lookups.today})."
        self.problem(column, "future-date", what, "An act is recorded once it has happened.")

    def need_past_date(self, column: str) -> dt.date:
        """Give the date of a required cell, not in the future."""
        self.require(column)
        return self.past_date(column) or self.lookups.today

    def yes_no(self, column: str, *, default: bool | None) -> bool | None:
        """Give yes, no, true, false, 1 or 0 as a truth value."""
        cell = self.values.get(column) or None
        if cell is None:
            return default
        match = _YES_NO.get(cell.casefold())
        if match is None:
            self.problem(column, "not-yes-no", f"{cell!r} is neither yes nor no.")
        return bool(match)

    def whole(self, column: str, least: int = 0, most: int = MAX_WHOLE) -> int | None:
        """Give a whole number within bounds; zeros after the point are no fraction."""
        cell = self.values.get(column) or None
        if cell is None:
            return None
        number = whole_numeral(cell)
        if number is None or number >= 10**_WHOLE_DIGITS:
            what = f"{cell!r} is not a whole number."
            self.problem(column, "not-whole", what, "Write digits only, without a separator.")
            return None
        if not least <= number <= most:
            what = f"The {column} {number} is not between {least} and {most}."
            self.problem(column, "out-of-range", what)
        return number

    def decimal(self, column: str) -> Decimal | None:
        """Give a decimal that is not negative, exactly as written."""
        cell = self.values.get(column) or None
        if cell is None:
            return None
        numeral = plain_numeral(normalise_digits(cell))
        number = None if numeral is None else numeral.shortened(_MOST_DECIMALS)
        if number is None or number.digits >= 10 ** (_DECIMAL_DIGITS + number.decimals):
            what = f"{cell!r} is not a plain decimal number."
            self.problem(column, "bad-number", what, "Write it like 0.25, without any other sign.")
            return None
        return number.exact

    def signed_decimal(self, column: str, least: int, most: int) -> Decimal | None:
        """Give a decimal within bounds, which may be below zero, exactly as written."""
        cell = self.values.get(column) or None
        text = "" if cell is None else normalise_digits(cell)
        is_negative = text.startswith(_MINUS)
        numeral = plain_numeral(text[1:] if is_negative else text)
        if cell is None:
            return None
        if numeral is None or numeral.decimals > _MOST_DECIMALS:
            what = f"{cell!r} is not a plain decimal number."
            self.problem(column, "bad-number", what, "Write it like 36.2974 or -23.5475.")
            return None
        number = -numeral.exact if is_negative and numeral.digits else numeral.exact
        if not least <= number <= most:
            what = f"The {column} {number:f} is not between {least} and {most}."
            self.problem(column, "out-of-range", what)
        return number

    def rate(self, column: str) -> Decimal | None:
        """Give an exchange rate, by the one grammar of rates."""
        cell = self.values.get(column) or None
        if cell is None:
            return None
        match = read_rate(cell)
        if isinstance(match, RateFault):
            self.problem(column, match.code, match.what, match.next_step)
            return None
        return match

    def deal_rate(self) -> Decimal | Fraction | None:
        """Give the rate of a deal: `rate_exact` wins over `rate`, which has to agree with it."""
        cell = self.raw("rate_exact")
        if cell is None:
            return self.rate("rate")
        exact = read_fraction(cell)
        if exact is None:
            what = f"{cell!r} is not a fraction of two whole numbers above zero."
            self.problem("rate_exact", "bad-number", what, "Write it like 217/200.")
            return None
        return self._agreeing_rate(exact)

    def _agreeing_rate(self, exact: Fraction) -> Decimal | Fraction:
        cell = self.raw("rate")
        numeral = None if cell is None else plain_numeral(normalise_digits(cell))
        if cell is None:
            return exact
        rounded = significant_rate(decimal_rate(exact))
        if numeral is None or significant_rate(numeral.exact) != rounded:
            what = f"The rate {cell!r} is not {exact_text(exact)}, which is {rounded:f}."
            self.problem("rate", "rates-differ", what, "Leave one of the two cells empty.")
            return exact
        return numeral.exact if numeral.exact == exact else exact

    def amount(self, column: str, unit: Unit | None, unsigned: str | None = None) -> int | None:
        """Give a positive quantity in the smallest part of the unit.

        `unsigned` is the text of the cell without its sign, if it has one.
        """
        cell = self.raw(column) if unsigned is None else unsigned
        if not cell or unit is None:
            return None
        try:
            amount = parse_amount(cell, unit)
        except LedgerError as error:
            self.refused(column, error)
            return None
        if amount <= 0:
            what = f"The {column} is zero; a quantity is more than nothing."
            self.problem(column, "zero-quantity", what, "Leave the cell empty if it is not known.")
        elif amount > MAX_AMOUNT:
            what = f"The {column} {cell} is more than one act can move."
            self.problem(column, "too-much", what, "Look for a wrong scale, thousands or millions.")
        return amount

    def signed_amount(self, column: str, unit: Unit | None) -> int | None:
        """Give a quantity that may carry a minus: a revision down."""
        cell = self.values.get(column) or None
        if cell is None or not cell.startswith("-"):
            return self.amount(column, unit)
        amount = self.amount(column, unit, cell[1:])
        return None if amount is None else -amount

    def choice(self, column: str, choices: tuple[str, ...], kind: str) -> str | None:
        """Give one of a few words, ignoring case."""
        cell = self.values.get(column) or None
        return None if cell is None else self._chosen(column, cell, choices, kind)

    def choices(self, column: str, choices: tuple[str, ...], kind: str) -> tuple[str, ...]:
        """Give the words of a list cell, each one of a few, ignoring case."""
        chosen = (self._chosen(column, one, choices, kind) for one in self.texts(column))
        return tuple(dict.fromkeys(word for word in chosen if word is not None))

    def _chosen(self, column: str, cell: str, choices: tuple[str, ...], kind: str) -> str | None:
        word = cell.casefold()
        if word in choices:
            return word
        article = "an" if kind[0] in "aeiou" else "a"
        what = f"{cell!r} is not {article} {kind}."
        hint = self.lookups.suggestion(word, choices) or f"It is one of {', '.join(choices)}."
        self.problem(column, "unknown-word", what, hint)
        return None

    def unit(self, column: str = "unit") -> Unit | None:
        """Give a unit by its code; in upper or lower case."""
        self.require(column)
        cell = self.values.get(column) or None
        if cell is None:
            return None
        units = self.lookups.units
        match = units.get(cell) or units.get(cell.upper()) or units.get(cell.lower())
        if match is None:
            hint = self.lookups.suggestion(cell, tuple(units))
            self.problem(column, "unknown-unit", f"There is no unit {cell!r}.", hint)
        return match

    def known(self, column: str, text: str, find: Callable[[str], V]) -> V | None:
        """Look a word up in a reference table, once per import; None with a problem if unknown."""
        key = (find, text)
        match = self.lookups.seen.get(key)
        if match is None:
            try:
                match = find(text)
            except LedgerError as error:
                match = error
            self.lookups.seen[key] = match
        if isinstance(match, LedgerError):
            self.refused(column, match)
            return None
        return match  # type: ignore[return-value]  # the key holds the function that made it

    def known_each(self, column: str, find: Callable[[str], str]) -> tuple[str, ...]:
        """Look up each word of a list cell and give the codes found, each once."""
        codes = (self.known(column, word, find) for word in self.texts(column))
        return tuple(dict.fromkeys(code for code in codes if code is not None))

    def refused(self, column: str, error: LedgerError) -> None:
        """Note a refusal of the domain at the cell that caused it."""
        self.problem(column, error.code, error.what, error.next_step)
