"""Two acts at once under one cap, and a commitment beside the reopening of what comes first."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from remarks import a_limit
from test_terms_meet_acts import while_somebody
from world import World, deal_act, introduction

from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.journal.receipts import Receipt
from ledger.usecases.check import run_checks
from ledger.usecases.deals import acts

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def pair(world: World) -> World:
    for number in ("1", "2"):
        world.need("1000 EUR", code=f"N-000{number}")
        world.offer("5000 EUR", code=f"O-000{number}")
    world.do(lambda uow: uow.add("limit", a_limit(value=Decimal(100))))
    return world


def holds(offer: str, need: str, code: str | None = None) -> Callable[[Any], Receipt]:
    return lambda uow: acts.introduce(uow, introduction(uow, offer, need, "60 EUR", code=code))


def failures(world: World, name: str) -> list[str]:
    """Give what a check finds, of a limit that every write has seen although it is so new."""
    with patch("ledger.checks.limits.LATE_BY", 0):
        (result,) = run_checks(world.ledger, [name])
    return [*result.failures]


def test_the_second_of_two_in_one_need_sees_the_first(pair: World) -> None:
    other = holds("O-0002", "N-0001")
    ended = while_somebody(lambda one: one.do(other), pair, holds("O-0001", "N-0001"))

    assert ended[1] == "LimitExceeded"
    assert failures(pair, "limits") == []


def test_the_second_of_two_with_codes_of_the_program_sees_the_first(pair: World) -> None:
    other = holds("O-0002", "N-0002")
    ended = while_somebody(lambda one: one.do(other), pair, holds("O-0001", "N-0001"))

    assert ended[1] == "LimitExceeded"
    assert failures(pair, "limits") == []


def test_the_check_finds_the_second_of_two_that_did_not_meet(pair: World) -> None:
    other = holds("O-0002", "N-0002", "D-B")
    ended = while_somebody(lambda one: one.do(other), pair, holds("O-0001", "N-0001", "D-A"))

    assert ended == (1, "done")
    (failure,) = failures(pair, "limits")
    assert f"entry {pair.entries()[-1].number}" in failure
    assert "LIM-1" in failure


def test_a_commitment_does_not_see_what_is_reopened_at_the_same_moment(world: World) -> None:
    world.need("10 EUR", code="N-0001")
    world.need("10 EUR", code="N-0002", after=("N-0001",))
    world.offer("5000 EUR")
    world.offer("5000 EUR", code="O-0002")
    world.introduce("10 EUR", directly=True)

    def releases(other: World) -> None:
        other.do(
            lambda uow: acts.act_on(
                uow, deal_act(uow, "D-0001", Act.RELEASE, from_stage=Stage.COMMITTED)
            )
        )

    def commits(uow: Any) -> Receipt:
        return acts.introduce(uow, introduction(uow, "O-0002", "N-0002", "10 EUR", directly=True))

    assert while_somebody(releases, world, commits) == (1, "done")
    assert failures(world, "sequence") == []
