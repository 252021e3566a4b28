"""What 1,500 restrictions add to a night: statements of SQL and calls, which are no time."""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from types import FrameType

import time_machine
from bars import a_restriction, an_exemption
from ledgers import Ledgers
from nights_world import NOON, Nights, days_from_now
from sent import recorded

from ledger.store.session.unit_of_work import UnitOfWork

RESTRICTIONS = 1_500
PROGRAMMES, CITIES = 60, 50
MOST_CALLS = 99
"""Calls of Python functions for each restriction in all steps of a night: a tenth of a night over
1,000 needs, 200 offers and 250 projects, which makes 1,489,000. What is left is mostly the check of
each restriction's leaf and versions."""


def furnish(nights: Nights) -> None:
    for at in range(20):
        nights.need("1000 EUR", f"N-{at}", project=f"PRJ-{at}")
        nights.offer("1000 EUR", f"O-{at}", provider=f"P-{at}")
    for at in range(CITIES):
        nights.city(f"C-{at}")
    nights.introduce("300 EUR", "O-1", "N-1", until=days_from_now(900))


def bar(nights: Nights) -> None:
    """Record debarred firms that have no offer, and programmes between countries with leave."""
    chance, countries = random.Random(1), ("FR", "DE", "BR", "KE", "JP", "TR")

    def work(uow: UnitOfWork) -> None:
        for at in range(RESTRICTIONS):
            if at < RESTRICTIONS - PROGRAMMES:
                record = a_restriction(f"RS-{at}", cities=(f"C-{at % CITIES}",))
            else:
                bound, target = chance.sample(countries, 2)
                terms = {"binds_countries": (bound,), "countries": (target,)}
                record = a_restriction(f"RS-{at}", **terms, review_on=days_from_now(90))
            uow.add("restriction", record)
            if at % 75 == 0:
                leave = an_exemption(f"EX-{at}", f"RS-{at}", factors=("money",))
                uow.add("exemption", leave)

    nights.do(work)


def counted(nights: Nights) -> tuple[int, int]:
    """Run a night; count its statements, and the calls of functions of the program."""
    calls = 0

    def call(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and "site-packages" not in frame.f_code.co_filename

    with recorded(nights.ledger.engine) as told:
        before = sys.getprofile()
        sys.setprofile(call)
        try:
            nights.night()
        finally:
            sys.setprofile(before)
    return len(told), calls


def usual(nights: Nights) -> tuple[int, int]:
    """Count the night after one that has sealed what was recorded before."""
    nights.night()
    with time_machine.travel(NOON + timedelta(days=1), tick=True):
        nights.withdraw("need", "N-2", "1 EUR")
        return counted(nights)


def test_1500_restrictions_add_at_most_a_tenth_to_a_night(nights: Nights, ledgers: Ledgers) -> None:
    furnish(nights)
    plain = Nights(ledgers.new())
    furnish(plain)
    bar(nights)
    warm = Nights(ledgers.new())
    furnish(warm)
    usual(warm)  # what is done once in a process is not of the restrictions
    statements, calls = usual(nights)
    plain_statements, plain_calls = usual(plain)
    assert statements <= 1.1 * plain_statements
    assert (calls - plain_calls) / RESTRICTIONS <= MOST_CALLS
    for one in (plain, warm):
        one.ledger.engine.dispose()


def test_a_night_reads_the_restrictions_once(nights: Nights) -> None:
    """Once in all steps of a night, and then no more until one was added or edited."""
    nights.need("1000 EUR", "N-1")
    nights.offer("1000 EUR", "O-1")
    nights.do(lambda uow: uow.add("restriction", a_restriction("RS-1", providers=("BANK",))))
    assert readings_in_a_night(nights, 0) == 1
    assert readings_in_a_night(nights, 1) == 0
    with time_machine.travel(NOON + timedelta(days=2), tick=True):
        nights.do(lambda uow: uow.add("restriction", a_restriction("RS-2", cities=("MHD",))))
    assert readings_in_a_night(nights, 2) == 1  # what was known the night before is still kept
    assert readings_in_a_night(nights, 3) == 0


def readings_in_a_night(nights: Nights, days: int) -> int:
    """Count how often a night reads the whole register of restrictions as records."""
    with (
        time_machine.travel(NOON + timedelta(days=days, hours=1), tick=True),
        recorded(nights.ledger.engine) as told,
    ):
        nights.night()
    return sum('FROM "restriction" AS own' in one.sql for one in told)
