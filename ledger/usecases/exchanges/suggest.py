"""The cities that could serve a need for expertise, a city's needs, or nobody's: a topic alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from ledger.approaches.states import OPEN, state_on
from ledger.core.errors import NotFound, RefusedByRule, UsageError
from ledger.core.factors import Factor, Stage
from ledger.core.suggest import did_you_mean
from ledger.core.text import text_key
from ledger.eligibility.rules import NeedFacts
from ledger.exchanges.candidate_cities import (
    ORDER,
    PARTNERSHIPS,
    CandidateCity,
    in_order,
    nearest_region,
    population_ratio,
)
from ledger.exchanges.standing import CityStanding, Evidence, standings_in
from ledger.gaps.completeness import need_may_be_open
from ledger.reference.places import region_chain, regions
from ledger.registers.pairs import APPROACH, Approach
from ledger.registers.records import City, Provider
from ledger.store.registers import AmbiguousCode, find_code, seek_id
from ledger.store.session.snapshot import RATES, Reader, Snapshot
from ledger.usecases.candidates import judged_pairs
from ledger.usecases.city_standing import (
    PARTS,
    OpenPoint,
    bars_of_city,
    deliveries_without_topic,
    evidence_of,
    is_of_city,
    own_providers,
    undated_credentials,
)
from ledger.usecases.partnerships import partnerships_of
from ledger.usecases.registers.topics import find_topic

_RESTRICTED: Final = "restricted"
_UNDER_WAY: Final = (Stage.HELD, Stage.COMMITTED)

RULE: Final = (
    "cities with a standing in the topic or an eligible available offer, ordered by the columns in "
    "`order`: an eligible offer first, the stronger standing, the best rank divided by the number "
    "ranked, the livelier partnership, the nearer region, the population ratio nearest to 1, the "
    "fewer living deals and open approaches; what is not known comes last, and barred cities after "
    "all others"
)


class UnknownSubject(NotFound, code="unknown-subject"):
    """What was typed is no need, no city and no topic in use."""

    default_why = "Cities are suggested for a need, for the needs of a city, or for a topic."
    default_next = "See: cityfund need list; cityfund city list; cityfund topic list"


class NotExpertise(RefusedByRule, code="not-expertise"):
    """Cities were to be suggested for a need of money or of implementation."""

    default_why = "What cities exchange is expertise."
    default_next = "See who offers the factor with: cityfund need candidates NEED"


class TopicMissing(RefusedByRule, code="topic-missing"):
    """Cities were to be suggested for a need that names no topic."""

    default_why = "A city's standing is in a topic."
    default_next = "Give the need its topic with: cityfund need edit NEED --topic TOPIC"


class UnknownOrder(UsageError, code="unknown-order"):
    """A column was named to order cities by that is none of those."""

    default_why = f"The columns are: {', '.join(ORDER)}."


class Question(NamedTuple):
    """What cities are suggested for: a topic, and the need it is asked for, if there is one."""

    topic: str
    need: NeedFacts | None

    @property
    def asker(self) -> City | None:
        """Give the city that asks."""
        return None if self.need is None else self.need.city


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The candidate cities of each question in their order, and what could not be counted."""

    as_of: date
    known_at: datetime | None
    order: tuple[str, ...]
    snapshot: Snapshot
    answers: tuple[tuple[Question, tuple[CandidateCity, ...]], ...]
    open_points: Sequence[OpenPoint]
    needs_without_topic: int


