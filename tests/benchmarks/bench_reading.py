"""How long gaps and balances take as the journal grows, beside hledger's `balance`.

    python tests/benchmarks/bench_reading.py
    python tests/benchmarks/bench_reading.py --movements 200000 --engine both -n 5

Two ledgers have the same needs, offers and deals, and a journal of 10,000 or of many more
movements. Whole processes read them by turns. hledger, where it is installed, then balances a
journal file of the larger number of movements, in its own format: an entry is a transaction, a
movement two postings of it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench_world import (
    DECLARED,
    Place,
    asked,
    asked_engines,
    deal_code,
    fill,
    need_code,
    offer_code,
    opened,
    place_of,
    say,
)

from ledger.core.factors import Side, Stage
from ledger.core.memory import garbage_collection_paused
from ledger.core.quantity import format_amount
from ledger.journal.entries import Act, ActDetails, Draft, Movement
from ledger.journal.receipts import Receipt
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork

ENTRY = "import sys; from cli.entry import main; sys.exit(main())"
COMMANDS = (("gaps", "--format", "json"), ("offer", "list", "--format", "json"))
AMOUNT = 100_000
FEW = 10_000
_PER_WRITE = 10_000
_CYCLE = (
    (Act.DELIVER, Stage.COMMITTED, Stage.DELIVERED),
    (Act.RETURN, Stage.DELIVERED, Stage.COMMITTED),
)


def main() -> None:
    """Measure on each engine asked for, then hledger."""
    parser = argparse.ArgumentParser(description="Reading beside hledger.")
    parser.add_argument("-n", "--times", type=int, default=7)
    parser.add_argument("--sides", type=int, default=1000, help="needs, offers and deals")
    parser.add_argument("--movements", type=int, default=1_000_000)
    parser.add_argument("--hledger-times", type=int, default=3)
    said, engines = asked_engines(parser)
    slowest = Spent(0, 0)
    for engine in engines:
        with place_of(engine) as place:
            slowest = max(slowest, measure(engine, place, said))
    beside_hledger(said.sides, said.movements, said.hledger_times, slowest)


def measure(engine: str, place: Place, said: argparse.Namespace) -> Spent:
    """Read both ledgers by turns; print the medians, give the longest of the larger ledger's."""
    urls = {count: grown(place, said.sides, count) for count in (FEW, said.movements)}
    slowest = Spent(0, 0)
    for words in COMMANDS:
        spent: dict[int, list[Spent]] = {count: [] for count in urls}
        for turn in range(said.times + 1):
            for count, url in urls.items():
                once = run([sys.executable, "-c", ENTRY, *words], CITYFUND_DB=url)
                if turn:  # the first fills the caches
                    spent[count].append(once)
        few, many = (medians(spent[count]) for count in urls)
        say(f"{engine}: {' '.join(words)}, medians of {said.times}")
        for count, one in ((FEW, few), (said.movements, many)):
            say(f"  {count:>9,} movements {one.wall:7.2f} s, processor {one.busy:6.2f} s")
        ratios = many.wall / few.wall, many.busy / few.busy
        say(f"  ratio {ratios[0]:.2f}, processor {ratios[1]:.2f} (mark: 1.00)")
        slowest = max(slowest, many)
    return slowest


class Spent(NamedTuple):
    """Seconds on the wall, and of the processor, which a busy machine does not change as much."""

    wall: float
    busy: float


def run(words: list[str], **environment: str) -> Spent:
    """Run a program; give its seconds."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)
    end, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(end - start, busy)


def medians(spent: list[Spent]) -> Spent:
    """Give the medians of both."""
    return Spent(*(median(column) for column in zip(*spent, strict=True)))


def grown(place: Place, sides: int, movements: int) -> str:
    """Make a ledger whose deals were delivered and given back until it has that many movements."""
    url = place.new(f"grown_{movements}")
    ledger = opened(url)
    fill(ledger, sides=sides, deal_acts=2 * sides)
    entries = (movements - 6 * sides) // 2
    drafts = (draft for _, draft in further(sides, entries))
    while batch := list(islice(drafts, _PER_WRITE)):
        _post(ledger, batch)
    ledger.engine.dispose()
    return url


def _post(ledger: Ledger, drafts: list[Draft]) -> None:
    def work(uow: UnitOfWork) -> Receipt:
        uow.accounts.read_everything()
        for draft in drafts:
            uow.post(draft)
        return Receipt()

    with garbage_collection_paused():
        execute(ledger, asked("grow"), work)


def further(sides: int, entries: int) -> Iterator[tuple[date, Draft]]:
    """Give entries after the introductions and commitments: each deal's, over and over."""
    for turn in range(entries):
        phase, number = divmod(turn, sides)
        act, source, target = _CYCLE[phase % 2]
        day = DECLARED + timedelta(days=3 + phase)
        code = deal_code(number + 1)
        holders = {Side.NEED: need_code(number + 1), Side.OFFER: offer_code(number + 1)}
        movements = tuple(
            Movement(
                side=side,
                account=account,
                unit="EUR",
                from_stage=source,
                to_stage=target,
                amount=AMOUNT,
                deal=code,
            )
            for side, account in holders.items()
        )
        details = ActDetails(effective_on=day)
        yield day, Draft(act=act, movements=movements, details=details, deal=code)


def beside_hledger(sides: int, movements: int, times: int, slowest: Spent) -> None:
    """Time hledger on as many movements, where it is installed."""
    program = shutil.which("hledger")
    if program is None:
        say("hledger is not installed; the comparison with it is left out.")
        return
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        write_journal(journal, sides, movements)
        theirs = medians([run([program, "-f", str(journal), "balance"]) for _ in range(times)])
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    say(f"{version.stdout.split(',')[0]}: balance of {movements:,} movements")
    say(f"  {theirs.wall:.1f} s, processor {theirs.busy:.1f} s")
    ratios = theirs.wall / slowest.wall, theirs.busy / slowest.busy
    say(f"  our slowest reading is {ratios[0]:.0f} times faster, by the processor {ratios[1]:.0f}")
    say("  (mark: 100)")


def write_journal(path: Path, sides: int, movements: int) -> None:
    """Write as many movements as hledger reads them."""
    amount = format_amount(AMOUNT, 2)
    with path.open("w", encoding="utf-8") as out:
        for day, draft in further(sides, movements // 2):
            out.write(f"{day} {draft.act} {draft.deal}\n")
            for one in draft.movements:
                account = f"{one.side}:{one.account}"
                out.write(f"    {account}:{one.from_stage}  {one.unit} -{amount}\n")
                out.write(f"    {account}:{one.to_stage}  {one.unit} {amount}\n")
            out.write("\n")


if __name__ == "__main__":
    main()
