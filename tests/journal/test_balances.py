"""What follows from the stages of a need or an offer."""

from __future__ import annotations

import pytest

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit
from ledger.deals.deal import Deal
from ledger.journal.balance import Balance, DealBalance

EUR = Unit("EUR", 2, "money", "Euro")
NEED = Balance(
    Side.NEED,
    "N-0001",
    EUR,
    {Stage.OPEN: 1, Stage.HELD: 2, Stage.COMMITTED: 4, Stage.DELIVERED: 8, Stage.WITHDRAWN: 16},
)
OFFER = Balance(
    Side.OFFER,
    "O-0001",
    EUR,
    {Stage.AVAILABLE: 1, Stage.HELD: 2, Stage.WITHDRAWN: 16, Stage.EXPIRED: 32},
)
NOTHING = Balance(Side.NEED, "N-0002", EUR, {})
FIGURES = ("free", "held", "committed", "delivered", "withdrawn", "expired")


def figures(balance: Balance, *names: str) -> tuple[int, ...]:
    return tuple(getattr(balance, name) for name in names)


def test_each_stage_is_a_figure_and_a_missing_one_is_zero() -> None:
    assert figures(NEED, *FIGURES) == (1, 2, 4, 8, 16, 0)
    assert figures(OFFER, *FIGURES) == (1, 2, 0, 0, 16, 32)
    assert figures(NOTHING, *FIGURES) == (0,) * 6


@pytest.mark.parametrize(
    ("balance", "required", "net", "gap"),
    [(NEED, 31, 15, 3), (OFFER, 51, 3, 3), (NOTHING, 0, 0, 0)],
)
def test_what_is_required_what_still_counts_and_the_gap(balance, required, net, gap) -> None:
    assert figures(balance, "required", "net", "gap") == (required, net, gap)


def test_one_part_is_a_quantity_and_none_is_not() -> None:
    assert Balance(Side.NEED, "N-0003", EUR, {Stage.WITHDRAWN: 1}).quantified
    assert not NOTHING.quantified
    assert not Balance(Side.NEED, "N-0004", EUR, {Stage.OPEN: 0}).quantified


def test_a_quantity_is_absent_as_unknown_or_as_not_declared() -> None:
    assert Balance(Side.NEED, "N-0001", EUR, {Stage.OPEN: 1}).quantity_absent is None
    assert NOTHING.quantity_absent == "unknown"
    assert Balance(Side.NEED, "N-0002", EUR, {}, declared=False).quantity_absent == "not declared"


@pytest.mark.parametrize(
    ("stages", "state", "finished"),
    [
        ({Stage.HELD: 1}, "held", False),
        ({Stage.COMMITTED: 1}, "committed", False),
        ({Stage.DELIVERED: 1}, "delivered", True),
        ({Stage.HELD: 1, Stage.COMMITTED: 1, Stage.DELIVERED: 1}, "committed", False),
        ({Stage.HELD: 1, Stage.DELIVERED: 1}, "held", False),
        ({Stage.HELD: 0, Stage.COMMITTED: 0, Stage.DELIVERED: 1}, "delivered", True),
        ({Stage.HELD: 0}, "released", True),
        ({}, "released", True),
    ],
)
def test_a_deal_stands_where_its_need_s_side_does(
    stages: dict[Stage, int], state: str, *, finished: bool
) -> None:
    deal = DealBalance(Deal(code="D-0001", offer="O-0001", need="N-0001"), stages, {Stage.HELD: 9})
    assert (deal.state, deal.is_finished) == (state, finished)
