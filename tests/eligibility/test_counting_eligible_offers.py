"""The count without trying pairs says exactly what trying every pair would say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from eligibility_worlds import (
    DAY,
    EUR,
    JPY,
    PACKAGE,
    USD,
    World,
    meeting_worlds,
    needing,
    offering,
    worlds,
)
from hypothesis import given
from hypothesis_profiles import examples

from ledger.core.factors import Factor, Stage
from ledger.deals.deal import Deal
from ledger.eligibility.counts import (
    EligibleCount,
    OffersAlike,
    Outstanding,
    count_alike,
    count_eligible,
    outstanding_by_need,
    spent_offers,
    without_offers,
)
from ledger.eligibility.index import OfferIndex
from ledger.eligibility.rules import RULES, NeedFacts, Pairing, verdict
from ledger.eligibility.verdict import best_amount
from ledger.journal.balance import DealBalance


def no_rates(need_unit: str, offer_unit: str) -> None:
    return None


def by_trying_every_pair(world: World, need: NeedFacts) -> tuple[int, str | None, int, int]:
    eligible, total = 0, 0
    failing: Counter[str] = Counter()
    outstanding = {
        code: lives
        for code, lives in world.outstanding.get(need.need.code, {}).items()
        if lives.need or lives.offer
    }
    for offer in world.offers:
        if offer.offer.factor != need.need.factor or offer.balance.free <= 0:
            continue
        lives = outstanding.get(offer.offer.code, Outstanding(0, 0))
        rate = world.rate_of(need.balance.unit.code, offer.balance.unit.code)
        amount = best_amount(
            need, offer, rate, outstanding_need=lives.need, outstanding_offer=lives.offer
        )
        failures = verdict(
            Pairing(
                need,
                offer,
                DAY,
                amount.need,
                amount.offer,
                lives.need,
                lives.offer,
                tuple(code for code in outstanding if code != offer.offer.code),
            )
        )
        total += 1
        eligible += not failures
        failing.update(failure.rule for failure in failures)
    if not total:
        return 0, "factor", 0, 0
    worst = max(RULES, key=lambda rule: failing[rule])
    return eligible, worst if failing[worst] else None, failing[worst], total


@examples(400)
@given(worlds())
def test_the_count_equals_trying_every_pair(world: World) -> None:
    require_equal_counts(world)


@examples(400)
@given(meeting_worlds())
def test_the_count_equals_trying_every_pair_where_figures_meet(world: World) -> None:
    require_equal_counts(world)


def require_equal_counts(world: World) -> None:
    counts = count_eligible(world.needs, world.offers, DAY, world.rate_of, world.outstanding)
    for need in world.needs:
        count = counts[need.need.code]
        found = (count.eligible, count.obstacle_rule, count.failing, count.total)
        assert found == by_trying_every_pair(world, need)
        assert (count.obstacle is None) == (count.obstacle_rule is None)
    unserved = [code for code, count in counts.items() if not count.eligible]
    assert unserved == without_offers(
        world.needs, world.offers, DAY, world.rate_of, world.outstanding
    )


@examples(80)
@given(worlds())
def test_offers_of_equal_terms_count_as_if_each_were_judged(world: World) -> None:
    require_equal_counts_of_alike(world)


@examples(80)
@given(meeting_worlds())
def test_offers_of_equal_terms_count_so_where_figures_meet(world: World) -> None:
    require_equal_counts_of_alike(world)


def require_equal_counts_of_alike(world: World) -> None:
    named = {code for others in world.outstanding.values() for code in others}
    apart = [one for one in world.offers if one.offer.code in named]
    every, alike = [*apart], []
    for one in world.offers:
        free = one.balance.free
        if one.offer.code in named or free <= 0:
            continue
        of_each = sorted({1, max(1, free // 3), max(1, free - 1), free, free + 1, 2 * free})
        alike.append(OffersAlike(one, [*of_each, of_each[-1]]))
        every += [
            replace(
                one,
                offer=replace(one.offer, code=f"{one.offer.code}-{number}"),
                balance=replace(one.balance, stages={Stage.AVAILABLE: amount}),
            )
            for number, amount in enumerate(alike[-1].free)
        ]

    spent = spent_offers(every)
    found = count_alike(world.needs, alike, apart, DAY, world.rate_of, world.outstanding, spent)

    assert found == count_eligible(world.needs, every, DAY, world.rate_of, world.outstanding)


@examples(100)
@given(worlds())
def test_the_index_admits_the_offers_that_no_rule_but_those_on_quantity_refuses(
    world: World,
) -> None:
    for need in world.needs:
        offers = [one for one in world.offers if one.offer.factor == need.need.factor]
        admitted = OfferIndex(offers, DAY, world.rate_of).admissible_offers(need)
        expected = [
            one.offer.code for one in offers if not verdict(Pairing(need, one, DAY, None, None))
        ]
        assert sorted(admitted) == sorted(expected)


def test_a_monorail_that_no_offer_names() -> None:
    need = needing(400_000_000_00, topic="monorail")
    offers = [offering(1_000_00, code=f"O-{i}", topics=("metro",)) for i in range(3)]
    count = count_eligible([need], offers, DAY, no_rates)["N-0001"]
    assert count == EligibleCount(0, "no offer names this topic", "topic", 3, 3)


def test_some_offers_stand_apart() -> None:
    need = needing(400_000_000_00, topic="monorail")
    offers = [offering(1_000_00, code=f"O-{i}", topics=("metro",) * (i < 7)) for i in range(9)]
    count = count_eligible([need], offers, DAY, no_rates)["N-0001"]
    assert count == EligibleCount(2, "7 of 9 offers do not name this topic", "topic", 7, 9)


def test_one_offer_of_two_speaks_in_the_singular() -> None:
    offers = [offering(1, code="O-1", sectors=("health",)), offering(1, code="O-2")]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert count.obstacle == "1 of 2 offers does not cover this sector"


def test_nothing_stands_in_the_way() -> None:
    count = count_eligible([needing(5)], [offering(3)], DAY, no_rates)["N-0001"]
    assert count == EligibleCount(1, None, None, 0, 1)


def test_offers_of_other_factors_and_spent_offers_are_not_counted() -> None:
    offers = [
        offering(0, code="O-1"),
        offering(4, code="O-2", factor=Factor.EXPERTISE),
    ]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    wanted = "no offer of this factor has anything available"
    assert count == EligibleCount(0, wanted, "factor", 0, 0)
    count = count_eligible([needing(5)], offers[1:], DAY, no_rates)["N-0001"]
    assert count == EligibleCount(0, "no offer of this factor", "factor", 0, 0)


@pytest.mark.parametrize(
    ("stages", "sentence"),
    [
        ([Stage.EXPIRED], "every offer of this factor has expired"),
        ([Stage.WITHDRAWN, Stage.WITHDRAWN], "every offer of this factor is withdrawn"),
        (
            [Stage.HELD, Stage.COMMITTED, Stage.DELIVERED],
            "every offer of this factor is held, committed or delivered in full",
        ),
        ([Stage.EXPIRED, Stage.HELD], "no offer of this factor has anything available"),
    ],
)
def test_why_no_offer_has_anything_available(stages: list[Stage], sentence: str) -> None:
    offers = [
        replace(one, balance=replace(one.balance, stages={stage: 3, Stage.AVAILABLE: 0}))
        for number, stage in enumerate(stages)
        for one in [offering(3, code=f"O-{number}")]
    ]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert count == EligibleCount(0, sentence, "factor", 0, 0)


def test_an_offer_that_expired_in_part_has_expired() -> None:
    stages = {Stage.EXPIRED: 1, Stage.COMMITTED: 2, Stage.WITHDRAWN: 1}
    one = offering(3)
    offers = [replace(one, balance=replace(one.balance, stages=stages))]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert count.obstacle == "every offer of this factor has expired"


def test_a_need_of_unknown_amount_waits_for_its_amount() -> None:
    count = count_eligible([needing(0)], [offering(3)], DAY, no_rates)["N-0001"]
    assert count == EligibleCount(0, "the amount is not known", "quantified", 1, 1)


def test_a_project_that_takes_no_new_deals() -> None:
    count = count_eligible([needing(5, status="completed")], [offering(3)], DAY, no_rates)
    assert count["N-0001"].obstacle == "the project's status completed takes no new deals"


def test_of_equally_common_obstacles_the_earlier_rule_is_told() -> None:
    offers = [offering(3, sectors=("health",), topics=("brt",))]
    count = count_eligible([needing(5, topic="metro")], offers, DAY, no_rates)["N-0001"]
    assert count.obstacle_rule == "topic"


def test_a_need_without_a_topic_among_offers_for_topics() -> None:
    count = count_eligible([needing(5)], [offering(3, topics=("brt",))], DAY, no_rates)
    assert count["N-0001"].obstacle == "every offer is limited to topics and this need has none"


def test_an_indivisible_package_that_lives_elsewhere() -> None:
    need = needing(0, unit=PACKAGE, divisible=False, stages={Stage.HELD: 1})
    offers = [offering(1, unit=PACKAGE, code=code) for code in ("O-1", "O-2", "O-3")]
    outstanding = {"N-0001": {"O-1": Outstanding(1, 1)}}
    count = count_eligible([need], offers, DAY, no_rates, outstanding)["N-0001"]
    assert (count.eligible, count.obstacle_rule, count.failing) == (1, "indivisible", 2)


def test_an_offer_without_a_rate_is_judged_by_its_terms_alone() -> None:
    offers = [offering(100, unit=USD, min_ticket=1_000_000)]
    assert count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"].eligible == 1


def test_what_is_outstanding_between_two_is_added_over_their_deals() -> None:
    def deal(code: str, need: int, offer: int, *, of: str = "O-1") -> DealBalance:
        need_stages = {Stage.HELD: need // 2, Stage.COMMITTED: need - need // 2}
        return DealBalance(
            Deal(code=code, offer=of, need="N-1"), need_stages, {Stage.DELIVERED: offer}
        )

    balances = [
        deal("D-1", 0, 0),
        deal("D-2", 5, 7),
        deal("D-3", 1, 2),
        deal("D-4", 1, 0, of="O-2"),
        deal("D-5", 0, 1, of="O-3"),
    ]
    assert outstanding_by_need(balances) == {
        "N-1": {"O-1": Outstanding(6, 9), "O-2": Outstanding(1, 0), "O-3": Outstanding(0, 1)}
    }
    assert outstanding_by_need(balances[:1]) == {}


def test_an_offer_in_another_unit_is_not_eligible() -> None:
    count = count_eligible([needing(5, unit=PACKAGE)], [offering(3)], DAY, no_rates)["N-0001"]
    assert (count.eligible, count.obstacle_rule) == (0, "unit")
    units = {"O-1": EUR, "O-2": USD, "O-3": PACKAGE}
    offers = [offering(3, unit=unit, code=code) for code, unit in units.items()]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert (count.eligible, count.obstacle_rule, count.failing) == (2, "unit", 1)


def test_an_offer_without_a_ticket_stands_beside_one_of_the_smallest() -> None:
    offers = [offering(3, code="O-1", min_ticket=1), offering(3, code="O-2")]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert (count.eligible, count.obstacle) == (2, None)


def test_offers_of_several_shares_are_told_apart() -> None:
    shares = {"O-1": "0.5", "O-2": "0.1", "O-3": "0.3", "O-4": "0.2"}
    offers = [offering(9, code=code, max_share=Decimal(one)) for code, one in shares.items()]
    offers.append(offering(9, code="O-5"))
    counts = count_eligible([needing(5), needing(4, code="N-2")], offers, DAY, no_rates)
    assert counts["N-0001"][2:] == ("share", 1, 5)
    assert counts["N-2"][2:] == ("share", 2, 5)


def test_a_ticket_is_compared_with_what_the_largest_share_allows() -> None:
    share = Decimal("0.3")
    offers = [
        offering(99, code="O-1", max_share=share, min_ticket=30),
        offering(99, code="O-2", max_share=share, min_ticket=31),
        offering(99, unit=USD, code="O-3", max_share=share, min_ticket=60),
        offering(99, unit=USD, code="O-4", max_share=share, min_ticket=61),
        offering(99, unit=USD, code="O-5", max_share=share),
    ]
    count = count_eligible([needing(100)], offers, DAY, lambda *_: Fraction(2))["N-0001"]
    assert (count.eligible, count.obstacle_rule, count.failing) == (3, "ticket", 2)


def test_a_mandate_for_one_place_reaches_no_other() -> None:
    places = [{"countries": ("PK",)}, {"regions": ("019",)}, {"cities": ("SAO",)}, {}]
    offers = [offering(3, code=f"O-{at}", **place) for at, place in enumerate(places)]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert (count.eligible, count.obstacle_rule, count.failing) == (1, "geography", 3)


def test_a_mandate_for_a_sector_covers_those_under_it() -> None:
    sectors = ("transport", "transport.urban", "transport.rail", "health")
    offers = [offering(3, code=f"O-{one}", sectors=(one,)) for one in sectors]
    count = count_eligible([needing(5)], offers, DAY, no_rates)["N-0001"]
    assert (count.eligible, count.obstacle_rule, count.failing) == (2, "sector", 2)


def test_the_rates_to_the_units_of_the_offers_are_between_smallest_parts() -> None:
    offers = [offering(3, unit=unit, code=f"O-{unit.code}") for unit in (EUR, USD, JPY, PACKAGE)]
    rates = {"USD": Fraction("1.5"), "JPY": Fraction(160)}
    index = OfferIndex(offers, DAY, lambda _, unit: rates.get(unit))
    assert index.ratios(EUR) == {"EUR": (1, 1), "USD": (3, 2), "JPY": (8, 5)}
    assert index.ratios(PACKAGE) == {"package": (1, 1)}


def test_no_needs_and_no_offers() -> None:
    assert count_eligible([], [], DAY, no_rates) == {}


def test_sets_are_made_once_where_quantities_come_to_the_same_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    other_sets = OfferIndex.other_sets

    def noted(index: OfferIndex, need: NeedFacts) -> dict[str, int]:
        made.append(need.need.code)
        return other_sets(index, need)

    monkeypatch.setattr(OfferIndex, "other_sets", noted)
    offers = [offering(1_000_00, code=f"O-{i}", min_ticket=(i + 1) * 100_00) for i in range(3)]
    amounts = (150_00, 160_00, 250_00, 199_99, 50_00)
    needs = [needing(amount, code=f"N-{amount}") for amount in amounts]
    counts = count_eligible(needs, offers, DAY, no_rates)
    assert [counts[need.need.code].eligible for need in needs] == [1, 1, 2, 1, 0]
    assert made == ["N-15000", "N-25000", "N-5000"]
    made.clear()
    health = [replace(one, project=replace(one.project, sector="health")) for one in needs[:2]]
    count_eligible([needs[0], health[0], needs[1], health[1]], offers, DAY, no_rates)
    assert made == ["N-15000", "N-15000"]  # once for each sector
