"""The status that the database counts is that of reading whole registers, on random ledgers."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hands import seeds
from world import World

from ledger.core.errors import LedgerError
from ledger.core.factors import Factor
from ledger.deals.instalments import instalment_of
from ledger.registers.activity import Reminder
from ledger.registers.pairs import Approach
from ledger.store import registers
from ledger.usecases.status import read_status
from ledger.usecases.status_data import read_status_data, whole_status_data
from ledger.usecases.worklist import read_worklist

TODAY = date(2026, 11, 23)
CITIES = {"MHD": ("IR", "asia"), "SAO": ("BR", "americas"), "IST": ("TR", "asia")}
TOPICS = (None, None, "metro", "Metro", "schools")
DAYS = (None, *(TODAY + timedelta(days=days) for days in (-30, -1, 0, 1, 20, 60)))


def furnish(world: World, seed: int) -> None:
    """Record some of everything that the status counts or lists."""
    random = Random(seed)
    for code, (country, office) in CITIES.items():
        world.city(code, country=country, office=office, withdrawn=random.random() < 0.1)
    for number in range(4):
        statuses = ("preparation", "identification", "preparation", "cancelled")
        status, city = random.choice(statuses), random.choice([*CITIES])
        sector = random.choice(("transport.urban", "health"))
        title = f"Line {number}"
        code = f"PRJ-{number:04}"
        world.project(code, city=city, status=status, sector=sector, title=title)
    for number in range(10):
        _need(world, random, number)
    for number in range(8):
        _offer(world, random, number)
    for number in range(random.choice((0, 6, 12))):
        _deal(world, random, number)
    for number in range(3):
        _ask(world, random, number)
    about = random.choice((("need", "N-0001"), ("project", "PRJ-0001"), ("deal", "D-0001")))
    if world.knows(*about):
        reminder = Reminder("R-0001", about[1], about[0], TODAY, "Call them")
        world.do(lambda uow: uow.add("reminder", reminder))


def _factor(random: Random) -> tuple[Factor, str]:
    return random.choice(((Factor.MONEY, "EUR"), (Factor.MONEY, "USD"), (Factor.EXPERTISE, "km")))


def _need(world: World, random: Random, number: int) -> None:
    factor, unit = _factor(random)
    quantity = None if random.random() < 0.1 else f"{random.choice((1, 10, 100))} {unit}"
    code = f"N-{number:04}"
    world.need(
        quantity,
        code=code,
        factor=factor,
        project=f"PRJ-{random.randrange(4):04}",
        **({} if quantity else {"unit": unit}),
        topic=random.choice(TOPICS),
        needed_by=random.choice(DAYS),
        divisible=random.random() < 0.7,
    )
    if quantity and random.random() < 0.2:
        world.withdraw("need", code, random.choice((None, f"1 {unit}")))


def _offer(world: World, random: Random, number: int) -> None:
    factor, unit = _factor(random)
    code, open_to_all = f"O-{number:04}", random.random() < 0.3
    terms: dict[str, Any] = {
        "countries": random.choice(((), ("IR",), ("BR", "TR"))),
        "cities": random.choice(((), (), ("SAO",))),
        "topics": random.choice(((), ("metro",))),
        "sectors": random.choice(((), ("transport",))),
        "min_ticket": random.choice((None, 5_00)) if factor is Factor.MONEY else None,
        "max_ticket": random.choice((None, None, 50_00)) if factor is Factor.MONEY else None,
        "available_from": random.choice((None, None, TODAY)),
    }
    quantity = f"{random.choice((1, 20, 200))} {unit}"
    until = random.choice(DAYS)
    terms = {"valid_until": until} if open_to_all else {"valid_until": until, **terms}
    world.offer(quantity, code=code, factor=factor, **terms)
    if random.random() < 0.15:
        world.withdraw("offer", code)


def _deal(world: World, random: Random, number: int) -> None:
    need, offer, deal = f"N-{random.randrange(10):04}", f"O-{random.randrange(8):04}", f"D-{number}"
    unit = random.choice(("EUR", "USD", "km"))
    until, due_on = (TODAY + timedelta(days=random.choice((1, 10, 90))) for _ in range(2))
    with suppress(LedgerError):
        world.introduce(f"1 {unit}", offer=offer, need=need, code=deal, until=until, due_on=due_on)
        if random.random() < 0.6:
            world.commit(deal=deal)
            unit_of_need = world.record("need", need).unit
            part = instalment_of(deal, TODAY + timedelta(days=5), 1, unit_of_need)
            if random.random() < 0.5:
                world.do(lambda uow: uow.add("instalment", part))
        if random.random() < 0.3:
            random.choice((world.deliver, world.release))(deal=deal)


def _ask(world: World, random: Random, number: int) -> None:
    need, provider = f"N-{random.randrange(10):04}", "BANK"
    answered = random.choice((None, TODAY - timedelta(days=1)))
    approach = Approach(
        f"AP-{number}",
        need,
        provider,
        TODAY - timedelta(days=60),
        TODAY + timedelta(days=random.choice((-5, 3, 90))),
        interested_on=answered,
    )
    with suppress(LedgerError):
        world.do(lambda uow: uow.add("approach", approach))


def answers(world: World, days: int, *, whole: bool) -> tuple[Any, ...]:
    with world.ledger.reader() as reader:
        data = whole_status_data(reader) if whole else read_status_data(reader, days)
        assert (data.unserved is None) is whole
        offices = (None, "asia")
        work = [read_worklist(reader, data, days, office=office) for office in offices]
        return read_status(reader, days, data), work


@pytest.mark.parametrize("seed", seeds(4, 12))
def test_the_database_counts_and_lists_what_records_say(world: World, seed: int) -> None:
    furnish(world, seed)
    for days in (0, 30):
        assert answers(world, days, whole=False) == answers(world, days, whole=True)


def test_of_needs_that_offers_fit_one_of_each_terms_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()
    records = registers.stored_records

    def noted(kind: str, rows: Any) -> list[Any]:
        found = [*records(kind, rows)]
        read[kind] += len(found)
        return found

    def counted() -> Counter[str]:
        read.clear()
        assert answers(world, 30, whole=False)[1] == [[], []]
        return Counter(read)

    world.offer("500 EUR", code="O-0")
    world.need("5 EUR", code="N-0")
    monkeypatch.setattr(registers, "stored_records", noted)
    few = counted()
    for number in range(1, 6):
        world.offer("500 EUR", code=f"O-{number}")
        world.project(f"PRJ-{number}")
        world.need("7 EUR", code=f"N-{number}", project=f"PRJ-{number}")
    assert counted() == few
    assert few["need"] == few["offer"] == 1
