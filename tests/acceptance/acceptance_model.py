"""A small model of what the books must say, written from the rules alone.

It shares nothing with the program: whole numbers of the smallest part, exact fractions, and
loops over every pair where the program uses an index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

DECIMALS = {
    "EUR": 2,
    "USD": 2,
    "IRR": 2,
    "NGN": 2,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "TND": 3,
    "person-day": 2,
    "person-month": 2,
    "km": 3,
    "package": 0,
    "station": 0,
    "vehicle": 0,
}


def parts(text: str, unit: str) -> int:
    """Count the smallest parts in a plain amount."""
    whole, _, after = text.partition(".")
    digits = DECIMALS[unit]
    assert len(after) <= digits
    return int(whole + after.ljust(digits, "0"))


def written(amount: int, unit: str) -> str:
    """Write an amount with all the decimals of its unit."""
    digits = DECIMALS[unit]
    if not digits:
        return str(amount)
    sign = "-" if amount < 0 else ""
    text = str(abs(amount)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def half_even(value: Fraction, places: int = 0) -> Fraction:
    """Round to so many decimal places, ties to the even digit (as `round` does for fractions)."""
    return Fraction(round(value * 10**places), 10**places)


def ceiling(value: Fraction) -> int:
    """Round up to a whole number."""
    return -(-value.numerator // value.denominator)


NEED_STAGES = ("open", "held", "committed", "delivered", "withdrawn")
OFFER_STAGES = ("available", "held", "committed", "delivered", "withdrawn", "expired")


@dataclass
class Deal:
    """What lives of one deal on each side, and the rate between them."""

    rate: Fraction
    need: Counter[str] = field(default_factory=Counter)
    offer: Counter[str] = field(default_factory=Counter)


@dataclass
class Pair:
    """One need and one offer, in any two units, and the deals between them."""

    need_unit: str
    offer_unit: str
    need: Counter[str]
    offer: Counter[str]
    deals: dict[str, Deal] = field(default_factory=dict)

    def worth(self, part: int, rate: Fraction) -> int:
        """Give the offer's side of a hold, which rounds up so that no need is left short."""
        scale = Fraction(10) ** (DECIMALS[self.offer_unit] - DECIMALS[self.need_unit])
        return ceiling(part * rate * scale)

    def hold(self, code: str, part: int, rate: Fraction, stage: str = "held") -> bool:
        """Hold or commit a part of the need at a rate; say whether both sides have room."""
        deal = self.deals.get(code) or Deal(rate)
        other = self.worth(part, deal.rate)
        if part > self.need["open"] or other > self.offer["available"] or part <= 0:
            return False
        self.deals[code] = deal
        self._shift(deal, "open", "available", stage, stage, part, other)
        return True

    def move(self, code: str, source: str, target: str, part: int) -> bool:
        """Move a part of a deal on, or back to where both sides are free ("free")."""
        deal = self.deals[code]
        if part <= 0 or part > deal.need[source]:
            return False
        other = deal.offer[source] * part // deal.need[source]
        free = target == "free"
        self._shift(
            deal,
            source,
            source,
            "open" if free else target,
            "available" if free else target,
            part,
            other,
        )
        return True

    def _shift(
        self,
        deal: Deal,
        need_from: str,
        offer_from: str,
        need_to: str,
        offer_to: str,
        part: int,
        other: int,
    ) -> None:
        for whole, own, source, target, amount in (
            (self.need, deal.need, need_from, need_to, part),
            (self.offer, deal.offer, offer_from, offer_to, other),
        ):
            whole[source] -= amount
            whole[target] += amount
            own[source] -= amount
            own[target] += amount

    def need_side(self, code: str) -> dict[str, str]:
        """Give the need as a receipt writes it."""
        stages = {stage: written(self.need[stage], self.need_unit) for stage in NEED_STAGES}
        return {"code": code, "unit": self.need_unit, **stages}

    def offer_side(self, code: str) -> dict[str, str]:
        """Give the offer as a receipt writes it."""
        stages = {stage: written(self.offer[stage], self.offer_unit) for stage in OFFER_STAGES}
        return {"code": code, "unit": self.offer_unit, **stages}


@dataclass(frozen=True)
class Published:
    """One row of rates."""

    day: str
    base: str
    quote: str
    rate: Fraction


def find_rate(rates: Iterable[Published], base: str, quote: str, day: str) -> Fraction | None:
    """Find a rate: direct, else inverse, else through the euro, to twelve places half-even."""
    if base == quote:
        return Fraction(1)
    rates = list(rates)
    found = _one_step(rates, base, quote, day)
    if found is None:
        there = _one_step(rates, base, "EUR", day)
        back = _one_step(rates, "EUR", quote, day)
        found = None if there is None or back is None else there * back
    return None if found is None else half_even(found, 12)


def _one_step(rates: list[Published], base: str, quote: str, day: str) -> Fraction | None:
    if base == quote:
        return Fraction(1)
    direct = _latest(rates, base, quote, day)
    if direct is not None:
        return direct
    inverse = _latest(rates, quote, base, day)
    return None if inverse is None else 1 / inverse


def _latest(rates: list[Published], base: str, quote: str, day: str) -> Fraction | None:
    known = [each for each in rates if (each.base, each.quote) == (base, quote)]
    known = [each for each in known if each.day <= day]
    return max(known, key=lambda each: each.day).rate if known else None
