"""What it costs to add or to edit one record of a register, beside 1,000 and 10,000 others.

    python tests/benchmarks/bench_adding.py
    python tests/benchmarks/bench_adding.py --engine postgresql -n 5

Two ledgers have seats, meetings, partnerships, credentials and approaches of a size. Each command
is a whole process, as a dry run, so that the next one meets the same ledger.
"""

from __future__ import annotations

import argparse
import shlex
import sys

from bench_reading import ENTRY, medians, run
from bench_world import asked_engines, opened, place_of, say
from network_ledger import ADDITIONS, furnish, network_of

SIZES = 1_000, 10_000


def main() -> None:
    """Measure on each engine asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-n", "--times", type=int, default=1)
    said, engines = asked_engines(parser)
    for engine in engines:
        with place_of(engine) as place:
            urls = [place.new(f"network_{size}") for size in SIZES]
            for url, size in zip(urls, SIZES, strict=True):
                ledger = opened(url)
                furnish(ledger, network_of(size))
                ledger.engine.dispose()
            say(f"{engine}: processor seconds beside {' and '.join(map(str, SIZES))} records")
            for line in ADDITIONS:
                words = [sys.executable, "-c", ENTRY, *shlex.split(line), "--dry-run"]
                spent = [[run(words, CITYFUND_DB=url) for _ in range(said.times)] for url in urls]
                figures = (f"{medians(times).busy:8.2f}" for times in spent)
                say(f"{' '.join(figures)}  {' '.join(words[3:5])}")


if __name__ == "__main__":
    main()
