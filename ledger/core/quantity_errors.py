"""The refusals of a typed quantity, one class each."""

from __future__ import annotations

from ledger.core.errors import InvalidInput

_LONGEST_SHOWN = 60


def quote_text(text: str) -> str:
    """Quote typed text for a message: shortened, without characters that control a screen."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return f'"{plain}"' if len(plain) <= _LONGEST_SHOWN else f'"{plain[:_LONGEST_SHOWN]}…"'


class BadQuantity(InvalidInput, code="bad-quantity"):
    """Base of all refusals of a typed quantity. It is never raised itself."""

    default_next = "Write it like 40M EUR, 1250000.50 EUR or 120 person-day."


class EmptyQuantity(BadQuantity, code="empty-quantity"):
    """The quantity is empty."""

    default_why = "An empty quantity could mean zero or unknown."


class NotANumber(BadQuantity, code="not-a-number"):
    """The number has a character that no number has."""

    default_why = "A number has digits, at most one decimal point, and group marks."


class ExponentNotation(BadQuantity, code="exponent-notation"):
    """The number is in exponent notation, such as 1e5."""

    default_why = "A number with an exponent may come from a rounded cell and have lost digits."
    default_next = "Write all digits, or use k, M, bn or tn: 100k EUR."


class AmbiguousNumber(BadQuantity, code="ambiguous-number"):
    """The comma or the point can be read as a decimal mark or as a group mark."""


class BadGrouping(BadQuantity, code="bad-grouping"):
    """Group marks are not before every third digit, or are not all the same."""

    default_why = "Digits are grouped in threes from the right, by the same mark."
    default_next = "Write it without group marks, or like 1,234,567.00."


class AmbiguousMultiplier(BadQuantity, code="ambiguous-multiplier"):
    """An abbreviation that stands for different powers of ten."""

    default_next = "Write thousand (k), million (M), billion (bn) or trillion (tn)."


class UnknownMultiplier(BadQuantity, code="unknown-multiplier"):
    """A word between number and unit that is not a known power of ten."""

    default_why = (
        "The multipliers are thousand (k), million (M, mn), billion (bn) and trillion (tn)."
    )


class NegativeQuantity(BadQuantity, code="negative-quantity"):
    """The quantity is below zero."""

    default_why = (
        "Quantities are positive; a release, return, withdrawal or reversal is an act of its own."
    )
    default_next = "Omit the sign and use the release, return, withdraw or reverse command."


class ZeroQuantity(BadQuantity, code="zero-quantity"):
    """The quantity is zero."""

    default_why = "A quantity of zero moves nothing; an unknown one is left empty."
    default_next = "Give a quantity above zero, or omit it."


class TooManyDecimals(BadQuantity, code="too-many-decimals"):
    """The number has more decimals than the unit."""


class QuantityTooLarge(BadQuantity, code="quantity-too-large"):
    """The quantity is above `MAX_AMOUNT` smallest parts."""

    default_why = "One quantity has at most 4*10^18 smallest parts of its unit."
    default_next = "Check the number of zeros and the multiplier."


class MissingUnit(BadQuantity, code="missing-unit"):
    """A number without a unit, and no default unit applies."""

    default_why = "A quantity needs a unit; none is assumed."


class UnknownUnit(BadQuantity, code="unknown-unit"):
    """The unit is not in the ledger's table of units."""

    default_next = "Use an ISO 4217 code or a work unit; `cityfund unit add` adds others."


class AmbiguousUnit(BadQuantity, code="ambiguous-unit"):
    """Without its exact case, the unit matches several units, or a multiplier as well."""


class UnitGivenTwice(BadQuantity, code="unit-given-twice"):
    """Two different units are given for one number."""

    default_why = "A quantity has one unit."
    default_next = "Keep one of them."


class UnitInAmount(BadQuantity, code="unit-in-amount"):
    """A cell has a unit although the unit has its own column."""

    default_why = "The unit has its own column; two places could contradict each other."
    default_next = "Keep the number here and put the unit into the unit column."
