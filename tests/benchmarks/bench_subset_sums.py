"""How many acts one payment can be searched among, and what the search costs.

    python tests/benchmarks/bench_subset_sums.py
    python tests/benchmarks/bench_subset_sums.py --acts 36 --acts 40

A payment is the sum of about half of a number of acts. Their amounts are unequal to the cent, or
round thousands, or of a few different amounts. The steps are compared with the limit of a search:
what is above it is reported as not searched to the end. Figures are seconds of the processor.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping

from bench_world import say

from ledger.statements.subset_sum import SEARCH_LIMIT, Copies, find_subset_sums

MOST_STEPS = 20 * SEARCH_LIMIT
AMOUNTS: Mapping[str, Callable[[random.Random], int]] = {
    "to the cent": lambda chance: chance.randrange(10**5, 10**9),
    "of thousands": lambda chance: 100_000 * chance.randrange(1, 10_000),
    "of 20 kinds": lambda chance: 100_000 * chance.randrange(1, 21),
}


def main() -> None:
    """Search among so many acts, of each kind of amounts."""
    parser = argparse.ArgumentParser(description="Searching the acts of one payment.")
    parser.add_argument("--acts", type=int, action="append")
    counts = parser.parse_args().acts or [12, 24, 30, 34, 36, 40, 100, 200]
    for kind, amount in AMOUNTS.items():
        chance = random.Random(1)
        for count in counts:
            amounts = [amount(chance) for _ in range(count)]
            total = sum(chance.sample(amounts, count // 2))
            items = [Copies(one, copies) for one, copies in Counter(amounts).items()]
            begun = time.process_time()
            result = find_subset_sums(items, total, MOST_STEPS)
            spent = time.process_time() - begun
            ended = "ended" if result.complete else "not ended"
            within = "within" if result.work <= SEARCH_LIMIT else "above"
            say(f"{count:>4} acts {kind:<12} {result.work:>12,} steps, {within} the limit;"
                f" {ended} in {spent:6.3f} s; {result.count:,} sets")  # fmt: skip


if __name__ == "__main__":
    main()
