"""Quantities as people type and read them, and as the ledger stores them: whole smallest parts.

Units of money and work are defined here too, with the search for a typed unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ledger.core.numbers import Numeral, Pattern, normalise_digits, read_numeral, split_numeral
from ledger.core.quantity_errors import (
    AmbiguousMultiplier,
    AmbiguousUnit,
    BadQuantity,
    EmptyQuantity,
    MissingUnit,
    NotANumber,
    QuantityTooLarge,
    TooManyDecimals,
    UnitGivenTwice,
    UnitInAmount,
    UnknownMultiplier,
    UnknownUnit,
    ZeroQuantity,
    quote_text,
)

__all__ = [
    "CURRENCY_SIGNS",
    "CURRENCY_WORDS",
    "MAX_AMOUNT",
    "MULTIPLIERS",
    "SHARED_SIGNS",
    "Quantity",
    "Unit",
    "find_unit",
    "format_amount",
    "format_known",
    "format_quantity",
    "match_unit",
    "parse_amount",
    "parse_quantity",
    "short_quantity",
    "unknown_unit",
]

MAX_AMOUNT: Final = 4 * 10**18
"""The largest quantity of one movement, in the unit's smallest part; SQL has the same bound."""

CURRENCY_SIGNS: Final[Mapping[str, str]] = {
    "€": "EUR",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₴": "UAH",
    "₸": "KZT",
    "₦": "NGN",
    "₵": "GHS",
    "₫": "VND",
    "₱": "PHP",
    "₪": "ILS",
    "₮": "MNT",
    "₲": "PYG",
    "₭": "LAK",
    "₾": "GEL",
    "₼": "AZN",
    "฿": "THB",
    "৳": "BDT",
    "៛": "KHR",
}
"""Signs of one currency alone, each with its code."""

SHARED_SIGNS: Final = "$£¥₤₩﷼"
"""Signs that several currencies share. None is accepted."""

CURRENCY_WORDS: Final[Mapping[str, str]] = {
    "euro": "EUR",
    "یورو": "EUR",
    "rial": "IRR",
    "ریال": "IRR",
    "yen": "JPY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "rupiah": "IDR",
    "ringgit": "MYR",
    "rand": "ZAR",
    "naira": "NGN",
    "baht": "THB",
    "zloty": "PLN",
    "forint": "HUF",
    "lira": "TRY",
    "hryvnia": "UAH",
    "tenge": "KZT",
    "taka": "BDT",
    "lari": "GEL",
    "birr": "ETB",
    "cedi": "GHS",
    "dram": "AMD",
    "afghani": "AFN",
    "sterling": "GBP",
    "shekel": "ILS",
}
"""Names of currencies as people type them, where they have one reading, each with its code.

Dollars, francs, pounds and others are those of many countries. A rial is Iran's: those of Oman,
Qatar and Yemen are named by their codes.
"""

