"""How many statements an act or a report takes: bounded, however much the ledger holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event
from world import World

from ledger.factors import Side
from ledger.store import balances, registers


def statements(world: World, work: Callable[[], object]) -> list[str]:
    told: list[str] = []

    def tell(connection, cursor, statement, *more):
        told.append(statement)

    event.listen(world.ledger.engine, "before_cursor_execute", tell)
    work()
    event.remove(world.ledger.engine, "before_cursor_execute", tell)
    return [one for one in told if not one.startswith("BEGIN") and "alembic" not in one]


@pytest.fixture
def metro(world: World) -> World:
    world.need("100 EUR")
    world.offer("100 EUR")
    world.introduce("1 EUR")
    return world


@pytest.mark.parametrize("kind", registers.REGISTERS)
def test_a_register_is_read_in_one_statement(metro, kind):
    with metro.ledger.read() as connection:
        told = statements(metro, lambda: registers.load_all(connection, kind))

    assert len(told) == 1


def test_where_everything_stands_is_read_in_one_statement(metro):
    with metro.ledger.read() as connection:
        for reading in (
            lambda: balances.holder_stages(connection, Side.NEED),
            lambda: balances.deal_stages(connection),
        ):
            assert len(statements(metro, reading)) == 1


def test_the_journal_is_read_in_one_statement(metro):
    assert len(statements(metro, metro.entries)) == 1


def test_a_hold_asks_no_more_of_a_need_with_many_deals(metro):
    few = len(statements(metro, lambda: metro.introduce("1 EUR")))
    for number in range(2, 12):
        metro.offer("100 EUR", code=f"O-{number:04}")
        metro.introduce("1 EUR", offer=f"O-{number:04}")

    assert len(statements(metro, lambda: metro.introduce("1 EUR"))) == few


def test_an_act_asks_no_more_of_a_ledger_with_a_longer_history(metro):
    few = len(statements(metro, lambda: metro.commit("0.01 EUR")))
    for _ in range(10):
        metro.commit("0.01 EUR")

    assert len(statements(metro, lambda: metro.commit("0.01 EUR"))) == few