def suggest_cities(reader: Reader, typed: str, first: Sequence[str] = ()) -> Suggestions:
    """Suggest cities for a need, for all open needs of a city, or for a topic.

    `first` names columns to order by before the others. Raises `UnknownSubject`, `AmbiguousCode`,
    `NotExpertise`, `TopicMissing` and `UnknownOrder`.
    """
    order = _order(first)
    subject = find_subject(reader, typed)
    snapshot = reader.snapshot(*PARTS, APPROACH.name, RATES)
    questions = _questions(snapshot, subject)
    asked = [one for one in questions if one.topic]
    facts = _CityFacts(
        evidence_of(snapshot),
        _ties_of(reader, asked),
        own_providers(snapshot.records("provider").values()),
        _deals_under_way(snapshot) + _open_approaches(snapshot),
    )
    answers = tuple((one, tuple(_answer(snapshot, facts, one, order))) for one in asked)
    return Suggestions(
        as_of=snapshot.day,
        known_at=snapshot.known_at,
        order=order,
        snapshot=snapshot,
        answers=answers,
        open_points=_open_points(snapshot, asked),
        needs_without_topic=len(questions) - len(asked),
    )


class _CityFacts(NamedTuple):
    """What is asked of cities for every question: gathered once.

    `ties` are the partnerships in force of the city that asks, `own` the providers that are cities.
    """

    evidence: Evidence
    ties: Mapping[str, str]
    own: Mapping[str, Sequence[Provider]]
    busy: Counter[str]


def _order(first: Sequence[str]) -> tuple[str, ...]:
    for name in first:
        if name not in ORDER:
            raise UnknownOrder(
                f"Cities are not ordered by {name!r}.", next_step=did_you_mean(name, ORDER) or None
            )
    return (*dict.fromkeys(first), *(name for name in ORDER if name not in first))


class Subject(NamedTuple):
    """A need or a city by its code, or a topic."""

    kind: str
    name: str


def find_subject(reader: Reader, typed: str) -> Subject:
    """Find the need, the city or the topic that is meant; a unique beginning of a code is enough.

    Raises `UnknownSubject` and `AmbiguousCode`.
    """
    found = [*_subjects(reader, typed, by_prefix=False)]
    topic = find_topic(reader.connection, typed)
    if topic is not None:
        found.append(Subject("topic", topic))
    found = found or [*_subjects(reader, typed, by_prefix=True)]
    if not found:
        raise UnknownSubject(f"{typed!r} is no need, no city and no topic in use.")
    if len(found) > 1:
        named = " or ".join(f"{kind} {name}" for kind, name in found)
        raise AmbiguousCode(f"{typed!r} could be {named}.")
    return found[0]


def _subjects(reader: Reader, typed: str, *, by_prefix: bool) -> Iterator[Subject]:
    known_at = reader.times.known_at
    for kind in ("need", "city"):
        found = seek_id(reader.connection, kind, typed, by_prefix=by_prefix, known_at=known_at)
        if found is None and known_at is not None:
            found = seek_id(reader.connection, kind, typed, by_prefix=by_prefix)
        if found is None:
            continue
        yield Subject(kind, find_code(reader.connection, kind, typed, known_at))


def _questions(snapshot: Snapshot, subject: Subject) -> list[Question]:
    """Give what is asked; a question of a city's need without a topic has an empty one."""
    if subject.kind == "topic":
        return [Question(subject.name, None)]
    needs = snapshot.need_facts
    if subject.kind == "need":
        if subject.name not in needs:
            raise UnknownSubject(
                f"Need {subject.name} was not in the ledger at that time.",
                why="It was recorded or declared after the date of the report.",
                next_step="Omit --as-of and --known-at, or give a later date.",
            )
        need = needs[subject.name]
        if need.need.factor is not Factor.EXPERTISE:
            raise NotExpertise(f"Need {subject.name} is for {need.need.factor}.")
        if need.need.topic is None:
            raise TopicMissing(f"Need {subject.name} names no topic.")
        return [Question(need.need.topic, need)]
    return [
        Question(need.need.topic or "", need)
        for need in needs.values()
        if need.city.code == subject.name and _is_open(need)
    ]


def _is_open(need: NeedFacts) -> bool:
    return need.need.factor is Factor.EXPERTISE and need_may_be_open(need.balance)