_ARABIC_FORMS: Final = {0x64A: "\u06cc", 0x643: "\u06a9"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of money or work; `decimals` is the number of decimal places of its smallest part."""

    code: str
    decimals: int
    kind: Literal["money", "work"]
    name: str


def find_unit(text: str, units: Mapping[str, Unit]) -> Unit:
    """Find a unit by its code, exact first, then in any case; raises UnknownUnit."""
    unit = match_unit(text, units)
    if unit is None:
        raise unknown_unit(text, units)
    return unit


def match_unit(text: str, units: Mapping[str, Unit]) -> Unit | None:
    """Match a unit exactly, else in any case, else as the plain plural of a unit of work.

    A currency is also matched by its sign or its name, where that is of one currency alone.

    Returns None if nothing matches; raises AmbiguousUnit if units differ only in case.
    """
    if (unit := units.get(text)) is not None:
        return unit
    key = text.casefold()
    alike = [unit for code, unit in units.items() if code.casefold() == key]
    if len(alike) > 1:
        codes = ", ".join(sorted(unit.code for unit in alike))
        raise AmbiguousUnit(
            f"{quote_text(text)} fits several units: {codes}.",
            why="They differ only in case.",
            next_step="Write the unit in its exact case.",
        )
    if alike:
        return alike[0]
    plural = [u for c, u in units.items() if u.kind == "work" and f"{c}s".casefold() == key]
    return plural[0] if len(plural) == 1 else units.get(_currency_code(key) or "")


def _currency_code(word: str) -> str | None:
    """Return the code of a currency named by its sign or by a word, also in the plural."""
    word = word.translate(_ARABIC_FORMS)
    names = (word, word.removesuffix("s"))
    return CURRENCY_SIGNS.get(word) or next(filter(None, map(CURRENCY_WORDS.get, names)), None)


def unknown_unit(text: str, units: Mapping[str, Unit]) -> UnknownUnit:
    """Build the refusal of a unit, with the nearest codes if there are any."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something went wrong

    if text in SHARED_SIGNS:
        return UnknownUnit(
            f"{quote_text(text)} is not a unit.",
            why="Several currencies share that sign; each has its own ISO 4217 code.",
            next_step="Write the code: USD, EUR, GBP, IRR.",
        )
    codes = {code.casefold(): code for code in units}
    typed = "-".join(text.casefold().split())
    # A part of a unit's name counts more than similarity: days are not Argentine pesos.
    parts = [key for key in codes if typed.removesuffix("s") in key.split("-")]
    near = parts or get_close_matches(typed, codes, n=3, cutoff=0.5)
    nearest = " or ".join(codes[key] for key in near)
    return UnknownUnit(
        f"{quote_text(text)} is not a known unit.",
        why="It is not in the ledger's table of units.",
        next_step=f"Did you mean {nearest}?" if near else None,
    )


MULTIPLIERS: Final[Mapping[str, int]] = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mn": 6,
    "million": 6,
    "bn": 9,
    "billion": 9,
    "tn": 12,
    "trillion": 12,
    "هزار": 3,
    "میلیون": 6,
    "میلیارد": 9,
    "تریلیون": 12,
}
"""Powers of ten by word, in any case: `m` and `M` are both a million, never a thousandth."""

