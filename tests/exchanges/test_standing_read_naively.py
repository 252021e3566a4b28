"""Standings, and the order of candidate cities, against a naive reading of their definitions."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from evidence_worlds import CITIES, DAY, TOPICS, a_city, candidates, evidence
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from ledger.exchanges.candidate_cities import (
    ORDER,
    CandidateCity,
    in_order,
    nearest_region,
    population_ratio,
)
from ledger.exchanges.standing import (
    CityStanding,
    Evidence,
    standings_by_topic,
    standings_in,
)
from ledger.registers.network import Credential

SPELLING = {topic: topic.replace("-", " ").lower() for topic in TOPICS}
LEVELS = ("proven", "credentialed", "declared", "none")


def in_force(one: Credential) -> bool:
    begun = one.as_of is None or one.as_of.first <= DAY
    return begun and (one.until is None or one.until.last >= DAY)


def figure_of(city: str, figures: list[Credential]) -> Credential | None:
    """Give the newest figure of a city: with the latest date, and of one date the last code."""
    own = [one for one in figures if one.city == city]
    dated = [one for one in own if one.as_of is not None]
    if not dated:
        return max(own, key=lambda one: one.code, default=None)
    last = max((one.as_of.first, one.as_of.last) for one in dated)
    newest = [one for one in dated if (one.as_of.first, one.as_of.last) == last]
    return max(newest, key=lambda one: one.code)


def rank_of(city: str, figures: list[Credential]) -> tuple[int, int] | None:
    """Give the place of a city by the one measure, and how many are ranked."""
    newest = {one: figure_of(one, figures) for one in CITIES}
    values = {one: figure.value for one, figure in newest.items() if figure is not None}
    if city not in values:
        return None
    better = [value for value in values.values() if value > values[city]]
    return 1 + len(better), len(values)


@given(st.sampled_from(TOPICS), evidence)
def test_standings_are_what_their_definition_says(topic: str, ledger: Evidence) -> None:
    found = standings_in(topic, DAY, ledger)
    spelt = SPELLING[topic]
    credentials = [
        one for one in ledger.credentials if SPELLING[one.topic] == spelt and in_force(one)
    ]
    figures = [one for one in credentials if one.measure is not None]
    for city in CITIES:
        own = found.get(city, CityStanding(city))
        served = {
            one.served
            for one in ledger.deliveries
            if one.city == city != one.served and one.amount and SPELLING.get(one.topic) == spelt
        }
        has = [one.code for one in credentials if one.city == city]
        offers = {
            one.offer for one in ledger.offers if one.city == city and SPELLING[one.topic] == spelt
        }
        expected = next(
            level for level, some in zip(LEVELS, (served, has, offers, True), strict=True) if some
        )
        assert own.standing == expected
        assert set(own.served) == served
        assert [one.code for one in own.credentials] == sorted(has)
        assert set(own.offers) == offers
        assert [(rank.place, rank.ranked) for rank in own.ranks] == [
            rank for rank in (rank_of(city, figures),) if rank is not None
        ]
        for unit, amount in own.delivered:
            assert amount == sum(
                one.amount
                for one in ledger.deliveries
                if one.city == city != one.served
                and SPELLING.get(one.topic) == spelt
                and one.unit == unit
            )
    assert [LEVELS.index(one.standing) for one in found.values()] == sorted(
        LEVELS.index(one.standing) for one in found.values()
    )


@examples(40)
@given(evidence)
def test_standings_by_topic_are_those_of_each_topic(ledger: Evidence) -> None:
    every = standings_by_topic(DAY, ledger)
    assert every == {
        (city, SPELLING[topic]): one.standing
        for topic in TOPICS
        for city, one in standings_in(topic, DAY, ledger).items()
    }


def comes_first(one: CandidateCity, other: CandidateCity, order: list[str]) -> bool:
    """Say by the words of the order whether one candidate stands before another."""
    if bool(one.barred) is not bool(other.barred):
        return not one.barred
    for column in order:
        left, right = READ[column](one), READ[column](other)
        if left != right:
            return right is None or (left is not None and left < right)
    return one.city.code < other.city.code


def share(one: CandidateCity) -> Decimal | None:
    ranks = [Decimal(rank.place) / Decimal(rank.ranked) for rank in one.standing.ranks]
    return min(ranks) if ranks else None


READ = {
    "offers": lambda one: 0 if one.offers else 1,
    "standing": lambda one: LEVELS.index(one.standing.standing),
    "rank": share,
    "partnership": lambda one: {"active": 1, "new": 2, "sleeping": 3}.get(one.partnership),
    "region": lambda one: {"sub-region": 1, "region": 2}.get(one.region),
    "population": lambda one: one.population_ratio,
    "busy": lambda one: one.busy,
    "city": lambda one: one.city.code,
}


@examples(60)
@given(evidence, st.permutations(list(ORDER)), st.integers(0, 3), st.data())
def test_candidates_stand_in_the_order_that_is_asked_for(
    ledger: Evidence, columns: list[str], named: int, data: st.DataObject
) -> None:
    standings = standings_in("bus-rapid-transit", DAY, ledger)
    drawn = data.draw(candidates(dict(standings)))
    first = columns[:named]
    order = [*first, *(name for name in READ if name not in first)]
    listed = in_order(drawn, first)
    assert sorted(one.city.code for one in listed) == sorted(one.city.code for one in drawn)
    for one, other in pairwise(listed):
        assert comes_first(one, other, order)


def test_a_barred_city_stands_last_whatever_the_order() -> None:
    bars = ("RS-1",)
    free, barred = (
        CandidateCity(a_city("Z"), CityStanding("Z")),
        CandidateCity(
            a_city("A"),
            CityStanding("A"),
            ("O-1",),
            barred=bars,  # type: ignore[arg-type]
        ),
    )
    for column in ORDER:
        assert in_order([barred, free], [column]) == [free, barred]


def test_the_ratio_of_populations_is_never_below_one_and_unknown_without_both() -> None:
    assert population_ratio(3_000_000, 12_000_000) == population_ratio(12_000_000, 3_000_000) == 4
    assert population_ratio(None, 12_000_000) is None
    assert population_ratio(0, 12_000_000) is None


def test_cities_of_one_sub_region_lie_in_one_region_too() -> None:
    levels = {"034": "sub-region", "142": "region", "145": "sub-region", "001": "world"}
    iran, turkey, france = ("034", "142", "001"), ("145", "142", "001"), ("150", "001")
    level_of = {**levels, "150": "region"}.__getitem__
    assert nearest_region(iran, iran, level_of) == "sub-region"
    assert nearest_region(iran, turkey, level_of) == "region"
    assert nearest_region(iran, france, level_of) is None
