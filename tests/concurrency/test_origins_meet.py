"""Two officers at once: no circle of origins is closed together, and nobody is asked twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from asks import an_approach
from world import World

from ledger.approaches.states import AlreadyAsked
from ledger.core.errors import LedgerError
from ledger.journal.receipts import Receipt
from ledger.origins.links import OriginCycle
from ledger.store.registers import codes_of
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.approaches.requests import add_approaches
from ledger.usecases.check import run_checks
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.records import edit
from ledger.usecases.undo import CannotUndo, undo

pytestmark = pytest.mark.only_on("postgresql")

Work = Callable[[UnitOfWork], Receipt]


@pytest.fixture
def asked(world: World) -> World:
    """Give a world with four approaches, AP-2 from AP-1 and AP-4 from AP-3."""
    world.need("1000 EUR")
    world.provider()
    world.provider("DONOR")
    for number in (1, 2, 3, 4):
        origin = f"approach:AP-{number - 1}" if number in (2, 4) else None
        approach = an_approach(f"AP-{number}", origin=origin)
        world.do(lambda uow, approach=approach: uow.add("approach", approach))
    return world


def comes_from(code: str, origin: str) -> Work:
    terms = TypedTerms({"origin": f"approach:{origin}", "note": "as its letter says"})
    return lambda uow: edit(uow, "approach", code, terms)


def asks(provider: str) -> Work:
    return lambda uow: add_approaches(uow, "N-0001", [provider], TypedTerms({}), 60)


def both(world: World, work: Work, meanwhile: Work) -> str:
    """Do some work on what is seen now, after somebody else's whole request that is not seen."""
    tried: list[int] = []

    def working(uow: UnitOfWork) -> Receipt:
        tried.append(1)
        if len(tried) == 1:
            World(world.url).do(meanwhile)
        return work(uow)

    try:
        world.do(working, reason="slip")
    except LedgerError as refusal:
        return type(refusal).__name__
    return "done"


def sound(world: World) -> None:
    assert [one.failures for one in run_checks(world.ledger) if one.failures] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (comes_from("AP-1", "AP-3"), comes_from("AP-3", "AP-1")),
        (comes_from("AP-1", "AP-4"), comes_from("AP-3", "AP-2")),
    ],
)
def test_a_circle_is_not_closed_by_two_together(asked: World, one: Work, other: Work) -> None:
    assert both(asked, one, other) == OriginCycle.__name__
    sound(asked)


def test_two_who_give_unrelated_origins_are_both_done(asked: World) -> None:
    assert both(asked, comes_from("AP-2", "AP-4"), comes_from("AP-3", "AP-1")) == "done"


def test_a_provider_is_not_asked_by_two_at_once(asked: World) -> None:
    assert both(asked, asks("DONOR"), asks("DONOR")) == AlreadyAsked.__name__


def test_an_origin_is_not_undone_while_somebody_names_it(asked: World) -> None:
    asked.do(asks("DONOR"), key="letter")
    with asked.ledger.read() as connection:
        (code,) = {*codes_of(connection, "approach")} - {f"AP-{number}" for number in range(5)}
    ended = both(asked, lambda uow: undo(uow, "letter"), comes_from("AP-1", code))
    assert ended == CannotUndo.__name__
    sound(asked)