_AMBIGUOUS_MULTIPLIERS: Final[Mapping[str, str]] = {
    "b": "b is a billion to some; others write it for bytes or barrels.",
    "t": "t can stand for a thousand, a trillion or a tonne.",
    "mm": "mm is a million to bankers, a thousandth of a metre to builders.",
}
_SHORT_FORMS: Final = ((12, "tn"), (9, "bn"), (6, "M"), (3, "k"))
_GLUED_UNIT = Pattern(r"[^\W\d_]+(?:-[^\W\d_]+)*(?=[-+\u22120-9.])")
_THOUSAND_IN_HUNDREDTHS = 100_000
_LONGEST_TEXT = 200
_PLAIN_DIGITS = 18
_SIGN_BEHIND = Pattern(rf"(?<=\w)([{''.join(CURRENCY_SIGNS)}{re.escape(SHARED_SIGNS)}])$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of a unit, in whole smallest parts (cents, hundredths of a day, metres)."""

    amount: int
    unit: Unit


def parse_quantity(
    text: str, units: Mapping[str, Unit], *, default_unit: Unit | None = None
) -> Quantity:
    """Parse `40M EUR`, `EUR 1,234,567.00` or `120 person-day`; refuse anything ambiguous.

    `default_unit` is used if no unit is typed. Every refusal is a class of
    `ledger.core.quantity_errors`.
    """
    body = _checked(text)
    head, body = _split_leading_unit(body, units)
    numeral, rest = split_numeral(body)
    if not numeral:
        raise NotANumber(f"{quote_text(text)} has no number.")
    number = read_numeral(numeral)
    exponent, tail = _multiplier_and_unit(rest, units, unit_is_known=head is not None)
    unit = _one_unit(text, head, tail, default_unit)
    return Quantity(_whole_parts(text, number, exponent, unit), unit)


def parse_amount(text: str, unit: Unit) -> int:
    """Parse a table cell with a separate unit into smallest parts, by the same grammar."""
    if len(text) <= _PLAIN_DIGITS and text.isascii():
        whole, point, part = text.partition(".")
        if whole.isdigit() and (part.isdigit() or not point):  # as most cells are
            return _whole_parts(text, Numeral(int(whole + part), len(part)), 0, unit)
    numeral, rest = split_numeral(_checked(text))
    if not numeral:
        raise NotANumber(f"{quote_text(text)} is not a number.")
    number = read_numeral(numeral)
    if not rest:
        return _whole_parts(text, number, 0, unit)
    exponent = _exponent_of(rest)
    if exponent is None:
        _refuse_digits_after_space(rest)
        raise UnitInAmount(f"{quote_text(text)} has {quote_text(rest)} after the number.")
    return _whole_parts(text, number, exponent, unit)


def format_amount(amount: int, decimals: int) -> str:
    """Format an amount of smallest parts for machines: `400000000.00`, without grouping."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def format_known(amount: int | None, decimals: int) -> str | None:
    """Format an amount for machines; None for an unknown one."""
    return None if amount is None else format_amount(amount, decimals)


def quantity_text(amount: int, unit: Unit) -> str:
    """Format an amount for machines, exact and with its unit, as a command takes it."""
    return f"{format_amount(amount, unit.decimals)} {unit.code}"


def format_quantity(amount: int, unit: Unit) -> str:
    """Format an amount for people, `400,000,000.00 EUR`, in a form that can be typed back.

    A single comma would be ambiguous, so whole numbers below a million have no group marks.
    """
    whole, point, part = format_amount(amount, unit.decimals).partition(".")
    if point or len(whole.lstrip("-")) > 6:  # noqa: PLR2004 - two groups of three
        whole = f"{int(whole):,}" if whole != "-0" else whole
    return f"{whole}{point}{part} {unit.code}"


def short_quantity(amount: int, unit: Unit) -> str:
    """Format an amount briefly: `400M EUR` if that is exact, else `≈ 1.23bn EUR`.

    It shows at most two decimals of the largest fitting multiplier, rounded half-even, and below a
    thousand the exact amount.
    """
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    fits = [form for form in _SHORT_FORMS if size >= 10 ** (unit.decimals + form[0])]
    if not fits:
        return f"{sign}{_trimmed(size, unit.decimals)} {unit.code}"
    exponent, word = fits[0]
    hundredths = _half_even(size * 100, 10 ** (unit.decimals + exponent))
    exact = hundredths * 10 ** (unit.decimals + exponent) == size * 100
    # 999,999.99 is about 1000k, which people write as 1M.
    if hundredths == _THOUSAND_IN_HUNDREDTHS and exponent < _SHORT_FORMS[0][0]:
        hundredths, word = 100, dict(_SHORT_FORMS)[exponent + 3]
    return f"{'' if exact else '≈ '}{sign}{_trimmed(hundredths, 2)}{word} {unit.code}"


def _checked(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise NotANumber(f"{quote_text(text)} is too long to be a quantity.")
    body = normalise_digits(text)
    if not body:
        raise EmptyQuantity("The quantity is empty.")
    return body


def _split_leading_unit(body: str, units: Mapping[str, Unit]) -> tuple[Unit | None, str]:
    """Parse a unit before the number: `EUR 40M`, `EUR40M`, `m2 120`."""
    if body[0] in CURRENCY_SIGNS:
        return find_unit(body[0], units), body[1:].lstrip()
    if not body[0].isalpha() and body[0] not in SHARED_SIGNS:
        return None, body
    word, rest = [*body.split(maxsplit=1), ""][:2]
    if rest and ((unit := match_unit(word, units)) or not any(map(str.isdigit, word))):
        return unit or find_unit(word, units), rest
    if glued := _GLUED_UNIT.match(body):
        return find_unit(glued.group(), units), body[glued.end() :]
    if body[0].isalpha():
        raise NotANumber(f"{quote_text(body)} has no number.")
    raise unknown_unit(body[0], units)


def _multiplier_and_unit(
    rest: str, units: Mapping[str, Unit], *, unit_is_known: bool
) -> tuple[int, Unit | None]:
    """Parse what follows the number: nothing, a multiplier, a unit, or both in this order."""
    words = _SIGN_BEHIND.sub(r" \1", rest).split()
    if not words:
        return 0, None
    _refuse_digits_after_space(rest)
    if len(words) == 1:
        return _lone_word(words[0], units, unit_is_known=unit_is_known)
    exponent = _exponent_of(words[0])
    if exponent is not None:
        return exponent, find_unit(" ".join(words[1:]), units)
    raise _why_not_words(rest, words, units)


def _lone_word(
    word: str, units: Mapping[str, Unit], *, unit_is_known: bool
) -> tuple[int, Unit | None]:
    unit = match_unit(word, units)
    multiplier = _multiplier(word)
    if multiplier is not None:
        if unit is not None and not unit_is_known:
            raise AmbiguousUnit(
                f"{quote_text(word)} is a multiplier and the unit {unit.code}.",
                why="Both readings are possible.",
                next_step=f"Write the multiplier out and name the unit: 40 thousand {unit.code}.",
            )
        return multiplier, None
    if unit is None:
        _refuse_ambiguous_multiplier(word)
        raise unknown_unit(word, units)
    return 0, unit


def _why_not_words(rest: str, words: list[str], units: Mapping[str, Unit]) -> BadQuantity:
    first, last = match_unit(words[0], units), match_unit(words[-1], units)
    if first and last:
        return UnitGivenTwice(f"{quote_text(rest)} names {first.code} and {last.code}.")
    if first and _multiplier(words[-1]) is not None:
        return UnknownUnit(
            f"{quote_text(rest)} has its multiplier after the unit.",
            why="The multiplier belongs to the number.",
            next_step=f"Write it before the unit: {words[-1]} {first.code}.",
        )
    if last:
        return UnknownMultiplier(f"{quote_text(' '.join(words[:-1]))} is not a multiplier.")
    return unknown_unit(rest, units)


def _exponent_of(word: str) -> int | None:
    _refuse_ambiguous_multiplier(word)
    return _multiplier(word)


def _multiplier(word: str) -> int | None:
    return MULTIPLIERS.get(word.lower().translate(_ARABIC_FORMS))


def _refuse_ambiguous_multiplier(word: str) -> None:
    why = _AMBIGUOUS_MULTIPLIERS.get(word.lower())
    if why is not None:
        raise AmbiguousMultiplier(f"{quote_text(word)} is an ambiguous multiplier.", why=why)


def _refuse_digits_after_space(rest: str) -> None:
    if rest[0].isdigit():
        raise NotANumber(
            f"A second number, {quote_text(rest)}, follows the first.",
            why="Digits separated by a space may be two numbers.",
            next_step="Write the digits without spaces.",
        )


def _one_unit(text: str, head: Unit | None, tail: Unit | None, default: Unit | None) -> Unit:
    if head and tail and head != tail:
        raise UnitGivenTwice(f"{quote_text(text)} names {head.code} and {tail.code}.")
    unit = head or tail or default
    if unit is None:
        raise MissingUnit(f"{quote_text(text)} has no unit.")
    return unit


def _whole_parts(text: str, number: Numeral, exponent: int, unit: Unit) -> int:
    """Convert an exact number to smallest parts; refuse zero, excess and lost decimals."""
    if number.digits == 0:
        raise ZeroQuantity(f"{quote_text(text)} is zero.")
    exact = number.shortened(unit.decimals + exponent)
    if exact is None:
        allowed = f"{unit.decimals} decimals" if unit.decimals else "no decimals"
        raise TooManyDecimals(
            f"{quote_text(text)} has more decimals than {unit.code} has.",
            why=f"{unit.code} has {allowed}, and quantities are not rounded.",
            next_step="Write the exact quantity; the point is always the decimal mark, "
            "never a group mark.",
        )
    amount: int = exact.digits * 10 ** (unit.decimals + exponent - exact.decimals)
    if amount > MAX_AMOUNT:
        raise QuantityTooLarge(f"{quote_text(text)} is more than the ledger accepts.")
    return amount


def _half_even(dividend: int, divisor: int) -> int:
    quotient, remainder = divmod(dividend, divisor)
    twice = 2 * remainder
    return quotient + (twice > divisor or (twice == divisor and quotient % 2 == 1))


def _trimmed(amount: int, decimals: int) -> str:
    written = format_amount(amount, decimals)
    return written.rstrip("0").rstrip(".") if decimals else written
