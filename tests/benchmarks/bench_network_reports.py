"""How the reports on the network grow with it: their processor time at two sizes, ten-fold apart.

    python tests/benchmarks/bench_network_reports.py
    python tests/benchmarks/bench_network_reports.py --size 2500 --engine postgresql -n 3

The larger ledger has as many partnerships as `--size` says, more attendances and fewer approaches,
as in the mark: 40,000 attendances, 5,000 approaches and 25,000 partnerships in two seconds. Each
report is a whole process, as JSON; what it takes without any record is start-up, which is
taken off both figures before their ratio.
"""

from __future__ import annotations

import argparse
import shlex
import sys

from bench_reading import ENTRY, medians, run
from bench_world import Place, asked_engines, opened, place_of, say
from network_ledger import Network, furnish

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
    said, engines = asked_engines(parser)
    for engine in engines:
        with place_of(engine) as place:
            measure(engine, place, said)


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


def spent(url: str, line: str, times: int) -> float:
    """Give the median of the processor seconds of a command; a record that is not there is none."""
    words = [sys.executable, "-c", ENTRY, *shlex.split(line), "--json"]
    return medians([run(words, CITYFUND_DB=url) for _ in range(times)]).busy


if __name__ == "__main__":
    main()
