"""The cities that could serve a need for expertise, in the order of columns that are all shown.

There are no weights: one column decides, and the next only where it is equal. Cities whose
pairing with the need is barred stand last, whatever the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from ledger.exchanges.standing import STANDINGS, CityStanding
from ledger.registers.records import City, Restriction

PARTNERSHIPS: Final = ("active", "new", "sleeping")
"""The statuses of a partnership in force with the city that asks, the liveliest first."""
SUB_REGION: Final = "sub-region"
REGION: Final = "region"
REGIONS: Final = (SUB_REGION, REGION)
"""What two cities can have in common, the nearest first."""


@dataclass(frozen=True, slots=True)
class CandidateCity:
    """A city that could serve a need, with every column by which it is ordered.

    `offers` are its eligible available offers, `partnership` the status of the partnership in
    force with the city that asks, `region` what the two lie in together, and `busy` how many
    living deals of expertise and open approaches its providers have. Without a city that asks
    there are no partnership, region and ratio.
    """

    city: City
    standing: CityStanding
    offers: tuple[str, ...] = ()
    partnership: str | None = None
    region: str | None = None
    population_ratio: Fraction | None = None
    busy: int = 0
    barred: tuple[Restriction, ...] = ()


LevelOf = Callable[[str], str]
"""Gives the level of a region by its code, in the words of UN M49."""


def population_ratio(one: int | None, other: int | None) -> Fraction | None:
    """Give the larger population divided by the smaller; None where one is not known or zero."""
    if not one or not other:
        return None
    return Fraction(max(one, other), min(one, other))


def nearest_region(chain: Sequence[str], other: Sequence[str], level_of: LevelOf) -> str | None:
    """Say whether two countries lie in one sub-region or in one region, by their region chains."""
    common = {level_of(code) for code in chain if code in other}
    return next((level for level in REGIONS if level in common), None)


_Key = Callable[[CandidateCity], Any]


def _place(value: str | None, order: Sequence[str]) -> int:
    return len(order) if value is None else order.index(value)


def _known_first(value: Fraction | None) -> tuple[bool, Fraction]:
    return value is None, value or Fraction(0)


ORDER: Final[dict[str, _Key]] = {
    "offers": lambda one: not one.offers,
    "standing": lambda one: STANDINGS.index(one.standing.standing),
    "rank": lambda one: _known_first(one.standing.best_share),
    "partnership": lambda one: _place(one.partnership, PARTNERSHIPS),
    "region": lambda one: _place(one.region, REGIONS),
    "population": lambda one: _known_first(one.population_ratio),
    "busy": lambda one: one.busy,
    "city": lambda one: one.city.code,
}
"""The columns that candidate cities are ordered by, the usual order, and how each orders them."""


def in_order(candidates: Iterable[CandidateCity], first: Sequence[str] = ()) -> list[CandidateCity]:
    """Order candidate cities: by the columns named, then by the others in their usual order."""
    columns = [*first, *(name for name in ORDER if name not in first)]

    def key(one: CandidateCity) -> tuple[Any, ...]:
        return bool(one.barred), *(ORDER[name](one) for name in columns)

    return sorted(candidates, key=key)
