"""How the reports on the network grow with it: their processor time at two sizes, ten-fold apart.

    python tests/benchmarks/bench_network_reports.py
    python tests/benchmarks/bench_network_reports.py --size 2500 --engine postgresql -n 3
    python tests/benchmarks/bench_network_reports.py --journal 4000

The larger ledger has as many partnerships as `--size` says, more attendances and fewer approaches,
as in the mark: 40,000 attendances, 5,000 approaches and 25,000 partnerships in two seconds. Each
report is a whole process, as JSON; what it takes without any record is start-up, which is
taken off both figures before their ratio.

With `--journal`, two ledgers have the same network and the same deals that came of partnerships,
with so many acts of these in one and ten times as many in the other: a report is to take as long.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice

from bench_reading import ENTRY, medians, run
from bench_world import DECLARED, Place, asked, asked_engines, opened, place_of, say
from network_ledger import Network, furnish

from ledger.core.factors import Factor, Side
from ledger.core.memory import garbage_collection_paused
from ledger.core.quantity import Quantity
from ledger.journal.entries import Act, ActDetails
from ledger.journal.receipts import Receipt
from ledger.registers.records import Offer
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import DealAct, Introduction, advance, hold
from ledger.usecases.registers.quantities import set_quantity

REPORTS = (
    "report partnerships",
    "report partnerships --by country",
    "report partnerships --openings",
    "report engagement",
    "report engagement --by country",
    "report seats",
    "report pipeline",
    "report pipeline --list",
    "report restrictions",
    "exchange standing 'topic 3'",
    "exchange suggest N-0003",
    "partnership list",
    "city show C00003",
)
MARK = 2.0
"""The seconds of the processor that a report may take on the larger ledger."""
DEALS = 20
"""How many deals came of partnerships, where the journal grows."""
_PER_WRITE = 2000


def network(partnerships: int) -> Network:
    """Give a network with so many partnerships and the rest as in the mark."""
    cities = max(partnerships // 10, 40)
    return Network(
        cities=cities,
        bodies=10,
        meetings=partnerships // 25,
        attendances=partnerships * 8 // 5,
        partnerships=partnerships,
        credentials=partnerships,
        approaches=partnerships // 5,
    )


def main() -> None:
    """Measure on each engine asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-n", "--times", type=int, default=3)
    parser.add_argument("--size", type=int, default=25_000, help="partnerships of the larger one")
    parser.add_argument("--journal", type=int, help="acts of deals in the smaller journal")
    said, engines = asked_engines(parser)
    for engine in engines:
        with place_of(engine) as place:
            (measure if said.journal is None else measure_journal)(engine, place, said)


def measure(engine: str, place: Place, said: argparse.Namespace) -> None:
    """Read an empty, a small and a large ledger by turns; print the medians and their ratio."""
    urls = [made(place, size) for size in (0, said.size // 10, said.size)]
    say(f"{engine}: processor seconds with no, {said.size // 10:,} and {said.size:,} partnerships")
    for line in REPORTS:
        none, small, large = (spent(url, line, said.times) for url in urls)
        more = (large - none) / max(small - none, 0.01)
        over = "" if large <= MARK else f"  over {MARK} s"
        say(f"  {none:6.2f} {small:6.2f} {large:6.2f}  {more:5.1f}-fold  {line}{over}")


def made(place: Place, size: int) -> str:
    """Make a ledger with so many partnerships, or with the smallest network of none."""
    url = place.new(f"network_{size}")
    ledger = opened(url)
    furnish(ledger, network(size) if size else Network(cities=40))
    ledger.engine.dispose()
    return url


def measure_journal(engine: str, place: Place, said: argparse.Namespace) -> None:
    """Read one network with a short and a long journal by turns; print medians and their ratio."""
    acts = said.journal, 10 * said.journal
    urls = [with_journal(place, said.size, count) for count in acts]
    say(f"{engine}: processor seconds with {acts[0]:,} and {acts[1]:,} acts of {DEALS} deals")
    for line in REPORTS:
        short, long = (spent(url, line, said.times) for url in urls)
        say(f"  {short:6.2f} {long:6.2f}  {long / short:5.2f}-fold  {line}")


def with_journal(place: Place, size: int, acts: int) -> str:
    """Make a ledger whose deals of partnerships were delivered and given back so many times."""
    url = place.new(f"journal_{acts}")
    ledger = opened(url)
    furnish(ledger, network(size))
    _do(ledger, iter(range(DEALS)), _introduce)
    _do(ledger, iter(range(acts)), _deliver_or_return)
    ledger.engine.dispose()
    return url


def _do(ledger: Ledger, numbers: Iterator[int], act: Callable[[UnitOfWork, int], None]) -> None:
    def work(uow: UnitOfWork) -> Receipt:
        for number in batch:
            act(uow, number)
        return Receipt()

    while batch := list(islice(numbers, _PER_WRITE)):
        with garbage_collection_paused():
            execute(ledger, asked("fill"), work)


def _introduce(uow: UnitOfWork, number: int) -> None:
    need, offer, unit = f"N-{number:04}", f"O-{number:04}", "person-day"
    terms = Offer(offer, f"P-{number + DEALS}", Factor.EXPERTISE, unit, declared_on=DECLARED)
    uow.add("offer", terms)
    for side, code in ((Side.NEED, need), (Side.OFFER, offer)):
        set_quantity(uow, uow.accounts.account(side, code), 1000, DECLARED)
    introduction = Introduction(
        offer=offer,
        need=need,
        quantity=Quantity(100, uow.units[unit]),
        details=ActDetails(effective_on=DECLARED),
        directly=True,
        code=_deal(number),
        origin=f"partnership:PA-{number:04}",
    )
    hold(uow, introduction)


def _deliver_or_return(uow: UnitOfWork, number: int) -> None:
    turn, deal = divmod(number, DEALS)
    act = Act.RETURN if turn % 2 else Act.DELIVER
    details = ActDetails(effective_on=_day(turn))
    advance(uow, DealAct(deal=_deal(deal), act=act, details=details))


def _deal(number: int) -> str:
    return f"D-{number:04}"


def _day(turn: int) -> date:
    return DECLARED + timedelta(days=1 + turn)


def spent(url: str, line: str, times: int) -> float:
    """Give the median of the processor seconds of a command; a record that is not there is none."""
    words = [sys.executable, "-c", ENTRY, *shlex.split(line), "--json"]
    return medians([run(words, CITYFUND_DB=url) for _ in range(times)]).busy


if __name__ == "__main__":
    main()