def _ties_of(reader: Reader, questions: Iterable[Question]) -> dict[str, str]:
    """Give the status of the partnerships in force of the city that asks, by the other city.

    Of several with one city the liveliest counts.
    """
    askers = {question.asker.code for question in questions if question.asker is not None}
    found: dict[str, str] = {}
    for row in partnerships_of(reader, cities=askers) if askers else ():
        (asker,) = askers  # all needs are of one city
        other, status = row.partnership.other(asker), row.status.value
        if status in PARTNERSHIPS:
            found[other] = min(status, found.get(other, status), key=PARTNERSHIPS.index)
    return found


def _answer(
    snapshot: Snapshot, facts: _CityFacts, question: Question, order: Sequence[str]
) -> list[CandidateCity]:
    standings = standings_in(question.topic, snapshot.day, facts.evidence)
    eligible, barred_offers = _offers_by_city(snapshot, question)
    cities = {*standings, *eligible, *barred_offers} - {question.asker and question.asker.code}
    candidates = [
        _candidate(
            snapshot,
            facts,
            question,
            standings.get(city.code) or CityStanding(city.code),
            city=city,
            offers=tuple(sorted(eligible.get(city.code, ()))),
        )
        for city in (snapshot.records("city")[code] for code in cities if code is not None)
        if not city.withdrawn
    ]
    return in_order(candidates, order)


def _candidate(
    snapshot: Snapshot,
    facts: _CityFacts,
    question: Question,
    standing: CityStanding,
    *,
    city: City,
    offers: tuple[str, ...],
) -> CandidateCity:
    asker, busy = question.asker, facts.busy[city.code]
    if question.need is None or asker is None:  # the offers that name the topic, for all who ask
        return CandidateCity(city, standing, standing.offers, busy=busy)
    return CandidateCity(
        city=city,
        standing=standing,
        offers=offers,
        partnership=facts.ties.get(city.code),
        region=nearest_region(
            region_chain(asker.country),
            region_chain(city.country),
            lambda one: regions()[one].level,
        ),
        population_ratio=population_ratio(asker.population, city.population),
        busy=busy,
        barred=bars_of_city(snapshot, question.need, city, facts.own.get(city.code, ())),
    )


def _offers_by_city(
    snapshot: Snapshot, question: Question
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Give the offers of each city that are eligible for the need, and those only barred."""
    eligible: dict[str, list[str]] = {}
    barred: dict[str, list[str]] = {}
    if question.need is None:
        return eligible, barred
    offers = (one for one in snapshot.offer_facts.values() if is_of_city(one))
    pairs = [(question.need, one) for one in offers if one.balance.free > 0]
    for pair in judged_pairs(snapshot, snapshot.rate_of, pairs):
        rules = {failure.rule for failure in pair.failures}
        if rules <= {_RESTRICTED}:
            found = barred if rules else eligible
            found.setdefault(str(pair.offer.provider.city), []).append(pair.offer.offer.code)
    return eligible, barred


def _deals_under_way(snapshot: Snapshot) -> Counter[str]:
    """Count the deals of expertise by city that hold or have committed something."""
    offers = snapshot.offer_facts
    return Counter(
        str(offers[one.deal.offer].provider.city)
        for one in snapshot.deals.values()
        if is_of_city(offers[one.deal.offer]) and any(one.need.get(stage) for stage in _UNDER_WAY)
    )


def _open_approaches(snapshot: Snapshot) -> Counter[str]:
    """Count the approaches to the providers of cities that wait for an answer, or got a yes."""
    providers = snapshot.records("provider")
    approaches: Iterable[Approach] = snapshot.records(APPROACH.name).values()
    return Counter(
        city
        for one in approaches
        if (city := providers[one.provider].city) is not None
        and one.sent_on <= snapshot.day
        and state_on(one, snapshot.day) in OPEN
    )


def _open_points(snapshot: Snapshot, asked: Sequence[Question]) -> list[OpenPoint]:
    """Give what the order could not take into account, once for all questions of a topic."""
    if not asked:
        return []
    topics = {text_key(question.topic): question.topic for question in asked}
    points = [one for topic in topics.values() for one in undated_credentials(topic, snapshot)]
    return points + deliveries_without_topic(snapshot)
