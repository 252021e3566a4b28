"""The table of allowed moves, spelled out here a second time, word for word from its rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.core.factors import Side, Stage
from ledger.core.quantity import MAX_AMOUNT
from ledger.journal.entries import ALLOWED_MOVES, Act, Movement

OF_A_NEED = """
    declare    undeclared  open
    revise     undeclared  open
    revise     open        undeclared
    introduce  open        held
    commit     held        committed
    commit     open        committed
    deliver    committed   delivered
    release    held        open
    release    committed   open
    return     delivered   committed
    withdraw   open        withdrawn
    reinstate  withdrawn   open
"""

OF_AN_OFFER = """
    declare    undeclared  available
    revise     undeclared  available
    revise     available   undeclared
    introduce  available   held
    commit     held        committed
    commit     available   committed
    deliver    committed   delivered
    release    held        available
    release    committed   available
    release    available   expired
    release    available   withdrawn
    return     delivered   committed
    withdraw   available   withdrawn
    expire     available   expired
    reinstate  withdrawn   available
    reinstate  expired     available
"""


def spelled_out() -> Iterator[tuple[str, str, str, str]]:
    for side, table in (("need", OF_A_NEED), ("offer", OF_AN_OFFER)):
        for line in table.split("\n"):
            if line.strip():
                act, source, target = line.split()
                yield act, side, source, target
                yield "reverse", side, target, source
                yield "reverse", side, source, target


def test_no_move_is_allowed_but_these():
    assert {tuple(map(str, move)) for move in ALLOWED_MOVES} == set(spelled_out())


def test_a_need_never_expires_and_is_never_available():
    stages = {move.to_stage for move in ALLOWED_MOVES if move.side is Side.NEED}

    assert stages.isdisjoint({Stage.AVAILABLE, Stage.EXPIRED})


def test_the_fund_itself_is_no_side():
    assert {move.side.value for move in ALLOWED_MOVES} == {"need", "offer"}


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1])
def test_a_movement_of_nothing_or_of_too_much_is_a_bug(amount: int):
    with pytest.raises(AssertionError):
        moved(amount)


def test_a_movement_that_goes_nowhere_is_a_bug():
    with pytest.raises(AssertionError):
        moved(1, to_stage=Stage.OPEN)


def moved(amount: int, to_stage: Stage = Stage.HELD) -> Movement:
    return Movement(
        side=Side.NEED,
        account="N-0001",
        unit="EUR",
        from_stage=Stage.OPEN,
        to_stage=to_stage,
        amount=amount,
    )


def test_every_act_has_a_move():
    assert {move.act for move in ALLOWED_MOVES} == set(Act)
