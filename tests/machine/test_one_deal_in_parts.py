"""One deal whose units differ by far, moved and undone in small parts: where rounding bites."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from both_books import NOON, SIDES
from fund import Fund
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from ledger.journal.entries import Act
from ledger.usecases.check import run_checks

WAYS = [
    (Act.COMMIT, "held"),
    (Act.COMMIT, "held"),
    (Act.DELIVER, "committed"),
    (Act.RETURN, "delivered"),
    (Act.RELEASE, "held"),
    (Act.RELEASE, "committed"),
]
MOVES = st.tuples(st.just("move"), st.sampled_from(WAYS), st.integers(1, 3))
UNDOINGS = st.tuples(st.just("undo"), st.none(), st.integers(0, 5))
DEAL = "D-0001"
Steps = list[tuple[str, tuple[Act, str], int]]


def play(url: str, held: list[int], steps: Steps) -> None:
    """Hold some cents against yen at 25 yen to the euro, then move and undo; compare each time."""
    with time_machine.travel(NOON, tick=True):
        fund = Fund(url)
        for code in SIDES:
            fund.set_quantity(code, 100, fund.today)
        for part in held:
            how = {"directly": False, "override": False}
            fund.introduce("O-3", "N-1", part, fund.today, 30, 0, **how)
        for kind, way, figure in steps:
            if kind == "undo":
                fund.reverse(fund.oracle.rows[-1 - figure], fund.today)
            else:
                fund.advance(DEAL, *way, figure, fund.today)
            fund.compare()
        failures = [told for one in run_checks(fund.world.ledger) for told in one.failures]
        fund.world.ledger.engine.dispose()
        assert failures == []


@pytest.mark.long
@pytest.mark.draws
def test_parts_that_round_to_nothing_strand_nothing(
    opened: Callable[[], str], engine_name: str
) -> None:
    @examples(25 if engine_name == "sqlite" else 8, everyday=3)
    @given(
        held=st.lists(st.integers(1, 4), min_size=1, max_size=2),
        steps=st.lists(MOVES | MOVES | UNDOINGS, min_size=4, max_size=14),
    )
    def any_parts(held: list[int], steps: Steps) -> None:
        play(opened(), held, steps)

    any_parts()
