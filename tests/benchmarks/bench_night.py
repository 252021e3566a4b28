"""How long a night takes over a large journal, and what of it a second run costs.

    python tests/benchmarks/bench_night.py
    python tests/benchmarks/bench_night.py --movements 200000 --engine both
    python tests/benchmarks/bench_night.py --restrictions 1500    the same nights without and with

A fund is grown to that many movements as `fund_of_years` says: most of them of deals that are long
delivered, beside a pipeline of a thousand open needs and six hundred offers. Some hundred holds
and offers are past their date. The first night of all is run as a whole process, and seals all
there is; then that night again, which finds nothing left to do; then, after a day of some hundred
acts, a night as it usually is. Seconds of the processor are what to hold to the mark where others
work on the machine. With restrictions, a second fund has so many of them: firms and one bank in ten
that are debarred, and programmes between countries. The first has the same firms.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bench_reading import ENTRY
from bench_world import DECLARED, Place, asked, asked_engines, opened, place_of, say
from fund_of_years import PROVIDERS, fund_of_years

from ledger.core.factors import Factor, Side
from ledger.core.quantity import Quantity
from ledger.journal.entries import ActDetails
from ledger.journal.receipts import Receipt
from ledger.registers.records import Need, Offer, Project, Provider, Restriction
from ledger.store.session.execute import execute
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import Introduction, hold
from ledger.usecases.registers.quantities import set_quantity, withdraw

AMOUNT = 100_000
PAST = date(2020, 2, 1)
"""The last day of what is to lapse."""
MARK_SECONDS, MARK_MEGABYTES = 60, 1000


class Ran(NamedTuple):
    """A whole process: seconds on the wall and of the processor, memory at most, its answer."""

    wall: float
    busy: float
    megabytes: float
    answer: dict[str, Any]


def main() -> None:
    """Measure on each engine asked for."""
    parser = argparse.ArgumentParser(description="A night over a large journal.")
    parser.add_argument("--needs", type=int, default=1_000, help="needs that are open")
    parser.add_argument("--offers", type=int, default=600, help="offers that are available")
    parser.add_argument("--movements", type=int, default=1_000_000)
    parser.add_argument("--lapsing", type=int, default=300, help="holds and offers past their date")
    parser.add_argument("--restrictions", type=int, default=0, help="of a second fund")
    parser.add_argument("--time-limit", default="20", help="seconds for the proposal")
    said, engines = asked_engines(parser)
    for engine in engines:
        with place_of(engine) as place:
            plain = measure(engine, place, said)
        if said.restrictions:
            with place_of(engine) as place:
                barred = measure(engine, place, said, are_debarred=True)
            pairs = zip(plain, barred, strict=True)
            added = ", ".join(f"{more.busy / less.busy - 1:+.1%}" for less, more in pairs)
            say(f"{engine}: {said.restrictions:,} restrictions add {added}, first, again, usual")


def measure(
    engine: str, place: Place, said: argparse.Namespace, *, are_debarred: bool = False
) -> tuple[Ran, Ran, Ran]:
    """Run a night twice and one after a day of acts; print and give what they took."""
    url = fund_of_years(place, said.movements, said.needs, said.offers)
    leave_lapsing(url, said.lapsing)
    add_firms(url, said.restrictions, are_debarred=are_debarred)
    first, again = night(url, said.time_limit), night(url, said.time_limit)
    a_day(url, said.lapsing)
    usual = night(url, said.time_limit)
    say(
        f"{engine}: a night over {said.movements:,} movements, {said.lapsing} holds past their date"
    )
    for name, ran in (("first", first), ("again", again), ("usual", usual)):
        say(
            f"  {name:<6} {ran.wall:6.1f} s, processor {ran.busy:6.1f} s, {ran.megabytes:6.0f} MB "
            f"(mark: {MARK_SECONDS} s, {MARK_MEGABYTES} MB)"
        )
        for step in ran.answer["steps"]:
            say(f"    {step['name']:<10} {step['seconds']:8.3f} s  {step['figures']}")
    say(f"  the same again took {again.busy / first.busy:.2f} of the first's processor time")
    assert not again.answer["changed"]
    return first, again, usual


def leave_lapsing(url: str, count: int) -> None:
    """Add needs and offers with a hold each, all past their date."""
    ledger = opened(url)

    def work(uow: UnitOfWork) -> Receipt:
        uow.add("project", Project(code="LATE", title="Late", city="MHD", sector="transport.urban"))
        for number in range(1, count + 1):
            terms: dict[str, Any] = {"factor": Factor.MONEY, "unit": "EUR", "declared_on": DECLARED}
            need = Need(code=f"LN-{number}", project="LATE", **terms)
            offer = Offer(code=f"LO-{number}", provider="BANK-0", valid_until=PAST, **terms)
            for side, record in ((Side.NEED, need), (Side.OFFER, offer)):
                uow.add(side.value, record)
                set_quantity(uow, uow.accounts.account(side, record.code), 2 * AMOUNT, DECLARED)
            introduction = Introduction(
                offer=offer.code,
                need=need.code,
                quantity=Quantity(AMOUNT, uow.units["EUR"]),
                details=ActDetails(effective_on=DECLARED + timedelta(days=1)),
                until=PAST,
                code=f"LD-{number}",
            )
            hold(uow, introduction)
        return uow.receipt()

    execute(ledger, asked("lapsing"), work)
    ledger.engine.dispose()


def add_firms(url: str, count: int, *, are_debarred: bool) -> None:
    """Add firms without offers; debar them and some banks from a day after the last hold on."""
    ledger = opened(url)
    terms = {"authority": "an authority", "reason": "measures", "from_": date(2027, 1, 1)}

    def debar(uow: UnitOfWork, number: int, **of: Any) -> None:
        if are_debarred:
            uow.add("restriction", Restriction(code=f"RS-{number:05}", **of, **terms))

    def work(uow: UnitOfWork) -> Receipt:
        for number in range(count):
            if number % 25 == 0:
                debar(uow, number, binds_countries=("IR", "TR"), countries=("BR",))
            elif number < PROVIDERS and number % 10 == 1:
                debar(uow, number, providers=(f"BANK-{number}",))
            else:
                firm = Provider(code=f"FIRM-{number}", name=f"Firm {number}", kind="company")
                uow.add("provider", firm)
                debar(uow, number, providers=(firm.code,))
        return uow.receipt()

    if count:
        execute(ledger, asked("firms"), work)
    ledger.engine.dispose()


def a_day(url: str, acts: int) -> None:
    """Let officers do some acts, each by a request of its own."""
    ledger = opened(url)
    for number in range(1, acts + 1):

        def act(uow: UnitOfWork, number: int = number) -> Receipt:
            withdraw(uow, Side.NEED, f"LN-{number}", "1 EUR")
            return uow.receipt()

        execute(ledger, asked("need withdraw"), act)
    ledger.engine.dispose()


def night(url: str, time_limit: str) -> Ran:
    """Run a night as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "night.json"
        words = [sys.executable, "-c", ENTRY, "reconcile", "--json", "--quiet"]
        words += ["--time-limit", time_limit]
        begun = time.perf_counter()
        with out.open("wb") as target:
            child = os.posix_spawn(
                sys.executable,
                words,
                {**os.environ, "CITYFUND_DB": url},
                file_actions=[(os.POSIX_SPAWN_DUP2, target.fileno(), 1)],
            )
        _, status, spent = os.wait4(child, 0)
        wall = time.perf_counter() - begun
        # The ledger was filled in a hurry, with receipts that tell nothing: that is found.
        assert os.waitstatus_to_exitcode(status) in {0, 1}, out.read_text("utf-8")
        answer = json.loads(out.read_text("utf-8"))
    return Ran(wall, spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1000, answer)


if __name__ == "__main__":
    main()
