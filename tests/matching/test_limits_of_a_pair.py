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
from ledger.matching.problem import Demand, Limits, Supply, pair_limits

ONE = Ratio(1, 1)
RATES = st.sampled_from([ONE, ONE, Ratio(1085, 1000), Ratio(3, 2), Ratio(1, 3), Ratio(2, 1)])
NEARLY = st.sampled_from([0, 0, -1, 1])


def a_demand(open_: int, **terms: Any) -> Demand:
    defaults = {"net": open_, "divisible": True, "kind": 0, "only": None, "venture": 0}
    return Demand(code="N-1", open=open_, **{**defaults, **terms})


def a_supply(free: int, **terms: Any) -> Supply:
    return Supply(code="O-1", free=free, **{"kind": 0, "max_share": None, **terms})


def admitted(demand: Demand, supply: Supply, ratio: Ratio, lives: Outstanding) -> list[int]:
    """Try every amount by the words of the rules."""
    found = []
    for amount in range(1, demand.open + 1):
        cost = ratio.to_offer(amount)
        total = cost + lives.offer
        share = supply.max_share
        if (
            cost <= supply.free
            and (demand.divisible or amount == demand.open)
            and (supply.min_ticket is None or total >= supply.min_ticket)
            and (supply.max_ticket is None or total <= supply.max_ticket)
            and (share is None or amount + lives.need <= share_limit(share, demand.net))
        ):
            found.append(amount)
    return found


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Demand, Supply, Ratio, Outstanding]:
    """Draw a pair whose limits are near one another, and often equal."""
    open_, ratio = draw(st.integers(1, 40)), draw(RATES)
    lives = draw(
        st.sampled_from([Outstanding(0, 0), Outstanding(0, 0), Outstanding(3, ratio.to_offer(3))])
    )
    cost = ratio.to_offer(open_)

    def near(figure: int) -> int:
        return max(1, figure + draw(NEARLY))

    half = ratio.to_offer(max(1, open_ // 2))
    figures = st.sampled_from([cost, half, cost + lives.offer, half + lives.offer])
    tickets = sorted(near(draw(figures)) for _ in range(2))
    demand = a_demand(
        open_, net=open_ + lives.need + draw(st.integers(0, 2)), divisible=draw(st.booleans())
    )
    supply = a_supply(
        near(draw(st.sampled_from([cost, half, 2 * cost]))),
        min_ticket=draw(st.sampled_from([None, tickets[0]])),
        max_ticket=draw(st.sampled_from([None, tickets[1]])),
        max_share=draw(st.sampled_from([None, Decimal("0.5"), Decimal("0.333"), Decimal(1)])),
    )
    return demand, supply, ratio, lives


@given(pairs())
@examples(400)
def test_the_limits_are_the_amounts_that_the_rules_admit(
    pair: tuple[Demand, Supply, Ratio, Outstanding],
) -> None:
    limits = pair_limits(*pair)
    found = [] if limits is None else list(range(limits.low, limits.high + 1))
    assert found == admitted(*pair)


@pytest.mark.parametrize(
    ("terms", "limits"),
    [
        ({"min_ticket": 9}, Limits(9, 10)),
        ({"min_ticket": 10}, Limits(10, 10)),
        ({"min_ticket": 11}, None),
        ({"max_ticket": 10}, Limits(1, 10)),
        ({"max_ticket": 9}, Limits(1, 9)),
        ({"max_share": Decimal("0.5"), "min_ticket": 5}, Limits(5, 5)),
        ({"max_share": Decimal("0.5"), "min_ticket": 6}, None),
        ({"min_ticket": 7, "max_ticket": 7}, Limits(7, 7)),
    ],
)
def test_a_limit_that_is_met_is_met(terms: dict[str, Any], limits: Limits | None) -> None:
    assert pair_limits(a_demand(10), a_supply(20, **terms), ONE, Outstanding(0, 0)) == limits


@pytest.mark.parametrize(
    ("free", "limits"), [(9, None), (10, Limits(10, 10)), (11, Limits(10, 10))]
)
def test_an_indivisible_need_takes_an_offer_of_its_own_size(
    free: int, limits: Limits | None
) -> None:
    whole = a_demand(10, divisible=False)
    assert pair_limits(whole, a_supply(free), ONE, Outstanding(0, 0)) == limits
