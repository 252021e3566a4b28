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
    """Find a rate: the newer of the direct and the inverse, else through the euro, exactly."""
    if base == quote:
        return Fraction(1)
    rates = list(rates)
    found = _one_step(rates, base, quote, day)
    if found is None:
        there = _one_step(rates, base, "EUR", day)
        back = _one_step(rates, "EUR", quote, day)
        found = None if there is None or back is None else there * back
    return found


def _one_step(rates: list[Published], base: str, quote: str, day: str) -> Fraction | None:
    if base == quote:
        return Fraction(1)
    direct, inverse = _latest(rates, base, quote, day), _latest(rates, quote, base, day)
    if direct is not None and (inverse is None or direct.day >= inverse.day):
        return direct.rate
    return None if inverse is None else 1 / inverse.rate


def _latest(rates: list[Published], base: str, quote: str, day: str) -> Published | None:
    known = [each for each in rates if (each.base, each.quote) == (base, quote)]
    known = [each for each in known if each.day <= day]
    return max(known, key=lambda each: each.day) if known else None


# Eligibility: every pair is looked at, every rule by itself.

REGIONS = {
    "IR": ("034", "142"),
    "IN": ("034", "142"),
    "JP": ("030", "142"),
    "FR": ("155", "150"),
    "DE": ("155", "150"),
    "KE": ("014", "202", "002"),
    "NG": ("011", "202", "002"),
    "BR": ("005", "419", "019"),
    "US": ("021", "019"),
}
"""UN M49: the groups that hold a country, narrowest first, without the world."""

REGION_NAMES = {
    "034": "Southern Asia",
    "030": "Eastern Asia",
    "155": "Western Europe",
    "202": "Sub-Saharan Africa",
    "419": "Latin America and the Caribbean",
    "021": "Northern America",
}
"""The M49 sub-regions."""

OFFICES = {"142": "asia", "150": "hq", "002": "africa", "019": "americas"}


def region_name(country: str) -> str:
    """Name the sub-region of a country."""
    return next(REGION_NAMES[code] for code in REGIONS[country] if code in REGION_NAMES)


def office_of(country: str) -> str:
    """Give the office that looks after a country."""
    return OFFICES[REGIONS[country][-1]]


Row = dict[str, str]


def words(cell: str | None) -> set[str]:
    """Give the words of a list cell."""
    return {word.strip() for word in (cell or "").split(";") if word.strip()}


@dataclass
class World:
    """All rows of a small pipeline, and where every need and offer stands on one day."""

    cities: dict[str, Row]
    projects: dict[str, Row]
    needs: dict[str, Row]
    offers: dict[str, Row]
    rates: list[Published]
    stages: dict[str, Counter[str]]
    """Of every need and offer that is declared by the day; none for unknown amounts."""
    living: dict[tuple[str, str], tuple[int, int]]
    """Of a pair (offer, need): what is held, committed and delivered, on need and offer side."""
    day: str

    def net(self, need: str) -> int:
        """Give required less withdrawn."""
        return sum(self.stages[need].values()) - self.stages[need]["withdrawn"]

    def failed(self, need: str, offer: str) -> set[str]:
        """Name the rules that a pair fails, as far as any quantity could satisfy them."""
        wants, has = self.needs[need], self.offers[offer]
        project = self.projects[wants["project"]]
        city = self.cities[project["city"]]
        failed = {
            name
            for name, holds in {
                "factor": wants["factor"] == has["factor"],
                "quantified": bool(wants["quantity"]),
                "topic": not has["topics"] or wants["topic"] in words(has["topics"]),
                "sector": _sector(project["sector"], words(has["sectors"])),
                "geography": _geography(city, has),
                "instrument": _meet(words(wants["instruments"]), words(has["instruments"])),
                "window": _within(self.day, has["valid_from"], has["valid_until"]),
                "start": not (wants["needed_by"] and has["available_from"])
                or has["available_from"] <= wants["needed_by"],
                "status": (project["status"] or "identification")
                in {"identification", "preparation", "implementation"},
            }.items()
            if not holds
        }
        money = {"EUR", "USD", "JPY", "IRR", "KWD"}
        if wants["unit"] != has["unit"] and not {wants["unit"], has["unit"]} <= money:
            failed.add("unit")
        if self._is_taken(need, offer):
            failed.add("indivisible")
        if not failed & {"factor", "quantified", "unit"}:
            failed |= self._of_quantity(need, offer, self._rate(wants["unit"], has["unit"]))
        return failed

    def _is_taken(self, need: str, offer: str) -> bool:
        """Say whether something of another offer lives in an indivisible need."""
        return self.needs[need]["divisible"] == "no" and any(
            alive[0]
            for (other, wanted), alive in self.living.items()
            if wanted == need and other != offer
        )

    def _rate(self, need_unit: str, offer_unit: str) -> Fraction | None:
        found = find_rate(self.rates, need_unit, offer_unit, self.day)
        scale = Fraction(10) ** (DECIMALS[offer_unit] - DECIMALS[need_unit])
        return None if found is None else found * scale

    def _of_quantity(self, need: str, offer: str, rate: Fraction | None) -> set[str]:
        """Test the most one could hold now, at least one smallest part.

        "room" stands for an offer with nothing available. Where nothing of the need is open, or
        no rate between two currencies is known, there is no quantity to test.
        """
        has, unit = self.offers[offer], self.offers[offer]["unit"]
        here_need, here_offer = self.living.get((offer, need), (0, 0))
        open_now, available = self.stages[need]["open"], self.stages[offer]["available"]
        low, high = (
            parts(has[column], unit) if has[column] else None
            for column in ("min_ticket", "max_ticket")
        )
        share = int(Fraction(has["max_share"]) * self.net(need)) if has["max_share"] else None
        indivisible = self.needs[need]["divisible"] == "no"
        if rate is None or not open_now:
            return set() if available else {"room"}
        amount = open_now
        if not indivisible:
            limits = [open_now, available // rate]
            limits += [] if high is None else [(high - here_offer) // rate]
            limits += [] if share is None else [share - here_need]
            amount = max(1, int(min(limits)))
        worth = ceiling(amount * rate)
        failed = {
            "room": not available,
            "ticket": (low is not None and here_offer + worth < low)
            or (high is not None and here_offer + worth > high),
            "share": share is not None and here_need + amount > share,
            "indivisible": indivisible and worth > available,
        }
        return {name for name, fails in failed.items() if fails}


def _sector(sector: str, wanted: set[str]) -> bool:
    return not wanted or any(sector == each or sector.startswith(f"{each}.") for each in wanted)


def _geography(city: Row, offer: Row) -> bool:
    country = city["country"]
    named = [words(offer[column]) for column in ("countries", "regions", "cities")]
    admitted = not any(named) or (
        country in named[0] or bool(set(REGIONS[country]) & named[1]) or city["code"] in named[2]
    )
    return admitted and country not in words(offer["excluded_countries"])


def _meet(one: set[str], other: set[str]) -> bool:
    return not one or not other or bool(one & other)


def _within(day: str, first: str, last: str) -> bool:
    return (not first or first <= day) and (not last or day <= last)
