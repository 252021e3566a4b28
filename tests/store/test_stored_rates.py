"""Rates as they are kept: the latest recorded of a day counts, a withdrawn one not at all."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sent import recorded
from world import World

from ledger.rates.rates import Rate, RateBook, find_rate
from ledger.store.rates import StoredRates, read_day_rates, read_rates
from ledger.store.registers import load_all
from ledger.store.session.snapshot import RATES

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


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAIRS = (("EUR", "USD"), ("EUR", "JPY"), ("USD", "JPY"), ("JPY", "USD"))
Said = tuple[datetime, Rate, bool]


def said_by_chance(world: World, chance: random.Random) -> list[Said]:
    """Record rates of a few days over and over, and withdraw some; each on a later day."""
    told: list[Said] = []
    for hour in range(40):
        base, other = chance.choice(PAIRS)
        rate = Rate(date(2026, 3, chance.randint(1, 6)), base, other, Decimal(chance.randint(1, 9)))
        withdrawn = chance.random() < 0.3
        moment = NOON + timedelta(hours=hour)
        with time_machine.travel(moment, tick=False):
            world.do(lambda uow, r=rate, w=withdrawn: uow.add_rate(r, withdrawn=w))
        told.append((moment, rate, withdrawn))
    return told


def in_force(told: list[Said], known_at: datetime) -> RateBook:
    """Play back what was said: the last word of each pair and day counts."""
    found: dict[tuple[date, str, str], Rate] = {}
    for moment, rate, withdrawn in told:
        if moment <= known_at:
            found.pop((rate.day, rate.base, rate.quote), None)
            if not withdrawn:
                found[rate.day, rate.base, rate.quote] = rate
    return RateBook(found.values())


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_of_asking_agree_with_playing_back_what_was_said(world: World, seed: int) -> None:
    chance = random.Random(seed)
    told = said_by_chance(world, chance)
    with world.ledger.read() as connection:
        for _ in range(60):
            known_at = NOON + timedelta(hours=chance.randint(-1, 41))
            day = date(2026, 3, chance.randint(1, 7))
            due = in_force(told, known_at)
            stored, of_day = (
                StoredRates(connection, known_at),
                read_day_rates(connection, day, known_at),
            )
            for pair in PAIRS:
                wanted = due.latest(*pair, day)
                assert stored.latest(*pair, day) == of_day.latest(*pair, day) == wanted
                now = in_force(told, NOON + timedelta(days=9)).latest(*pair, day)
                assert StoredRates(connection).latest(*pair, day) == now


def test_a_rate_is_found_by_the_index_and_leaves_it_at_the_first_row(world: World) -> None:
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(2000)]

    def many(uow: Any) -> None:
        for day in days:
            uow.add_rate(Rate(day, "EUR", "USD", Decimal("1.1")))
            uow.add_rate(Rate(day, "EUR", "JPY", Decimal(160)))

    world.do(many)
    with recorded(world.ledger.engine) as told, world.ledger.read() as connection:
        for known_at in (None, NOON):
            StoredRates(connection, known_at).latest("EUR", "USD", days[9])
            read_day_rates(connection, days[9], known_at).latest("EUR", "USD", days[9])
    asked = [one for one in told if "FROM rate" in one.sql or "JOIN rate" in one.sql]
    assert len(asked) == 4
    for one in asked:
        plan = plan_of(world, one.sql, one.parameters)
        # Of a small table a server may read all rows to put the few that were found beside it.
        walked = plan.replace("Seq Scan on rate found", "")
        assert "ix_rate_lookup" in plan
        assert "SCAN rate" not in walked
        assert "Seq Scan on rate" not in walked
        assert "TEMP B-TREE" not in plan
        assert "Sort" not in plan


def plan_of(world: World, sql: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if world.engine == "sqlite" else "EXPLAIN"
    with world.ledger.read() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"{explain} {sql}", parameters)
        return "\n".join(str(row) for row in cursor.fetchall())


def test_a_report_reads_its_rates_in_one_statement(world: World) -> None:
    for day in (MARCH, APRIL):
        quote(world, day, "1.08")
    with recorded(world.ledger.engine) as told, world.ledger.reader() as reader:
        snapshot = reader.snapshot(RATES)
        for code in ("USD", "JPY", "IRR", "GBP"):
            snapshot.rate_of(code, "EUR")
    assert len([one for one in told if "rate" in one.sql]) == 1


def test_an_act_sees_the_rate_that_its_own_request_adds(world: World) -> None:
    def both(uow: Any) -> None:
        uow.add_rate(Rate(MARCH, "EUR", "USD", Decimal("1.08")))
        found = find_rate(uow.rates, "EUR", "USD", APRIL)
        assert found == (Decimal("1.08"), MARCH, "direct")

    world.do(both)
