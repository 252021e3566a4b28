"""What 1,500 restrictions add to the building of candidates, to the counts of gaps and to a night.

    python tests/benchmarks/bench_restrictions.py
    python tests/benchmarks/bench_restrictions.py --case sparse --restrictions 15000

Most debar a firm everywhere, as the lists of development banks do; some are programmes between
countries, of a scope, with exemptions. The same pipeline is built without and with them, in turn,
and the median of what they add each time is what counts. Garbage is collected as in the program,
and both begin with the same state of it: as a round has a fixed number of small collections, each
larger one would otherwise fall into the same of the two, every time.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from statistics import median

from pipelines import DAY, Pipeline, dense, rate_of, sparse

from cli.entry import collect_garbage_seldom
from ledger.eligibility.counts import count_eligible
from ledger.eligibility.rules import OfferFacts
from ledger.matching.build import build
from ledger.reference.places import countries
from ledger.registers.records import Exemption, Restriction
from ledger.restrictions.bars import NO_RESTRICTIONS, Restrictions

CASES: dict[str, Callable[[int], Pipeline]] = {
    "dense": lambda seed: dense(1_000, 800, seed=seed),
    "sparse": lambda seed: sparse(10_000, 10_000, seed=seed),
}
PROGRAMMES = 60
"""How many of the restrictions are between countries; a third of them have an exemption."""
FIRMS = 4_000
"""How many firms the offers are of; as many again are in the register without an offer."""
ROUNDS = 15


def main() -> None:
    """Measure the cases asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="all by default")
    parser.add_argument("--restrictions", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    collect_garbage_seldom()
    for case in asked.case or CASES:
        measure(case, CASES[case](asked.seed), asked.restrictions, asked.seed)


def measure(case: str, pipeline: Pipeline, count: int, seed: int) -> None:
    """Build and count one pipeline with and without restrictions, and say what they add."""
    places = sorted({one.city.country for one in pipeline.needs})
    offers = [_of_a_firm(one, at, places) for at, one in enumerate(pipeline.offers)]
    restrictions = made(pipeline, count, seed)
    for what, work in (("build", _build), ("count", _count)):
        seconds = _measured(pipeline, work, offers, restrictions)
        plain, with_them = (median(some) for some in zip(*seconds, strict=True))
        added = median(more / less for less, more in seconds) - 1
        sys.stdout.write(
            f"{case:8} {what:6} {plain:8.3f} s without, {with_them:8.3f} s with {count:,} "
            f"restrictions: {added:+.1%}\n"
        )


def _of_a_firm(facts: OfferFacts, place: int, places: list[str]) -> OfferFacts:
    """Give an offer to one of many firms, each of a country."""
    country = places[place % len(places)]
    provider = replace(facts.provider, code=f"PRV-{place % FIRMS}", country=country)
    return replace(facts, provider=provider, country=country)


def _measured(
    pipeline: Pipeline,
    work: Callable[[Pipeline, list[OfferFacts]], object],
    offers: list[OfferFacts],
    restrictions: Restrictions,
) -> list[tuple[float, float]]:
    """Return the seconds without and with restrictions of each round.

    The restrictions are new each time, as in each run of the program: what is compiled of them
    once is counted. So are the offers of both, and either is first in every other round.
    """
    rounds = []
    for place in range(ROUNDS):
        both = [
            [replace(one, restrictions=anew) for one in offers]
            for anew in (NO_RESTRICTIONS, replace(restrictions))
        ]
        seconds = [0.0, 0.0]
        for which in (0, 1) if place % 2 else (1, 0):
            seconds[which] = _seconds(pipeline, work, both[which])
        rounds.append((seconds[0], seconds[1]))
    return rounds


def _seconds(
    pipeline: Pipeline,
    work: Callable[[Pipeline, list[OfferFacts]], object],
    offers: list[OfferFacts],
) -> float:
    gc.collect()
    begun = time.process_time()
    work(pipeline, offers)
    return time.process_time() - begun


def _build(pipeline: Pipeline, offers: list[OfferFacts]) -> object:
    return build(pipeline.needs, offers, DAY, rate_of, {})


def _count(pipeline: Pipeline, offers: list[OfferFacts]) -> object:
    return count_eligible(pipeline.needs, offers, DAY, rate_of)


def made(pipeline: Pipeline, count: int, seed: int) -> Restrictions:
    """Make restrictions: debarred firms, of which some have offers, and programmes."""
    chance = random.Random(seed)
    places = sorted(countries())
    sectors = sorted({one.project.sector for one in pipeline.needs})
    programmes = min(PROGRAMMES, count)
    bars = [
        _restriction(f"RS-{at:05}", providers=(f"PRV-{chance.randrange(2 * FIRMS)}",))
        for at in range(count - programmes)
    ]
    bars += [
        _restriction(
            f"RS-{at:05}",
            binds_countries=tuple(chance.sample(places, 2)),
            countries=(chance.choice(places),),
            sectors=(chance.choice(sectors),) if at % 2 else (),
        )
        for at in range(count - programmes, count)
    ]
    leaves = [
        Exemption(
            code=f"EX-{at:05}",
            restriction=one.code,
            sectors=(chance.choice(sectors),),
            authority="an authority",
            reference="1",
            reason="relief",
            from_=DAY,
            until=DAY + timedelta(days=90),
        )
        for at, one in enumerate(bars[-programmes::3])
    ]
    return Restrictions(tuple(bars), tuple(leaves))


def _restriction(code: str, **terms: tuple[str, ...]) -> Restriction:
    return Restriction(code=code, authority="an authority", reason="measures", **terms)


if __name__ == "__main__":
    main()
