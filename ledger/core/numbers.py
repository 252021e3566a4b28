"""Parse typed numbers exactly, in Latin, Persian or Arabic digits, without guessing.

The decimal mark is the point (or U+066B). Group marks are the comma, U+066C, and the no-break, thin
and figure spaces, always before every third digit. A comma that could be a decimal mark is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final, NamedTuple

from ledger.core.errors import InvalidInput
from ledger.core.quantity_errors import (
    AmbiguousNumber,
    BadGrouping,
    ExponentNotation,
    NegativeQuantity,
    NotANumber,
    QuantityTooLarge,
    quote_text,
)

_Match = re.Match[str]


class Pattern:
    """A regular expression that is compiled when it is first used, as few are by one command.

    Its methods are those of `re.Pattern`.
    """

    def __init__(self, text: str, flags: int = 0) -> None:
        """Take the expression; whether it is valid shows where it is used."""
        self._text, self._flags = text, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._text, self._flags)

    @cached_property
    def match(self) -> Callable[[str], _Match | None]:
        """Match at the beginning of a text."""
        return self._compiled.match

    @cached_property
    def fullmatch(self) -> Callable[[str], _Match | None]:
        """Match a whole text."""
        return self._compiled.fullmatch

    @cached_property
    def sub(self) -> Callable[[str, str], str]:
        """Replace every match in a text."""
        return self._compiled.sub


LATIN_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
"""Persian (U+06F0) and Arabic (U+0660) digits to Latin ones; digits of other scripts are
refused."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u2066\u2067\u2068\u2069"))
# Direction marks are pasted along with Persian text. Those that only mark are dropped;
# the overrides (U+202A to U+202E) can show a number backwards, so they are refused.

_DECIMAL_MARKS = ".\u066b"
_COMMAS = ",\u060c"
_SPACES = "\u00a0\u2007\u2009\u202f"
_GROUP_MARKS = _COMMAS + "\u066c" + _SPACES
_MINUS = "-\u2212\u2012\u2013\u2014"
_MOST_DIGITS = 40

_NUMERAL = Pattern(rf"[{_MINUS}+(]*[ ]?(?:[0-9.\u066b,\u060c\u066c'\u2019_]|[{_SPACES}](?=[0-9]))*")
_EXPONENT = Pattern(r"[eE][+\-\u2212]?[0-9]|\s*[*x\u00d7]\s*10\b")
_PLAIN = Pattern(rf"(?P<whole>[0-9]+)(?:[{_DECIMAL_MARKS}](?P<part>[0-9]+))?")
_GROUPED = Pattern(
    rf"(?P<whole>[1-9][0-9]{{0,2}}(?P<mark>[{_GROUP_MARKS}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)"
    rf"(?:[{_DECIMAL_MARKS}](?P<part>[0-9]+))?"
)
_FRACTION = Pattern(r"(0*[1-9][0-9]{0,119})/(0*[1-9][0-9]{0,119})")
_LONE_COMMA = Pattern(rf"(?P<left>[0-9]+)[{_COMMAS}](?P<right>[0-9]+)")
_POINT_GROUPS = Pattern(rf"[0-9]{{1,3}}(?:\.[0-9]{{3}})+[{_COMMAS}][0-9]+|[0-9]+(?:\.[0-9]+){{2,}}")


class Numeral(NamedTuple):
    """An exact number: `digits` divided by ten to the power of `decimals`."""

    digits: int
    decimals: int

    def shortened(self, places: int) -> Numeral | None:
        """Return the same number with at most `places` decimals; None if that would round it.

        Also None where the decimals can be a group of thousands, as in 400.000.
        """
        if self.decimals <= places:
            return self
        digits, remainder = divmod(self.digits, 10 ** (self.decimals - places))
        return None if remainder or self._may_be_grouped else Numeral(digits, places)

    @property
    def _may_be_grouped(self) -> bool:
        return self.decimals == 3 and 1 <= self.digits // 1000 <= 999  # noqa: PLR2004 - a group

    @property
    def exact(self) -> Decimal:
        """The number as a decimal, with as many places as it was written with."""
        return Decimal((0, tuple(map(int, str(self.digits))), -self.decimals))


def normalise_digits(text: str) -> str:
    """Convert digits to Latin ones, drop direction marks and trim the ends."""
    if not text.isascii():
        text = text.translate(_INVISIBLE).translate(LATIN_DIGITS)
    return text.strip()


def split_numeral(text: str) -> tuple[str, str]:
    """Split normalised text into the number at its start and the rest.

    Raises ExponentNotation for 1e5 and similar: the letter is not a unit.
    """
    match = _NUMERAL.match(text)
    assert match is not None, "the pattern also matches nothing at all"
    numeral, rest = match.group().rstrip(), text[match.end() :]
    if numeral and _EXPONENT.match(rest):
        raise ExponentNotation(f"{quote_text(text)} is written with an exponent.")
    return numeral, rest.strip()


