"""Caps: how much of a limit is used, what is left of it, and what would still fit.

What counts is what is placed: held, committed and delivered, on the side of the need. Money is
converted at the rate of the day, each currency's sum rounded up. A `share` is a part of the money
that a project requires, withdrawn left out. A `number` counts the projects in which something is
placed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final, NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.quantity import Unit, format_quantity
from ledger.core.text import counted
from ledger.registers.records import Limit

LIMITS: Final = "limits"
"""The name of the rule."""
QUANTITY: Final = "quantity"
NUMBER: Final = "number"
SHARE: Final = "share"
CAP: Final = "cap"
FLOOR: Final = "floor"


class LimitExceeded(RefusedByRule, code="limit-exceeded"):
    """A hold or a direct commitment is more than what is left of a limit."""


class LimitWithoutRate(RefusedByRule, code="limit-without-rate"):
    """What is placed under a limit cannot be compared with it: there is no rate on the day."""

    default_why = "A limit in one currency counts what is placed in others at the rate of the day."
    default_next = "Import rates, or say why it is placed all the same: --override REASON"


class BadLimit(InvalidInput, code="bad-limit"):
    """The terms of a limit do not fit each other."""

    default_why = "A quantity has a unit, a number counts projects, and a share is a part of money."
    default_next = "See what a limit is made of: cityfund limit add --help"


class Placed(NamedTuple):
    """What is held, committed and delivered in a pair, in the smallest part of its need's unit."""

    project: str
    unit: Unit
    amount: int


RateOf = Callable[[Unit], Fraction | None]
"""Gives the smallest parts of a cap's unit that one of another unit is; None without a rate."""


@dataclass(frozen=True, slots=True)
class Use:
    """A cap as it stands for one group, asked for one need.

    `most` and `others` (placed in other units) are in the smallest part of `unit`; `same` is placed
    in the need's unit, of which one part is `rate` parts. Without a unit it counts projects, and
    `is_counted` says that the need's project is one of them already.
    """

    limit: Limit
    most: int
    others: int = 0
    same: int = 0
    rate: Fraction = Fraction(1)
    unit: Unit | None = None
    is_counted: bool = False

    @property
    def used(self) -> int:
        """What is placed under the cap."""
        return self.others + ceil(self.same * self.rate)

    @property
    def left(self) -> int:
        """What is left of the cap, never below zero."""
        return max(0, self.most - self.used)

    @property
    def largest(self) -> int:
        """The most that can still be placed, in the need's smallest part; none of a new project."""
        if self.unit is None:
            return 0
        return max(0, floor((self.most - self.others) / self.rate) - self.same)

    def admits(self, amount: int) -> bool:
        """Say whether an amount of the need fits under the cap."""
        if self.unit is None:
            return self.is_counted or self.left > 0
        return amount <= self.largest

    def text(self, amount: int) -> str:
        """Write an amount of the cap."""
        if self.unit is not None:
            return format_quantity(amount, self.unit)
        return counted(amount, "project")


class AskedFor(NamedTuple):
    """The need for which caps are asked: its project, and its unit."""

    project: str
    unit: Unit


RateBetween = Callable[[Unit, Unit], Fraction | None]
"""Gives the smallest parts of the second unit that one of the first is; None without a rate."""
Money = tuple[Unit, Fraction]
"""The money that a project requires, withdrawn left out, in the smallest part of one unit."""


def use_of(
    limit: Limit,
    asked: AskedFor,
    placed: Iterable[Placed],
    units: Mapping[str, Unit],
    money: Callable[[], Money],
    rate_of: RateBetween,
) -> Use | None:
    """Return how much of a cap is used by what is placed in its group, asked for one need.

    None where the cap does not count the unit of the need. `money` is asked for where the cap is a
    share. Raises `LimitWithoutRate`.
    """
    if limit.measure == NUMBER:
        return of_projects(limit, placed, asked.project)
    if limit.measure == SHARE and asked.unit.kind != "money":
        return None
    unit, most = most_of(limit, units, money)
    if not is_comparable(unit, asked.unit):
        return None
    return use_of_amounts(limit, most, unit, asked.unit, placed, lambda one: rate_of(one, unit))


def most_of(
    limit: Limit, units: Mapping[str, Unit], money: Callable[[], Money]
) -> tuple[Unit, int]:
    """Return the unit of a cap on a quantity or a share, and the most that it allows in it."""
    if limit.measure == SHARE:
        unit, total = money()
        return unit, int(Fraction(limit.value) * total)
    unit = units[str(limit.unit)]
    return unit, int(Fraction(limit.value) * 10**unit.decimals)


def money_of(nets: Iterable[tuple[Unit, int]], base: Unit, rate_of: RateBetween) -> Money:
    """Sum the net amounts of a project's needs for money: in their unit, or in the base currency.

    A need without a rate adds nothing: what is not known raises no cap.
    """
    amounts = [*nets]
    own = {unit.code: unit for unit, _ in amounts}
    unit = next(iter(own.values())) if len(own) == 1 else base
    rates = ((Fraction(1) if one.code == unit.code else rate_of(one, unit)) for one, _ in amounts)
    parts = (net * (rate or Fraction(0)) for (_, net), rate in zip(amounts, rates, strict=True))
    return unit, sum(parts, Fraction(0))


def is_comparable(unit: Unit, other: Unit) -> bool:
    """Say whether a cap in a unit counts amounts of another: the same, or a second currency."""
    return unit.code == other.code or unit.kind == other.kind == "money"


def use_of_amounts(
    limit: Limit, most: int, unit: Unit, need_unit: Unit, placed: Iterable[Placed], rate_of: RateOf
) -> Use:
    """Return how much of a cap in a unit is used. Raises `LimitWithoutRate`."""
    sums: dict[str, tuple[Unit, int]] = {}
    for one in placed:
        if is_comparable(unit, one.unit):
            before = sums.get(one.unit.code, (one.unit, 0))[1]
            sums[one.unit.code] = one.unit, before + one.amount
    others = sum(
        ceil(amount * _rate(limit, unit, one, rate_of))
        for one, amount in sums.values()
        if one.code != need_unit.code
    )
    same = sums.get(need_unit.code, (need_unit, 0))[1]
    return Use(limit, most, others, same, _rate(limit, unit, need_unit, rate_of), unit)


def _rate(limit: Limit, unit: Unit, other: Unit, rate_of: RateOf) -> Fraction:
    rate = Fraction(1) if other.code == unit.code else rate_of(other)
    if rate is None:
        raise LimitWithoutRate(f"Limit {limit.code} is in {unit.code}, and {other.code} is placed.")
    return rate


def of_projects(limit: Limit, placed: Iterable[Placed], project: str) -> Use:
    """Return how much of a cap on a number of projects is used, asked for one of a project."""
    counted = {one.project for one in placed if one.amount > 0}
    return Use(limit, int(limit.value), len(counted), is_counted=project in counted)


def sentence(use: Use) -> str:
    """Describe a cap, what of it is used and what is left."""
    limit = use.limit
    per = f" per {limit.per}" if limit.per else ""
    what = (
        f"it counts {use.used} already"
        if use.unit is None
        else f"{use.text(use.used)} of it is placed, {use.text(use.left)} is left"
    )
    return f"{limit.code} allows at most {use.text(use.most)}{per}; {what}"
