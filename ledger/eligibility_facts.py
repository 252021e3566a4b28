"""What the rules of eligibility look at, and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.members import City, Provider
from ledger.offers import Offer
from ledger.projects import Need, Project
from ledger.standing import Standing


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """A need with all that the rules ask of its side.

    `region_chain` holds the UN M49 codes that contain the city's country, narrowest first.
    """

    need: Need
    project: Project
    city: City
    standing: Standing
    region_chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """An offer with all that the rules ask of its side."""

    offer: Offer
    provider: Provider
    standing: Standing


@dataclass(frozen=True, slots=True)
class Pairing:
    """A need and an offer on a day, with the new quantity on each side in its own unit.

    A quantity of None is one there is nothing to test about (no rate known, nothing open):
    rules on quantity pass over it. `living_need` and `living_offer` are what is held, committed
    or delivered between the two already; `living_elsewhere` names other offers that have
    something living in the need.
    """

    need: NeedFacts
    offer: OfferFacts
    day: date
    need_amount: int | None
    offer_amount: int | None
    living_need: int = 0
    living_offer: int = 0
    living_elsewhere: tuple[str, ...] = ()


class Failure(NamedTuple):
    """A rule that a pair fails, and why, in plain words with the values."""

    rule: str
    sentence: str


Rule = Callable[[Pairing], Failure | None]
