"""The least and the most that a pair may add are exactly the amounts that the rules admit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from ledger.eligibility.counts import Outstanding
from ledger.eligibility.index import Ratio
from ledger.eligibility.rules import share_limit
from ledger.matching.problem import MatchingNeed, MatchingOffer, PairLimits, pair_limits

ONE = Ratio(1, 1)
RATES = st.sampled_from([ONE, ONE, Ratio(1085, 1000), Ratio(3, 2), Ratio(1, 3), Ratio(2, 1)])
NEARLY = st.sampled_from([0, 0, -1, 1])


def a_need(open_: int, **terms: Any) -> MatchingNeed:
    defaults = {"net": open_, "divisible": True, "need_class": 0, "sole_offer": None, "project": 0}
    return MatchingNeed(code="N-1", open=open_, **{**defaults, **terms})


def an_offer(free: int, **terms: Any) -> MatchingOffer:
    return MatchingOffer(code="O-1", free=free, **{"offer_class": 0, "max_share": None, **terms})


def admitted(
    need: MatchingNeed, offer: MatchingOffer, ratio: Ratio, outstanding: Outstanding
) -> list[int]:
    """Try every amount by the words of the rules."""
    found = []
    for amount in range(1, need.open + 1):
        cost = ratio.to_offer(amount)
        total = cost + outstanding.offer
        share = offer.max_share
        if (
            cost <= offer.free
            and (need.divisible or amount == need.open)
            and (offer.min_ticket is None or total >= offer.min_ticket)
            and (offer.max_ticket is None or total <= offer.max_ticket)
            and (share is None or amount + outstanding.need <= share_limit(share, need.net))
        ):
            found.append(amount)
    return found


@st.composite
def pairs(draw: st.DrawFn) -> tuple[MatchingNeed, MatchingOffer, Ratio, Outstanding]:
    """Draw a pair whose limits are near one another, and often equal."""
    open_, ratio = draw(st.integers(1, 40)), draw(RATES)
    outstanding = draw(
        st.sampled_from([Outstanding(0, 0), Outstanding(0, 0), Outstanding(3, ratio.to_offer(3))])
    )
    cost = ratio.to_offer(open_)

    def near(figure: int) -> int:
        return max(1, figure + draw(NEARLY))

    half = ratio.to_offer(max(1, open_ // 2))
    figures = st.sampled_from([cost, half, cost + outstanding.offer, half + outstanding.offer])
    tickets = sorted(near(draw(figures)) for _ in range(2))
    need = a_need(
        open_, net=open_ + outstanding.need + draw(st.integers(0, 2)), divisible=draw(st.booleans())
    )
    offer = an_offer(
        near(draw(st.sampled_from([cost, half, 2 * cost]))),
        min_ticket=draw(st.sampled_from([None, tickets[0]])),
        max_ticket=draw(st.sampled_from([None, tickets[1]])),
        max_share=draw(st.sampled_from([None, Decimal("0.5"), Decimal("0.333"), Decimal(1)])),
    )
    return need, offer, ratio, outstanding


@given(pairs())
@examples(400)
def test_the_limits_are_the_amounts_that_the_rules_admit(
    pair: tuple[MatchingNeed, MatchingOffer, Ratio, Outstanding],
) -> None:
    limits = pair_limits(*pair)
    found = [] if limits is None else list(range(limits.low, limits.high + 1))
    assert found == admitted(*pair)


@pytest.mark.parametrize(
    ("terms", "limits"),
    [
        ({"min_ticket": 9}, PairLimits(9, 10)),
        ({"min_ticket": 10}, PairLimits(10, 10)),
        ({"min_ticket": 11}, None),
        ({"max_ticket": 10}, PairLimits(1, 10)),
        ({"max_ticket": 9}, PairLimits(1, 9)),
        ({"max_share": Decimal("0.5"), "min_ticket": 5}, PairLimits(5, 5)),
        ({"max_share": Decimal("0.5"), "min_ticket": 6}, None),
        ({"min_ticket": 7, "max_ticket": 7}, PairLimits(7, 7)),
    ],
)
def test_a_limit_that_is_met_is_met(terms: dict[str, Any], limits: PairLimits | None) -> None:
    assert pair_limits(a_need(10), an_offer(20, **terms), ONE, Outstanding(0, 0)) == limits


@pytest.mark.parametrize(
    ("free", "limits"), [(9, None), (10, PairLimits(10, 10)), (11, PairLimits(10, 10))]
)
def test_an_indivisible_need_takes_an_offer_of_its_own_size(
    free: int, limits: PairLimits | None
) -> None:
    whole = a_need(10, divisible=False)
    assert pair_limits(whole, an_offer(free), ONE, Outstanding(0, 0)) == limits
