"""One meeting entered twice at once, by two officers: the second is refused."""

from __future__ import annotations

import pytest
from bodies import a_body
from gatherings import a_meeting
from test_terms_meet_acts import while_somebody
from world import World

from ledger.journal.receipts import Receipt
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms

pytestmark = pytest.mark.only_on("postgresql")
TERMS = {"body": "METROPOLIS", "name": "Assembly", "from": "2025-11-03"}


def enters(uow: UnitOfWork) -> Receipt:
    return records.add(uow, "meeting", TypedTerms(TERMS))


def test_a_meeting_entered_twice_at_once_is_recorded_once(world: World) -> None:
    world.do(lambda uow: uow.add("body", a_body()))
    assert while_somebody(lambda other: other.do(enters), world, enters) == (1, "AlreadyThere")


def test_a_meeting_does_not_become_one_that_is_entered_meanwhile(world: World) -> None:
    world.do(lambda uow: uow.add("body", a_body()))
    world.do(lambda uow: uow.add("meeting", a_meeting(name="Board")))

    def rename(uow: UnitOfWork) -> Receipt:
        return records.edit(uow, "meeting", "MT-1", TypedTerms({"name": "ASSEMBLY"}))

    assert while_somebody(lambda other: other.do(enters), world, rename) == (1, "AlreadyThere")
