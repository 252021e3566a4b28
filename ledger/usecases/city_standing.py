"""The standing of cities in a topic at two times, and what bars a city from a need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from ledger.core.factors import Factor, Stage
from ledger.core.quantity import Unit
from ledger.core.text import text_key
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.exchanges.rankings import in_force
from ledger.exchanges.standing import (
    CityStanding,
    Delivery,
    Evidence,
    OfferedTopic,
    standings_in,
)
from ledger.meetings.records import Attendance, Meeting
from ledger.registers.network import ATTENDANCE, MEETING, Credential
from ledger.registers.records import City, Provider, Restriction
from ledger.restrictions.bars import PairTerms
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.registers.topics import find_topic, unknown_topic

CITY_PROVIDER: Final = "city"
"""The kind of a provider that is the city itself."""
PARTS: Final = ("deal", "credential")
"""The parts of a snapshot that standings rest on."""

RULE: Final = (
    "proven: delivered expertise in the topic to projects of other cities; "
    "credentialed: a credential in force; declared: an available offer of expertise names the "
    "topic; ranks: each measure by itself, by the newest value in force, ties share the better rank"
)


@dataclass(frozen=True, slots=True)
class StandingReport:
    """The standing of each city in a topic, the strongest first, and what could not be counted.

    `presented` names the meetings at which a city presented the topic: evidence of what it says,
    and no standing. Cities with nothing else have none.
    """

    topic: str
    as_of: date
    known_at: datetime | None
    rows: tuple[CityStanding, ...]
    presented: Mapping[str, tuple[str, ...]]
    cities: Mapping[str, City]
    units: Mapping[str, Unit]
    open_points: Sequence[OpenPoint]


def report_standing(reader: Reader, typed: str) -> StandingReport:
    """Give the standing of every city that has one in a topic. Raises `UnknownTopic`."""
    topic = require_topic(reader, typed)
    snapshot = reader.snapshot(*PARTS, ATTENDANCE.name, MEETING.name)
    standings = standings_in(topic, snapshot.day, evidence_of(snapshot))
    presented = _presented(snapshot, topic)
    without = [CityStanding(city) for city in sorted(presented.keys() - standings.keys())]
    return StandingReport(
        topic=topic,
        as_of=snapshot.day,
        known_at=snapshot.known_at,
        rows=(*standings.values(), *without),
        presented=presented,
        cities=snapshot.records("city"),
        units=snapshot.units,
        open_points=undated_credentials(topic, snapshot) + deliveries_without_topic(snapshot),
    )


def _presented(snapshot: Snapshot, topic: str) -> dict[str, tuple[str, ...]]:
    """Name by city the meetings held by the day at which it presented a topic."""
    key, meetings = text_key(topic), snapshot.records(MEETING.name)
    found: dict[str, set[str]] = {}
    attendance: Iterable[Attendance] = snapshot.records(ATTENDANCE.name).values()
    for one in attendance:
        meeting: Meeting = meetings[one.meeting]
        was_held = not meeting.cancelled and meeting.from_ <= snapshot.day
        if was_held and one.is_present and key in map(text_key, one.topics):
            found.setdefault(one.city, set()).add(one.meeting)
    return {city: tuple(sorted(codes)) for city, codes in found.items()}


def require_topic(reader: Reader, typed: str) -> str:
    """Give the commonest spelling of a topic in use. Raises `UnknownTopic`."""
    topic = find_topic(reader.connection, typed)
    if topic is None:
        raise unknown_topic(reader.connection, typed)
    return topic


def evidence_of(snapshot: Snapshot) -> Evidence:
    """Gather what standings rest on, in every topic."""
    credentials: Iterable[Credential] = snapshot.records("credential").values()
    return Evidence([*_deliveries(snapshot)], [*credentials], [*_offered_topics(snapshot)])


def _deliveries(snapshot: Snapshot) -> Iterator[Delivery]:
    """Give what the providers of cities have delivered of expertise."""
    offers, needs = snapshot.offer_facts, snapshot.need_facts
    for one in snapshot.deals.values():
        offer, need = offers[one.deal.offer], needs[one.deal.need]
        amount = one.need.get(Stage.DELIVERED, 0)
        if is_of_city(offer) and amount:
            city, unit = str(offer.provider.city), need.balance.unit.code
            yield Delivery(city, need.city.code, need.need.topic, unit, amount)


def _offered_topics(snapshot: Snapshot) -> Iterator[OfferedTopic]:
    """Give the topics that available offers of cities name."""
    for code, offer in snapshot.offer_facts.items():
        if is_of_city(offer) and is_available(offer, snapshot.day):
            for topic in offer.offer.topics:
                yield OfferedTopic(str(offer.provider.city), topic, code)


def is_of_city(offer: OfferFacts) -> bool:
    """Say whether an offer is of expertise, by a provider that is a city or belongs to one."""
    return offer.offer.factor is Factor.EXPERTISE and offer.provider.city is not None


def is_available(offer: OfferFacts, day: date) -> bool:
    """Say whether something of an offer can be taken up on a day."""
    begun = offer.offer.valid_from is None or offer.offer.valid_from <= day
    return offer.balance.free > 0 and begun and not offer.offer.is_over(day)


class OpenPoint(NamedTuple):
    """What a standing leaves open of a city; `topic` is the key of the topic, None for any."""

    what: str
    city: str
    topic: str | None


_UNDATED: Final = "credentials_without_date"
_NO_TOPIC: Final = "deliveries_without_topic"


def undated_credentials(topic: str, snapshot: Snapshot) -> list[OpenPoint]:
    """Give the credentials in a topic that are in force and without a date."""
    key = text_key(topic)
    return [
        OpenPoint(_UNDATED, one.city, key)
        for one in snapshot.records("credential").values()
        if text_key(one.topic) == key and one.as_of is None and in_force(one, snapshot.day)
    ]


def deliveries_without_topic(snapshot: Snapshot) -> list[OpenPoint]:
    """Give the deliveries of cities that count for no standing."""
    without = (one for one in _deliveries(snapshot) if one.topic is None)
    return [OpenPoint(_NO_TOPIC, one.city, None) for one in without]


def not_counted(points: Iterable[OpenPoint]) -> dict[str, int]:
    """Count what standings leave open, by what it is."""
    found = Counter(one.what for one in points)
    return {what: found[what] for what in (_UNDATED, _NO_TOPIC)}


def bars_of_city(
    snapshot: Snapshot, need: NeedFacts, city: City, own: Sequence[Provider]
) -> tuple[Restriction, ...]:
    """Give the restrictions that bar a city from a need, whatever offer it makes.

    It is judged by its `own` providers, one of which has to be free, and without any by itself.
    """
    parties: Sequence[Provider | None] = own or (None,)
    judged = [
        snapshot.restrictions.judge(_pair(need, city, provider), snapshot.day).bars
        for provider in parties
    ]
    return min(judged, key=len)


def own_providers(providers: Iterable[Provider]) -> dict[str, list[Provider]]:
    """Give by city the providers that are the city itself and are in use, each by code."""
    own: dict[str, list[Provider]] = {}
    for one in sorted(providers, key=lambda one: one.code):
        if one.city is not None and one.kind == CITY_PROVIDER and not one.withdrawn:
            own.setdefault(one.city, []).append(one)
    return own


def _pair(need: NeedFacts, city: City, provider: Provider | None) -> PairTerms:
    return PairTerms(
        provider="" if provider is None else provider.code,
        provider_country=(provider and provider.country) or city.country,
        city=need.city.code,
        city_country=need.city.country,
        project=need.project.code,
        sector=need.project.sector,
        factor=need.need.factor,
        topic=need.need.topic,
        instruments=frozenset(need.need.instruments),
    )
