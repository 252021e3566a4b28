"""What follows from the stages of a need or an offer."""

from __future__ import annotations

import pytest

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit
from ledger.journal.balance import Balance

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
