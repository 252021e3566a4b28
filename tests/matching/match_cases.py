"""Pipelines for the tests of matching, described plainly: no record of the program is used here.

Amounts are whole smallest parts of the unit they stand in. A `Case` says what is required, put
up and already living; what is open, available and convertible follows from it by the rules of
the ledger, written anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

DECIMALS = {
    "EUR": 2,
    "USD": 2,
    "JPY": 0,
    "KWD": 3,
    "person-day": 2,
    "package": 0,
    "station": 0,
}
MONEY = frozenset({"EUR", "USD", "JPY", "KWD"})
ACTIVE = frozenset({"identification", "preparation", "implementation"})
DAY = date(2026, 11, 23)


@dataclass(frozen=True, kw_only=True)
class CaseCity:
    """A member city; `regions` are the M49 groups that hold its country, narrowest first."""

    code: str
    country: str
    regions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseProject:
    """A project of a city."""

    code: str
    city: str
    sector: str = "transport.urban"
    status: str = "preparation"
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class CaseNeed:
    """A need. `required` is None while its quantity is unknown."""

    code: str
    project: str
    factor: str
    unit: str
    required: int | None
    withdrawn: int = 0
    topic: str | None = None
    needed_by: date | None = None
    divisible: bool = True
    instruments: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def net(self) -> int:
        """What still counts of it."""
        return (self.required or 0) - self.withdrawn


@dataclass(frozen=True, kw_only=True)
class CaseOffer:
    """An offer with its mandate; `cost` is its cost per year in percent."""

    code: str
    factor: str
    unit: str
    capacity: int
    withdrawn: int = 0
    topics: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    available_from: date | None = None
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    excluded_countries: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    min_ticket: int | None = None
    max_ticket: int | None = None
    max_share: Decimal | None = None
    only_complete: bool = False
    cost: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class CaseDeal:
    """What lives between an offer and a need: each stage on the need's side and the offer's."""

    code: str
    offer: str
    need: str
    rate: Decimal = Decimal(1)
    held: tuple[int, int] = (0, 0)
    committed: tuple[int, int] = (0, 0)
    delivered: tuple[int, int] = (0, 0)

    @property
    def need_side(self) -> int:
        """All that lives, in the need's unit."""
        return self.held[0] + self.committed[0] + self.delivered[0]

    @property
    def offer_side(self) -> int:
        """All that lives, in the offer's unit."""
        return self.held[1] + self.committed[1] + self.delivered[1]


@dataclass(frozen=True)
class CaseRate:
    """One published rate: one `base` was this many `quote`."""

    day: date
    base: str
    quote: str
    rate: Decimal


@dataclass(frozen=True)
class CaseCap:
    """A cap on what these offers give to these projects: a `quantity`, a `number` or a `share`.

    A `floor` is the share of the money of each project that these offers give before it counts as
    complete; a `goal`, in money, and a `goal-number`, of projects, are met as far as possible.
    `value` is in smallest parts of `unit`, a number of projects, or a part of a
    project's money.
    """

    code: str
    measure: str
    value: Fraction
    offers: frozenset[str]
    projects: frozenset[str]
    unit: str = "EUR"


