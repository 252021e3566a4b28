"""What sealing costs, and proving what was sealed: the first time over a full ledger, then nightly.

    python tests/benchmarks/bench_seals.py [--movements 1000000] [--engine both]

Seconds are the processor's, of this process alone; on a server what the server does comes on top.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench_world import Place, asked, asked_engines, fill, opened, place_of, say

from ledger.core.factors import Side
from ledger.journal.receipts import Receipt
from ledger.store.evidence.seals import last_seal
from ledger.store.session import ledger as book
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.usecases.check import run_checks
from ledger.usecases.evidence import prove, seal_journal
from ledger.usecases.registers.quantities import withdraw


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do something and print what it took."""
    wall, own = time.perf_counter(), time.process_time()
    answer = work()
    wall, own = time.perf_counter() - wall, time.process_time() - own
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"{name:<46} {own:8.2f} s, {wall:8.2f} s on the clock, {most} MB at most")
    return answer


def a_day(ledger: Ledger, acts: int) -> None:
    """Let some acts be recorded, each by a request of its own."""
    for number in range(1, acts + 1):

        def act(uow: Any, number: int = number) -> Receipt:
            return withdraw(uow, Side.NEED, f"N-{number:04}", "0.01 EUR")

        execute(ledger, asked("need withdraw"), act)


def bench(place: Place, movements: int) -> None:
    """Print the figures for one ledger."""
    sides = max(4, movements // 50)
    ledger = opened(place.new("sealed"))
    fill(ledger, sides=sides, deal_acts=(movements - 2 * sides) // 2)
    timed("the first seal", lambda: seal_journal(ledger, lambda _: asked("audit seal")))
    with ledger.read() as connection:
        seal = last_seal(connection)
    assert seal is not None
    say(f"{movements} movements: {seal.size} leaves in {seal.number} seals")
    a_day(ledger, 200)
    timed("a seal after 200 acts", lambda: seal_journal(ledger, lambda _: asked("audit seal")))
    timed("nothing new", lambda: seal_journal(ledger, lambda _: asked("audit seal")))
    timed("check seals", lambda: run_checks(ledger, ["seals"], [seal.tree_head]))
    timed("check chain", lambda: run_checks(ledger, ["chain"]))
    timed("prove one entry", lambda: prove(ledger, movements // 4))


def main() -> None:
    """Print the figures for the engines asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=1_000_000)
    said, engines = asked_engines(parser)
    # Nobody else writes here, so nothing has to settle first.
    book.STABLE_AFTER = timedelta(0)  # type: ignore[misc]
    for engine in engines:
        say(f"== {engine}")
        with place_of(engine) as place:
            bench(place, said.movements)


if __name__ == "__main__":
    main()
