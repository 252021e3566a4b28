"""How fast deals are introduced, one durable act each, beside the driver sending the same.

    python tests/benchmarks/bench_acts.py
    python tests/benchmarks/bench_acts.py --sides 10000 --deal-acts 30000 --engine both

A first ledger takes the introductions while their statements are taken down. Then two copies
take them by turns: one through the use-case, with all its checks; the other by the driver alone,
which sends the very statements and parameters that were taken down. Guards, indexes, settings and
file system are the same.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from datetime import date

from bench_world import (
    Place,
    Statement,
    asked,
    asked_engines,
    fill,
    median_ms,
    need_code,
    offer_code,
    opened,
    place_of,
    recorded,
    replay,
    say,
)

from ledger.core.quantity import parse_quantity
from ledger.journal.receipts import Receipt
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import Introduction, introduce

UNTIL = date(2099, 12, 31)
WARM_UP = 20
"""Acts that fill the caches of either side first; they are not counted."""


def main() -> None:
    """Measure on a small and on a large ledger of each engine asked for."""
    parser = argparse.ArgumentParser(description="Acts per second beside the driver.")
    parser.add_argument("-n", "--times", type=int, default=500)
    parser.add_argument("--sides", type=int, help="needs, and offers, of one ledger")
    parser.add_argument("--deal-acts", type=int, default=30_000, help="acts of its deals")
    said, engines = asked_engines(parser)
    sizes = [(said.sides, said.deal_acts)] if said.sides else [(100, 300), (10_000, 30_000)]
    for engine in engines:
        for sides, deal_acts in sizes:
            with place_of(engine) as place:
                measure(engine, place, (sides, deal_acts), said.times)


def measure(engine: str, place: Place, size: tuple[int, int], times: int) -> None:
    """Build a ledger of a size, record on one copy, then time two others by turns."""
    sides, deal_acts = size
    source = place.new("source")
    ledger = opened(source)
    fill(ledger, sides=sides, deal_acts=deal_acts)
    ledger.engine.dispose()
    first, ours, bare = (place.copy(source, name) for name in ("first", "ours", "bare"))
    acts = take_down(opened(first), sides, times + WARM_UP)
    spent = by_turns(opened(ours), place.raw(bare), acts, sides)
    report(f"{engine}, {sides:,} needs and offers, {deal_acts:,} acts of deals", acts, spent)


def introduce_one(ledger: Ledger, turn: int, sides: int) -> None:
    """Introduce the turn's pair: each pair is new, so that each act opens a deal."""
    need, step = turn % sides, 1 + turn // sides
    given = {
        "offer": offer_code((need + step) % sides + 1),
        "need": need_code(need + 1),
        "quantity": "1000 EUR",
    }

    def handle(uow: UnitOfWork) -> Receipt:
        introduction = Introduction(
            offer=given["offer"],
            need=given["need"],
            quantity=parse_quantity(given["quantity"], uow.units),
            details=uow.details(),
            until=UNTIL,
        )
        return introduce(uow, introduction)

    execute(ledger, asked("deal introduce", given=given), handle)


def take_down(ledger: Ledger, sides: int, times: int) -> list[list[Statement]]:
    """Carry the acts out on a ledger of their own; give the statements of each."""
    acts: list[list[Statement]] = []
    with recorded(ledger.engine) as told:
        for turn in range(times):
            introduce_one(ledger, turn, sides)
            acts.append(list(told))
            told.clear()
    return acts


def by_turns(
    ledger: Ledger, raw: object, acts: list[list[Statement]], sides: int
) -> dict[str, list[float]]:
    """Carry each act out through the use-case, then by the driver; give the seconds of each."""
    spent: dict[str, list[float]] = {"ours": [], "ours busy": [], "bare": [], "bare busy": []}
    for turn, statements in enumerate(acts):
        for name, act in (
            ("ours", lambda: introduce_one(ledger, turn, sides)),  # noqa: B023 (called at once)
            ("bare", lambda: replay(raw, statements)),  # noqa: B023 (called at once)
        ):
            start, busy = time.perf_counter(), time.process_time()
            act()
            if turn >= WARM_UP:
                spent[f"{name} busy"].append(time.process_time() - busy)
                spent[name].append(time.perf_counter() - start)
    return spent


def report(title: str, acts: list[list[Statement]], spent: dict[str, list[float]]) -> None:
    """Print what was measured, and what an act sends."""
    say(f"one deal introduced: {title}")
    for name, side in (("use-case", "ours"), ("driver", "bare")):
        wall, busy = median_ms(spent[side]), median_ms(spent[f"{side} busy"])
        say(f"  {name:<9}{1000 / wall:6.0f} acts/s: {wall:.2f} ms, processor {busy:.2f} ms")
    ratio = median_ms(spent["bare"]) / median_ms(spent["ours"])
    say(f"  ratio    {ratio:6.2f} of the driver's rate (mark: 0.50)")
    last = acts[-1]
    verbs = Counter(statement.sql.split()[0].upper() for statement in last)
    told = ", ".join(f"{count} {verb}" for verb, count in verbs.most_common())
    say(f"  {len(last)} statements: {told}")


if __name__ == "__main__":
    main()
