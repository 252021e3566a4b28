"""How long approaches are listed and reported, as the journal grows.

    python tests/benchmarks/bench_approaches.py
    python tests/benchmarks/bench_approaches.py --engine both --movements 100000

Two ledgers have the same needs, offers, deals and approaches, and a journal of 10,000 or of more
movements. Every deal came of an approach. Whole processes read the ledgers by turns.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice, product

from bench_reading import ENTRY, FEW, Spent, grown, medians, run
from bench_world import (
    DECLARED,
    Place,
    asked,
    asked_engines,
    deal_code,
    need_code,
    opened,
    place_of,
    say,
)

from ledger.core.memory import garbage_collection_paused
from ledger.journal.receipts import Receipt
from ledger.registers.pairs import Approach
from ledger.registers.records import Provider
from ledger.store.session.execute import execute
from ledger.store.session.unit_of_work import UnitOfWork

COMMANDS = (
    ("report", "pipeline", "--json"),
    ("report", "pipeline", "--by", "provider,month", "--json"),
    ("report", "pipeline", "--list", "--json"),
    ("approach", "list", "--json"),
)
MARK = 2.0
"""The seconds that a report over 5,000 approaches may take."""


def main() -> None:
    """Measure on each engine asked for."""
    parser = argparse.ArgumentParser(description="Approaches, as the journal grows.")
    parser.add_argument("-n", "--times", type=int, default=3)
    parser.add_argument("--sides", type=int, default=1000, help="needs, offers and deals")
    parser.add_argument("--approaches", type=int, default=5000)
    parser.add_argument("--movements", type=int, default=100_000)
    said, engines = asked_engines(parser)
    for engine in engines:
        with place_of(engine) as place:
            measure(engine, place, said)


def measure(engine: str, place: Place, said: argparse.Namespace) -> None:
    """Read both ledgers by turns; print the medians."""
    urls = {}
    for movements in (FEW, said.movements):
        urls[movements] = grown(place, said.sides, movements)
        ask(urls[movements], said.sides, said.approaches)
    for words in COMMANDS:
        spent: dict[int, list[Spent]] = {movements: [] for movements in urls}
        for turn in range(said.times + 1):
            for movements, url in urls.items():
                once = run([sys.executable, "-c", ENTRY, *words], CITYFUND_DB=url)
                if turn:  # the first fills the caches
                    spent[movements].append(once)
        say(f"{engine}: {' '.join(words)}, medians of {said.times} (mark: {MARK} s)")
        for movements, times in spent.items():
            one = medians(times)
            say(f"  {movements:>9,} movements {one.wall:7.2f} s, processor {one.busy:6.2f} s")


def ask(url: str, sides: int, approaches: int) -> None:
    """Present every need to as many providers as make that many approaches."""
    ledger = opened(url)

    def work(uow: UnitOfWork) -> Receipt:
        askers = -(-approaches // sides)
        for number in range(1, askers):
            uow.add("provider", Provider(code=f"P-{number}", name=f"Bank {number}", kind="bank"))
        providers = ["BANK", *(f"P-{number}" for number in range(1, askers))]
        pairs = islice(product(providers, range(1, sides + 1)), approaches)
        for number, (provider, need) in zip(count(1), pairs, strict=False):
            uow.add("approach", _approach(number, need_code(need), provider))
        for number in range(1, sides + 1):
            deal = uow.find_record("deal", deal_code(number))
            uow.edit("deal", deal, replace(deal.record, origin=f"approach:AP-{number:04}"))
        return Receipt()

    with garbage_collection_paused():
        execute(ledger, asked("ask"), work)
    ledger.engine.dispose()


def _approach(number: int, need: str, provider: str) -> Approach:
    sent = DECLARED - timedelta(days=number % 200)
    answered = sent + timedelta(days=7)
    return Approach(
        code=f"AP-{number:04}",
        need=need,
        provider=provider,
        sent_on=sent,
        answer_by=sent + timedelta(days=60),
        interested_on=answered if number % 2 else None,
        declined_on=answered if number % 8 == 0 else None,
        reason="ticket" if number % 8 == 0 else None,
    )


if __name__ == "__main__":
    main()
