"""What stands of a need or an offer that an import adds is kept as an amount until it moves."""

from datetime import date
from types import SimpleNamespace

import pytest

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit
from ledger.store.journal.accounts import Account

EUR = Unit("EUR", 2, "money", "Euro")


@pytest.mark.parametrize(
    ("side", "standing", "stages"),
    [
        (Side.NEED, 0, {}),
        (Side.NEED, 700, {Stage.OPEN: 700}),
        (Side.OFFER, 700, {Stage.AVAILABLE: 700}),
        (Side.NEED, {Stage.OPEN: 5, Stage.HELD: 2}, {Stage.OPEN: 5, Stage.HELD: 2}),
    ],
)
def test_an_amount_stands_where_nothing_has_moved(side: Side, standing: object, stages: object):
    account = Account(side, 1, 1, SimpleNamespace(code="X-1"), EUR, standing)

    assert account.balance.stages == stages
    assert account.stages == stages
    # Once they are asked for, they follow every movement.
    account.stages[Stage.WITHDRAWN] = 3
    assert account.balance.stages == {**stages, Stage.WITHDRAWN: 3}
    assert not account.is_late(date(2026, 1, 1))
