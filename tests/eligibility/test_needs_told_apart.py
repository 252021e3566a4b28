"""Needs that differ in one term or amount are counted apart, although most are counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bars import a_restriction
from eligibility_worlds import DAY, World, needing, offering, worlds
from hypothesis import given
from hypothesis_profiles import examples

from ledger.core.factors import Factor, Stage
from ledger.eligibility.counts import (
    EligibleCount,
    OffersAlike,
    SpentOffers,
    count_alike,
    count_eligible,
    eligible_offers,
    offer_indexes,
    spent_offers,
    without_offers,
)
from ledger.eligibility.index import OfferIndex
from ledger.eligibility.rules import NeedFacts, OfferFacts, Outstanding
from ledger.restrictions.bars import Restrictions


def no_rates(need_unit: str, offer_unit: str) -> None:
    return None


def eligible(needs: Sequence[NeedFacts], offers: Sequence[OfferFacts]) -> list[int]:
    """Count for needs, which get codes of their own, in their order."""
    coded = [
        replace(one, need=replace(one.need, code=f"N-{number}")) for number, one in enumerate(needs)
    ]
    counts = count_eligible(coded, offers, DAY, no_rates)
    return [counts[one.need.code].eligible for one in coded]


def test_cities_of_one_country_are_told_apart_where_an_offer_names_them() -> None:
    mashhad = needing(5)
    tehran, shiraz = (
        replace(mashhad, city=replace(mashhad.city, code=code)) for code in ("THR", "SYZ")
    )
    cities = {"O-1": ("MHD",), "O-2": ("MHD",), "O-3": ("THR",), "O-4": ()}
    offers = [offering(3, code=code, cities=named) for code, named in cities.items()]
    assert eligible([mashhad, tehran, shiraz], offers) == [3, 2, 1]


def test_needs_of_several_days_are_told_apart_by_the_day_on_which_an_offer_can_start() -> None:
    days = [DAY + timedelta(days=number) for number in range(4)]
    needs = [needing(5, needed_by=day) for day in (*days, None)]
    offers = [offering(3, code=f"O-{at}", available_from=day) for at, day in enumerate(days[1:3])]
    assert eligible(needs, offers) == [0, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("offers", "counts"),
    [
        ([{"min_ticket": 4}, {"min_ticket": 6}], [0, 1, 1, 2]),
        ([{"max_ticket": 4}, {"max_ticket": 6}], [2, 2, 1, 1]),
        ([{"available": 4}, {"available": 6}], [2, 2, 1, 1]),
        ([{"max_share": Decimal("0.4")}, {"max_share": Decimal("0.6")}], [2, 2, 1, 1]),
    ],
)
def test_indivisible_needs_are_told_apart_by_what_is_open(
    offers: list[dict[str, Any]], counts: list[int]
) -> None:
    # Ten are required of each, of which the rest is held.
    needs = [
        needing(some, divisible=False, stages={Stage.HELD: 10 - some}) for some in (3, 4, 5, 6)
    ]
    given = [
        offering(**{"available": 99, **terms}, code=f"O-{at}") for at, terms in enumerate(offers)
    ]
    assert eligible(needs, given) == counts


def test_a_need_of_which_nothing_is_open_is_not_taken_for_one_with_little_open() -> None:
    placed, nearly = needing(0, stages={Stage.HELD: 5}), needing(1, stages={Stage.HELD: 4})
    offers = [offering(99, min_ticket=5)]
    assert eligible([placed, nearly], offers) == [1, 0]
    assert eligible([nearly, placed], offers) == [0, 1]


def of_alike(free: list[int], *apart: OfferFacts, **terms: Any) -> EligibleCount:
    """Count the offers of equal terms, and some apart, for a need of five euros."""
    alike = [OffersAlike(offering(free[-1], **terms), free)] if free else []
    spent = spent_offers(apart)
    return count_alike([needing(500)], alike, apart, DAY, no_rates, {}, spent)["N-0001"]


def test_offers_of_equal_terms_are_told_apart_by_what_they_have() -> None:
    ticket = "1 of 2 offers has a ticket that does not fit this need"
    assert of_alike([49, 50], min_ticket=50) == EligibleCount(1, ticket, "ticket", 1, 2)
    assert of_alike([1, 2, 49, 50, 50, 60], min_ticket=50)[2:] == ("ticket", 3, 6)
    assert of_alike([50, 60], min_ticket=50) == EligibleCount(2, None, None, 0, 2)


def test_the_largest_of_equal_terms_has_the_most_available() -> None:
    alike = OffersAlike(offering(3, code="O-7", topics=("brt",)), [1, 3, 6, 9])
    assert alike.largest == offering(9, code="O-7", topics=("brt",))


def test_an_offer_with_nothing_available_is_not_counted_apart_either() -> None:
    none = "no offer of this factor has anything available"
    assert of_alike([], offering(0)) == EligibleCount(0, none, "factor", 0, 0)
    assert of_alike([], offering(0), offering(1, code="O-2")) == EligibleCount(1, None, None, 0, 1)


def test_offers_with_nothing_available_are_counted_by_factor_and_reason() -> None:
    stages = [Stage.EXPIRED, Stage.WITHDRAWN, Stage.HELD, Stage.COMMITTED, Stage.DELIVERED]
    offers = [
        *[offering(0, code=f"O-{stage}", stages={stage: 1}) for stage in stages],
        offering(1, code="O-1", stages={Stage.HELD: 1}),
        offering(0, code="O-2", factor=Factor.EXPERTISE),
    ]
    assert spent_offers(offers) == {
        Factor.MONEY: SpentOffers(total=5, expired=1, withdrawn=1, taken=3),
        Factor.EXPERTISE: SpentOffers(total=1),
    }


def test_offers_barred_by_a_restriction_are_an_obstacle_like_any_other() -> None:
    debarred = Restrictions((a_restriction(providers=("PRV-1",)),))
    offers = [replace(offering(3, code=code), restrictions=debarred) for code in ("O-1", "O-2")]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert count == EligibleCount(0, "every offer is barred by a restriction", "restricted", 2, 2)
    assert without_offers([needing(5)], offers, DAY, no_rates) == ["N-0001"]
    offers[0] = replace(offers[0], provider=replace(offers[0].provider, code="PRV-2"))
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert count == EligibleCount(1, "1 of 2 offers is barred by a restriction", "restricted", 1, 2)
    assert without_offers([needing(5)], offers, DAY, no_rates) == []


def test_needs_of_equal_terms_are_told_apart_where_a_restriction_names_the_city_of_one() -> None:
    mashhad = needing(5)
    tehran = replace(mashhad, city=replace(mashhad.city, code="THR"))
    barred = Restrictions((a_restriction(cities=("THR",)),))
    offers = [replace(offering(3), restrictions=barred)]
    assert eligible([mashhad, tehran, mashhad], offers) == [1, 0, 1]


def test_needs_without_an_offer_are_named_wherever_they_come() -> None:
    needs = [
        needing(5, code="N-1", sector="health"),
        needing(5, code="N-2"),
        needing(5, code="N-3", sector="health"),
        needing(5, code="N-4", factor=Factor.EXPERTISE),
        needing(5, code="N-5"),
    ]
    found = without_offers(needs, [offering(3, sectors=("transport",))], DAY, no_rates)
    assert found == ["N-1", "N-3", "N-4"]


def test_eligible_offers_are_judged_with_what_is_outstanding_between_them_and_the_need() -> None:
    offers = [
        offering(3, code="O-1"),
        offering(3, code="O-2", sectors=("health",)),
        offering(3, code="O-3", max_ticket=10),
        offering(3, code="O-4", max_ticket=8),
        offering(3, code="O-5", max_ticket=8),
    ]
    index = OfferIndex(offers, DAY, no_rates)
    eight, none = Outstanding(8, 8), Outstanding(0, 0)
    outstanding = {"O-3": eight, "O-4": eight, "O-5": none, "of another factor": eight}
    found = [one.offer.code for one in eligible_offers(needing(5), index, outstanding)]
    assert sorted(found) == ["O-1", "O-3", "O-5"]


@examples(100)
@given(worlds())
def test_exactly_the_eligible_offers_are_counted(world: World) -> None:
    counts = count_eligible(world.needs, world.offers, DAY, world.rate_of, world.outstanding)
    indexes = offer_indexes(world.offers, DAY, world.rate_of)
    for need in world.needs:
        index, code = indexes.get(need.need.factor), need.need.code
        if index is not None:
            found = eligible_offers(need, index, world.outstanding.get(code, {}))
            assert len({one.offer.code for one in found}) == len(found) == counts[code].eligible