def read_numeral(numeral: str) -> Numeral:
    """Parse a normalised number; raises the class that says what is wrong with it."""
    if sum(map(str.isdigit, numeral)) > _MOST_DIGITS:
        raise QuantityTooLarge(f"{quote_text(numeral)} has more than {_MOST_DIGITS} digits.")
    if numeral.startswith((*_MINUS, "(")):  # accountants write (5) for -5
        raise NegativeQuantity(f"{quote_text(numeral)} is below zero.")
    match = _PLAIN.fullmatch(numeral) or _grouped(numeral)
    if match is None:
        raise _why_not(numeral)
    whole = match["whole"]
    if not whole.isdigit():
        whole = re.sub(rf"[{_GROUP_MARKS}]", "", whole)
    part = match["part"] or ""
    return Numeral(int(whole + part), len(part))


def plain_numeral(text: str) -> Numeral | None:
    """Parse normalised text as digits with at most one decimal mark; None for anything else."""
    match = _PLAIN.fullmatch(text) if len(text) <= _MOST_DIGITS else None
    if match is None:
        return None
    part = match["part"] or ""
    return Numeral(int(match["whole"] + part), len(part))


def whole_numeral(text: str) -> int | None:
    """Parse typed text as a whole number; decimals that are all zero lose nothing (`12.0`)."""
    numeral = plain_numeral(normalise_digits(text))
    if numeral is None:
        return None
    whole = numeral.shortened(0)
    return None if whole is None else whole.digits


class BadCount(InvalidInput, code="bad-count"):
    """A number of months or days is no whole number, or implausibly large."""

    default_next = "Write it in digits, like 24."


LARGEST_COUNT: Final = 1200
"""The largest number that `parse_count` takes unless told: a hundred years of months."""


def parse_count(text: str, words: str, *, most: int = LARGEST_COUNT) -> int:
    """Parse a whole number of what `words` name, 1 at least. Raises `BadCount`."""
    number = whole_numeral(text)
    if number is None or not 1 <= number <= most:
        raise BadCount(
            f"{text!r} is no number of {words}.",
            why=f"It is a whole number from 1 to {most:,}.",
        )
    return number


def read_fraction(text: str) -> Fraction | None:
    """Parse `numerator/denominator`, both whole and above zero; None for anything else."""
    match = _FRACTION.fullmatch(normalise_digits(text))
    return None if match is None else Fraction(int(match[1]), int(match[2]))


def _grouped(numeral: str) -> re.Match[str] | None:
    match = _GROUPED.fullmatch(numeral)
    if match is None or match["mark"] not in _COMMAS or match["part"]:
        return match
    # One comma and nothing after it is ambiguous: 1,234 is 1234 in one country, 1.234 in another.
    return None if match["whole"].count(match["mark"]) == 1 else match


def _why_not(numeral: str) -> NotANumber | AmbiguousNumber | BadGrouping:
    if lone := _LONE_COMMA.fullmatch(numeral):
        return _ambiguous_comma(numeral, lone["left"], lone["right"])
    if _POINT_GROUPS.fullmatch(numeral):
        return AmbiguousNumber(
            f"{quote_text(numeral)} uses the point as a group mark.",
            why="The point is the decimal mark; in some countries it groups thousands.",
            next_step="Write it without group marks and with a decimal point: 1234.56.",
        )
    if "_" in numeral:
        return NotANumber(
            f"{quote_text(numeral)} has an underscore.",
            why="Underscores group digits in programs, not in amounts.",
        )
    if numeral.startswith("+"):
        return NotANumber(
            f"{quote_text(numeral)} has a plus sign.",
            why="Quantities are positive; a sign suggests a change of another quantity.",
        )
    if re.fullmatch(rf"[0-9{_GROUP_MARKS}'\u2019]+(?:[{_DECIMAL_MARKS}][0-9]+)?", numeral):
        return BadGrouping(f"{quote_text(numeral)} is not grouped in threes by one comma or space.")
    return NotANumber(f"{quote_text(numeral)} is not a number.")


def _ambiguous_comma(numeral: str, left: str, right: str) -> AmbiguousNumber:
    return AmbiguousNumber(
        f"{quote_text(numeral)} can be read in two ways: {left}.{right} or {left}{right}.",
        why="The comma is a decimal mark in some countries and a group mark in others.",
        next_step=f"Write {left}.{right} or {left}{right}.",
    )


def format_decimal(number: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
