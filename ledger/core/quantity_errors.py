"""Every way a typed quantity can be refused, one class each."""

from __future__ import annotations

from ledger.core.errors import InvalidInput

_LONGEST_SHOWN = 60


def quote_text(text: str) -> str:
    """Quote what was typed for a message: shortened, and without characters that act on screens."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return f'"{plain}"' if len(plain) <= _LONGEST_SHOWN else f'"{plain[:_LONGEST_SHOWN]}…"'


class BadQuantity(InvalidInput):
    """Base of all refusals of a typed quantity. Never raised itself."""

    code = "bad-quantity"
    default_next = "Write it like 40M EUR, 1250000.50 EUR or 120 person-day."


class EmptyQuantity(BadQuantity):
    """Nothing was typed where a quantity belongs."""

    code = "empty-quantity"
    default_why = "An empty quantity would be read as zero by some and as unknown by others."


class NotANumber(BadQuantity):
    """The part that should be a number has something in it that no number has."""

    code = "not-a-number"
    default_why = "A number is made of digits, at most one decimal point, and group marks."


class ExponentNotation(BadQuantity):
    """A number in a spreadsheet's or a calculator's notation, such as 1e5."""

    code = "exponent-notation"
    default_why = "Numbers with an exponent come from rounded cells and may have lost digits."
    default_next = "Write it out, or with k, M, bn or tn: 100k EUR."


class AmbiguousNumber(BadQuantity):
    """The comma or the point can be read as a decimal mark or as a group mark."""

    code = "ambiguous-number"


class BadGrouping(BadQuantity):
    """Group marks that do not stand before every third digit, or are not all the same."""

    code = "bad-grouping"
    default_why = "Digits are grouped in threes from the right, by one and the same mark."
    default_next = "Write it without group marks, or like 1,234,567.00."


class AmbiguousMultiplier(BadQuantity):
    """A short form that means different powers of ten to different people."""

    code = "ambiguous-multiplier"
    default_next = "Write thousand (k), million (M), billion (bn) or trillion (tn)."


class UnknownMultiplier(BadQuantity):
    """A word between number and unit that is no power of ten the ledger knows."""

    code = "unknown-multiplier"
    default_why = "Only thousand (k), million (M, mn), billion (bn) and trillion (tn) are known."


class NegativeQuantity(BadQuantity):
    """A quantity below zero."""

    code = "negative-quantity"
    default_why = "Quantities are positive; what is given back or taken off is an act of its own."
    default_next = "Write it without the sign, in the release, return, withdraw or reverse command."


class ZeroQuantity(BadQuantity):
    """A quantity of nothing."""

    code = "zero-quantity"
    default_why = "A quantity of zero moves nothing; one that is not yet known is left empty."
    default_next = "Give a quantity above zero, or leave it out."


class TooManyDecimals(BadQuantity):
    """More decimals than the unit's smallest part can hold."""

    code = "too-many-decimals"


class QuantityTooLarge(BadQuantity):
    """More than the ledger can hold of one unit: 10^17 smallest parts."""

    code = "quantity-too-large"
    default_why = "The ledger holds at most 10^17 of a unit's smallest part in one quantity."
    default_next = "Check the number of zeros and the multiplier."


class MissingUnit(BadQuantity):
    """A number without a unit where none can be supposed."""

    code = "missing-unit"
    default_why = "A number without its unit is no quantity, and no unit is ever supposed."


class UnknownUnit(BadQuantity):
    """A unit that is not in the ledger's table of units."""

    code = "unknown-unit"
    default_next = "Use an ISO 4217 code or a work unit; `cityfund unit add` adds others."


class AmbiguousUnit(BadQuantity):
    """A unit that, without its exact capitals, fits several units or a multiplier as well."""

    code = "ambiguous-unit"


class UnitGivenTwice(BadQuantity):
    """Two different units for one number."""

    code = "unit-given-twice"
    default_why = "A quantity has one unit."
    default_next = "Keep one of them."


class UnitInAmount(BadQuantity):
    """A unit inside a cell whose unit stands in a column of its own."""

    code = "unit-in-amount"
    default_why = "The unit has a column of its own; two places could contradict each other."
    default_next = "Keep the number here and put the unit into the unit column."
