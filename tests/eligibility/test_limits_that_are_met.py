"""A limit that is met exactly is met: one part less or one day less than it is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from eligibility_worlds import DAY, EUR, JPY, USD, needing, offering

from ledger.core.factors import Stage
from ledger.eligibility.counts import Outstanding, count_eligible
from ledger.eligibility.rules import NeedFacts, OfferFacts, Pairing, verdict
from ledger.eligibility.verdict import best_amount

RATES = {("EUR", "USD"): Fraction("1.085"), ("EUR", "JPY"): Fraction(160)}
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


class Limit(NamedTuple):
    """One term of an offer at several figures, and which of them admit the need."""

    need: NeedFacts
    term: str
    admitted: dict[Any, bool]
    rule: str
    other: Mapping[str, Any] = MappingProxyType({})

    def offer(self, figure: Any, code: str = "O-1") -> OfferFacts:
        terms = {"available": 900, **self.other, self.term: figure, "code": code}
        return offering(terms.pop("available"), **terms)


def whole(open_: int, **more: Any) -> NeedFacts:
    return needing(open_, divisible=False, **more)


def dated(needed_by: date) -> NeedFacts:
    return needing(500, needed_by=needed_by)


HALF, TENTH = {"max_share": Decimal("0.5")}, {"max_share": Decimal("0.1")}
AT_LEAST_500 = {499: False, 500: True, 501: True}
AT_MOST_500 = {499: True, 500: True, 501: False}
LIMITS = {
    "smallest ticket and what is open": Limit(needing(500), "min_ticket", AT_MOST_500, "ticket"),
    "smallest ticket and one open part": Limit(
        needing(1), "min_ticket", {1: True, 2: False}, "ticket"
    ),
    "smallest ticket and what is available": Limit(
        needing(900), "min_ticket", AT_MOST_500, "ticket", {"available": 500}
    ),
    "available and the smallest ticket": Limit(
        needing(900), "available", AT_LEAST_500, "ticket", {"min_ticket": 500}
    ),
    "smallest ticket and largest ticket": Limit(
        needing(900), "max_ticket", {500: True, 501: True}, "ticket", {"min_ticket": 500}
    ),
    "smallest ticket and largest share": Limit(
        needing(1000), "min_ticket", AT_MOST_500, "ticket", HALF
    ),
    "smallest ticket and the floor of the largest share": Limit(
        needing(1001), "min_ticket", AT_MOST_500, "ticket", HALF
    ),
    "smallest ticket and a share of more than is open": Limit(
        needing(500, stages={Stage.HELD: 800}), "min_ticket", AT_MOST_500, "ticket", HALF
    ),
    "smallest ticket in another currency": Limit(
        needing(1000), "min_ticket", {1084: True, 1085: True, 1086: False}, "ticket",
        {"unit": USD, "available": 5000},
    ),
    "smallest ticket and a cost that is rounded up": Limit(
        needing(3), "min_ticket", {3: True, 4: True, 5: False}, "ticket", {"unit": USD}
    ),
    "smallest ticket and all that is available in another currency": Limit(
        needing(5000), "min_ticket", {999: True, 1000: True, 1001: False}, "ticket",
        {"unit": USD, "available": 1000},
    ),
    "largest ticket and the cost of one part": Limit(
        needing(500), "max_ticket", {1: False, 2: True, 3: True}, "ticket", {"unit": JPY}
    ),
    "smallest ticket and the cost of the one part that is left": Limit(
        needing(500), "min_ticket", {1: True, 2: True, 3: False}, "ticket",
        {"unit": JPY, "available": 1},
    ),
    "smallest ticket, all of a need at once": Limit(
        whole(500), "min_ticket", AT_MOST_500, "ticket"
    ),
    "largest ticket, all of a need at once": Limit(
        whole(500), "max_ticket", AT_LEAST_500, "ticket"
    ),
    "available, all of a need at once": Limit(
        whole(500), "available", AT_LEAST_500, "indivisible"
    ),
    "available, all of a need at once in another currency": Limit(
        whole(3), "available", {3: False, 4: True, 5: True}, "indivisible", {"unit": USD}
    ),
    "share, all of a need at once": Limit(
        whole(500, stages={Stage.HELD: 500}), "max_share",
        {Decimal("0.499"): False, Decimal("0.5"): True, Decimal("0.501"): True}, "share",
    ),
    "share, all of a need at once, rounded down": Limit(
        whole(500, stages={Stage.HELD: 501}), "max_share",
        {Decimal("0.499"): False, Decimal("0.5"): True, Decimal("0.501"): True}, "share",
    ),
    "share of one part": Limit(
        needing(10), "max_share",
        {Decimal("0.09"): False, Decimal("0.1"): True, Decimal("0.11"): True}, "share",
    ),
    "last day": Limit(
        needing(500), "valid_until", {BEFORE: False, DAY: True, AFTER: True}, "window"
    ),
    "first day": Limit(
        needing(500), "valid_from", {BEFORE: True, DAY: True, AFTER: False}, "window"
    ),
    "start on the day it is needed": Limit(
        dated(DAY), "available_from", {BEFORE: True, DAY: True, AFTER: False}, "start"
    ),
}  # fmt: skip
CASES = pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS.keys())


def rate_of(need_unit: str, offer_unit: str) -> Fraction | None:
    return RATES.get((need_unit, offer_unit))


def eligible(need: NeedFacts, *offers: OfferFacts) -> tuple[int, str | None, int]:
    count = count_eligible([need], offers, DAY, rate_of)[need.need.code]
    assert count.total == len(offers)
    return count.eligible, count.obstacle_rule, count.failing


@CASES
def test_each_figure_alone(limit: Limit) -> None:
    for figure, admitted in limit.admitted.items():
        expected = (1, None, 0) if admitted else (0, limit.rule, 1)
        assert eligible(limit.need, limit.offer(figure)) == expected, figure


@CASES
def test_the_figures_beside_one_another(limit: Limit) -> None:
    offers = [limit.offer(figure, f"O-{i}") for i, figure in enumerate(limit.admitted)]
    refused = [figure for figure, admitted in limit.admitted.items() if not admitted]
    expected = (len(offers) - len(refused), limit.rule if refused else None, len(refused))
    assert eligible(limit.need, *offers) == expected


@CASES
def test_many_offers_at_one_figure(limit: Limit) -> None:
    for figure, admitted in limit.admitted.items():
        offers = [limit.offer(figure, f"O-{i:02}") for i in range(40)]
        assert eligible(limit.need, *offers)[0] == (40 if admitted else 0)


@CASES
def test_the_rules_on_the_pair_say_the_same(limit: Limit) -> None:
    for figure, admitted in limit.admitted.items():
        offer = limit.offer(figure)
        rate = rate_of("EUR", offer.offer.unit)
        amount = best_amount(limit.need, offer, rate)
        failures = verdict(Pairing(limit.need, offer, DAY, *amount))
        assert [failure.rule for failure in failures] == ([] if admitted else [limit.rule])


@pytest.mark.parametrize(("available", "counted"), [(0, 0), (1, 1), (2, 1)])
def test_an_offer_counts_from_its_first_part_on(available: int, counted: int) -> None:
    count = count_eligible([needing(5)], [offering(available)], DAY, rate_of)["N-0001"]
    assert (count.eligible, count.total) == (counted, counted)


@pytest.mark.parametrize("open_", [1, 2])
def test_a_need_asks_from_its_first_open_part_on(open_: int) -> None:
    assert eligible(needing(open_), offering(9, min_ticket=open_)) == (1, None, 0)
    assert eligible(needing(open_), offering(9, min_ticket=open_ + 1)) == (0, "ticket", 1)


def test_a_need_without_an_open_part_asks_for_no_amount() -> None:
    need = needing(0, stages={Stage.HELD: 5})
    assert eligible(need, offering(9, min_ticket=7)) == (1, None, 0)


def test_a_share_that_leaves_nothing_is_judged_at_one_part() -> None:
    nothing = Decimal("0.001")
    assert eligible(needing(9), offering(9, max_share=nothing, min_ticket=1)) == (0, "share", 1)
    assert eligible(needing(9), offering(9, max_share=nothing, min_ticket=2)) == (0, "ticket", 1)


@pytest.mark.parametrize("lives", [Outstanding(1, 0), Outstanding(0, 1), Outstanding(1, 1)])
def test_one_part_that_lives_between_two_counts_toward_the_ticket(lives: Outstanding) -> None:
    need, offers = needing(4), [offering(9, min_ticket=5, unit=EUR)]
    between = {"N-0001": {"O-0001": lives}}
    count = count_eligible([need], offers, DAY, rate_of, between)["N-0001"]
    assert count.eligible == (1 if lives.offer else 0)


@pytest.mark.parametrize("lives", [Outstanding(1, 0), Outstanding(0, 1)])
def test_one_part_of_another_offer_takes_an_indivisible_need(lives: Outstanding) -> None:
    offers = [offering(9, code="O-1"), offering(9, code="O-2")]
    between = {"N-0001": {"O-1": lives}}
    count = count_eligible([whole(5)], offers, DAY, rate_of, between)["N-0001"]
    assert (count.eligible, count.obstacle_rule, count.failing) == (1, "indivisible", 1)


@pytest.mark.parametrize("other", [Outstanding(1, 0), Outstanding(0, 1), Outstanding(5, 5)])
def test_an_indivisible_need_that_two_offers_share_takes_no_more_of_either(
    other: Outstanding,
) -> None:
    offers = [offering(9, code="O-1"), offering(9, code="O-2")]
    between = {"N-0001": {"O-1": Outstanding(2, 2), "O-2": other}}
    count = count_eligible([whole(5)], offers, DAY, rate_of, between)["N-0001"]
    assert (count.eligible, count.obstacle_rule, count.failing) == (0, "indivisible", 2)


@pytest.mark.parametrize(("lives", "admitted"), [(Outstanding(0, 0), 3), (Outstanding(1, 1), 1)])
def test_a_pair_in_which_nothing_lives_any_more_takes_nothing(
    lives: Outstanding, admitted: int
) -> None:
    offers = [offering(9, code=code) for code in ("O-1", "O-2", "O-3")]
    ended = {"O-1": Outstanding(0, 0), "O-2": lives}
    count = count_eligible([whole(5)], offers, DAY, rate_of, {"N-0001": ended})["N-0001"]
    assert count.eligible == admitted
