"""One tie recorded twice at once, each time from another side: the second is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_terms_meet_acts import while_somebody
from ties import a_partnership
from world import World

from ledger.journal.receipts import Receipt
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def cities(world: World) -> World:
    world.city("MHD")
    world.city("LHE", country="PK")
    return world


def tells(city: str, with_city: str) -> Callable[[UnitOfWork], Receipt]:
    terms = {"city": city, "with_city": with_city, "kind": "twinning"}

    def work(uow: UnitOfWork) -> Receipt:
        return records.add(uow, "partnership", TypedTerms(terms))

    return work


def test_a_tie_told_from_both_sides_at_once_is_recorded_once(cities: World) -> None:
    told = while_somebody(lambda other: other.do(tells("LHE", "MHD")), cities, tells("MHD", "LHE"))
    assert told == (2, "AlreadyThere")


def test_a_tie_is_not_revived_while_another_is_recorded(cities: World) -> None:
    cities.do(lambda uow: uow.add("partnership", a_partnership(signed="1993", ended="2003")))

    def revive(uow: UnitOfWork) -> Receipt:
        return records.edit(uow, "partnership", "PA-1", TypedTerms({"ended": ""}))

    told = while_somebody(lambda other: other.do(tells("LHE", "MHD")), cities, revive)
    assert told == (2, "AlreadyThere")