@dataclass(frozen=True)
class Case:
    """A whole pipeline on a day. `selection` names the needs asked about; None is all."""

    cities: tuple[CaseCity, ...]
    projects: tuple[CaseProject, ...]
    needs: tuple[CaseNeed, ...]
    offers: tuple[CaseOffer, ...]
    deals: tuple[CaseDeal, ...] = ()
    rates: tuple[CaseRate, ...] = ()
    caps: tuple[CaseCap, ...] = ()
    day: date = DAY
    selection: frozenset[str] | None = None
    name: str = field(default="", compare=False)

    @cached_property
    def city(self) -> dict[str, CaseCity]:
        """Cities by code."""
        return {one.code: one for one in self.cities}

    @cached_property
    def project(self) -> dict[str, CaseProject]:
        """Projects by code."""
        return {one.code: one for one in self.projects}

    @cached_property
    def need(self) -> dict[str, CaseNeed]:
        """Needs by code."""
        return {one.code: one for one in self.needs}

    @cached_property
    def offer(self) -> dict[str, CaseOffer]:
        """Offers by code."""
        return {one.code: one for one in self.offers}

    @cached_property
    def living(self) -> dict[tuple[str, str], tuple[int, int]]:
        """What lives between a need and an offer, on the need's side and the offer's."""
        sums: dict[tuple[str, str], tuple[int, int]] = {}
        for deal in self.deals:
            before = sums.get((deal.need, deal.offer), (0, 0))
            if deal.need_side:
                sums[deal.need, deal.offer] = (
                    before[0] + deal.need_side,
                    before[1] + deal.offer_side,
                )
        return sums

    @cached_property
    def open(self) -> dict[str, int]:
        """What of each need no deal has touched."""
        left = {one.code: one.net for one in self.needs}
        for (need, _), (amount, _) in self.living.items():
            left[need] -= amount
        return left

    @cached_property
    def available(self) -> dict[str, int]:
        """What of each offer no deal has touched."""
        left = {one.code: one.capacity - one.withdrawn for one in self.offers}
        for (_, offer), (_, amount) in self.living.items():
            left[offer] -= amount
        return left

    @cached_property
    def needs_of(self) -> dict[str, tuple[CaseNeed, ...]]:
        """The needs of each project."""
        found: dict[str, list[CaseNeed]] = {one.code: [] for one in self.projects}
        for need in self.needs:
            found[need.project].append(need)
        return {code: tuple(needs) for code, needs in found.items()}

    def scopes(self, cap: CaseCap) -> list[frozenset[str]]:
        """Give the needs that a cap counts together: of a share, those of each project."""
        each = cap.measure in {"share", "floor"}
        groups = [{one} for one in sorted(cap.projects)] if each else [cap.projects]
        return [
            frozenset(
                one.code
                for one in self.needs
                if one.project in group and (cap.measure == "number" or one.unit in MONEY)
            )
            for group in groups
        ]

    def most_of(self, cap: CaseCap, needs: frozenset[str]) -> tuple[int, str]:
        """Give the most that a cap allows to these needs, and its unit."""
        if cap.measure not in {"share", "floor"}:
            return down(cap.value), cap.unit
        units = {self.need[one].unit for one in needs}
        unit = units.pop() if len(units) == 1 else "EUR"
        total = Fraction(0)
        for code in needs:
            rate = self.rate(self.need[code].unit, unit) or Fraction(0)
            parts = Fraction(10) ** (DECIMALS[unit] - DECIMALS[self.need[code].unit])
            total += self.need[code].net * rate * parts
        return down(cap.value * total), unit

    def asked(self, need: str) -> bool:
        """Say whether a need lies in the selection."""
        return self.selection is None or need in self.selection

    def rate(self, need_unit: str, offer_unit: str) -> Fraction | None:
        """Give the offer's units that one unit of the need costs, or None."""
        if need_unit == offer_unit:
            return Fraction(1)
        if not {need_unit, offer_unit} <= MONEY:
            return None
        return find_rate(self.rates, need_unit, offer_unit, self.day)

    def worth(self, need: str, offer: str) -> Fraction | None:
        """Give the smallest parts of the offer that one smallest part of the need costs."""
        need_unit, offer_unit = self.need[need].unit, self.offer[offer].unit
        rate = self.rate(need_unit, offer_unit)
        if rate is None:
            return None
        return rate * Fraction(10) ** (DECIMALS[offer_unit] - DECIMALS[need_unit])


def find_rate(rates: Iterable[CaseRate], base: str, quote: str, day: date) -> Fraction | None:
    """Find a rate: the newer of the direct and the inverse, else through the euro, exactly."""
    rates = list(rates)
    found = _leg(rates, base, quote, day)
    if found is None and "EUR" not in {base, quote}:
        there, back = _leg(rates, base, "EUR", day), _leg(rates, "EUR", quote, day)
        found = None if there is None or back is None else there * back
    return found


def _leg(rates: list[CaseRate], base: str, quote: str, day: date) -> Fraction | None:
    pairs = ((base, quote), (quote, base))
    known = [r for r in rates if (r.base, r.quote) in pairs and r.day <= day]
    if not known:
        return None
    latest = max(known, key=lambda r: (r.day, r.base == base))
    return Fraction(latest.rate) if latest.base == base else 1 / Fraction(latest.rate)


def up(value: Fraction) -> int:
    """Round up to a whole number."""
    return -(-value.numerator // value.denominator)


def down(value: Fraction) -> int:
    """Round down to a whole number."""
    return value.numerator // value.denominator
