"""Rates as they are kept: the latest recorded of a day counts, a withdrawn one not at all."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal

from world import World

from ledger.rates import Rate, find_rate
from ledger.store.rates import StoredRates, read_rates
from ledger.store.registers import load_all

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def quote(world: World, day: date, rate: str) -> None:
    world.do(lambda uow: uow.add_rate(Rate(day, "EUR", "USD", Decimal(rate))))


def in_april(world: World) -> Decimal | None:
    with world.ledger.read() as connection:
        found = find_rate(StoredRates(connection), "EUR", "USD", APRIL)
        assert (APRIL, "EUR", "USD") in read_rates(connection) or found is None or found.day < APRIL
    return None if found is None else found.rate


def test_a_withdrawn_rate_gives_way_to_the_day_before(world: World) -> None:
    quote(world, MARCH, "1.08")
    quote(world, APRIL, "10.9")
    quote(world, APRIL, "1.09")
    assert in_april(world) == Decimal("1.09")
    with closing(world.raw()) as raw:
        raw.execute(
            "INSERT INTO rate (id, day, base, quote, rate, withdrawn, request_id, recorded_at)"
            " SELECT 9, day, base, quote, rate, id = 3, request_id, recorded_at"
            " FROM rate WHERE id = 3"
        )
    assert in_april(world) == Decimal("1.08")


def test_a_deal_keeps_where_its_rate_came_from(world: World) -> None:
    world.need("1000 EUR")
    world.offer("5000 USD", unit="USD")
    quote(world, MARCH, "1.08")
    world.introduce("100 EUR")
    world.introduce("100 EUR", rate=Decimal("1.1"))
    with world.ledger.read() as connection:
        kept = [one.record for one in load_all(connection, "deal").values()]
    assert [(deal.rate_road, deal.rate_day) for deal in kept] == [
        ("direct", MARCH),
        ("given", None),
    ]
