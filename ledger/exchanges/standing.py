"""The standing of cities in a topic on a day: proven, credentialed, declared or none.

The first that holds counts. *Proven* is a city whose providers have delivered expertise in the
topic to projects of other cities; *credentialed* is one with a credential in force; *declared* is
one that has an available offer of expertise which names the topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from ledger.core.text import text_key
from ledger.exchanges.rankings import Rank, in_force, ranks_by_city
from ledger.registers.network import Credential


class TopicStanding(StrEnum):
    """What a city's standing in a topic rests on; the strongest comes first."""

    PROVEN = "proven"
    CREDENTIALED = "credentialed"
    DECLARED = "declared"
    NONE = "none"


STANDINGS = tuple(TopicStanding)
"""The standings in their order, the strongest first."""


class Delivery(NamedTuple):
    """What one deal has delivered of expertise in a topic: by which city's provider, to which."""

    city: str
    served: str
    topic: str | None
    unit: str
    amount: int


class OfferedTopic(NamedTuple):
    """A topic that an available offer of expertise names, and the city whose offer it is."""

    city: str
    topic: str
    offer: str


class Evidence(NamedTuple):
    """What standings rest on: deliveries, credentials and available offers of a ledger."""

    deliveries: Iterable[Delivery]
    credentials: Iterable[Credential]
    offers: Iterable[OfferedTopic]


@dataclass(frozen=True, slots=True)
class CityStanding:
    """The standing of one city in a topic, with all that it rests on.

    `served` are the other cities that it has delivered to, `delivered` how much by unit, in the
    smallest part of each; `ranks` has the best one first.
    """

    city: str
    served: tuple[str, ...] = ()
    delivered: tuple[tuple[str, int], ...] = ()
    credentials: tuple[Credential, ...] = ()
    ranks: tuple[Rank, ...] = ()
    offers: tuple[str, ...] = ()

    @property
    def standing(self) -> TopicStanding:
        """Give the strongest standing that the city has."""
        if self.served:
            return TopicStanding.PROVEN
        if self.credentials:
            return TopicStanding.CREDENTIALED
        return TopicStanding.DECLARED if self.offers else TopicStanding.NONE

    @property
    def best_share(self) -> Fraction | None:
        """Give the best rank divided by the number ranked; None without a rank."""
        return self.ranks[0].share if self.ranks else None


def standings_in(topic: str, day: date, evidence: Evidence) -> Mapping[str, CityStanding]:
    """Give the standing of every city that has one in a topic, the strongest first.

    Among equal standings the best rank comes first, those without one last, then the code.
    """
    key = text_key(topic)
    credentials = [
        one for one in evidence.credentials if text_key(one.topic) == key and in_force(one, day)
    ]
    served, delivered = _delivered(key, evidence.deliveries)
    by_city: dict[str, list[Credential]] = defaultdict(list)
    for one in credentials:
        by_city[one.city].append(one)
    offers: dict[str, list[str]] = defaultdict(list)
    for offer in evidence.offers:
        if text_key(offer.topic) == key:
            offers[offer.city].append(offer.offer)
    ranks = ranks_by_city(credentials, day)
    every = [
        CityStanding(
            city,
            tuple(sorted(served.get(city, ()))),
            tuple(sorted(delivered.get(city, {}).items())),
            tuple(sorted(by_city.get(city, ()), key=lambda one: one.code)),
            ranks.get(city, ()),
            tuple(sorted(set(offers.get(city, ())))),
        )
        for city in {*served, *by_city, *offers}
    ]
    return {one.city: one for one in sorted(every, key=_strongest_first)}


def standings_by_topic(day: date, evidence: Evidence) -> dict[tuple[str, str], TopicStanding]:
    """Give the standing of every city in every topic in which it has one, by city and topic key."""
    found: dict[tuple[str, str], TopicStanding] = {}
    for offer in evidence.offers:
        found[offer.city, text_key(offer.topic)] = TopicStanding.DECLARED
    for credential in evidence.credentials:
        if in_force(credential, day):
            found[credential.city, text_key(credential.topic)] = TopicStanding.CREDENTIALED
    for one in evidence.deliveries:
        if one.topic is not None and _served_another(one):
            found[one.city, text_key(one.topic)] = TopicStanding.PROVEN
    return found


def _served_another(one: Delivery) -> bool:
    return one.city != one.served and one.amount > 0


def _delivered(
    key: str, deliveries: Iterable[Delivery]
) -> tuple[dict[str, set[str]], dict[str, dict[str, int]]]:
    """Give the cities that each city has served, and how much it has delivered by unit."""
    served: dict[str, set[str]] = defaultdict(set)
    delivered: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in deliveries:
        if _served_another(one) and one.topic is not None and text_key(one.topic) == key:
            served[one.city].add(one.served)
            delivered[one.city][one.unit] += one.amount
    return served, delivered


def _strongest_first(one: CityStanding) -> tuple[int, bool, Fraction, str]:
    share = one.best_share
    return STANDINGS.index(one.standing), share is None, share or Fraction(0), one.city
