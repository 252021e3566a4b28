"""What 1,500 restrictions add to the building of candidates and to counts of gaps: work, no time.

Calls of Python functions are counted, which are the same on every machine and in every run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

import pytest
from bench_restrictions import made
from pipelines import DAY, Pipeline, dense, rate_of, sparse

from ledger.eligibility.counts import count_eligible
from ledger.eligibility.rules import OfferFacts
from ledger.matching import classes
from ledger.matching.build import build
from ledger.restrictions.bars import Restrictions

RESTRICTIONS = 1_500
TENTH = 1.1
PIPELINES = {
    "small": lambda: dense(300, 300, seed=1),
    "dense": lambda: dense(1_000, 800, seed=1),
    "sparse": lambda: sparse(2_000, 2_000, seed=1),
}


def candidates(pipeline: Pipeline, offers: list[OfferFacts]) -> object:
    return build(pipeline.needs, offers, DAY, rate_of, {})


def gaps(pipeline: Pipeline, offers: list[OfferFacts]) -> object:
    return count_eligible(pipeline.needs, offers, DAY, rate_of)


def calls(work: Callable[[], object]) -> int:
    """Count the calls of Python functions."""
    count = 0

    def call(_frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(call)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def of_firms(pipeline: Pipeline) -> list[OfferFacts]:
    """Give the offers of a pipeline to many firms, each of a country: 800 in all."""
    places = sorted({one.city.country for one in pipeline.needs})
    return [
        replace(
            one,
            provider=replace(one.provider, code=f"PRV-{at % 800}"),
            country=places[at % len(places)],
        )
        for at, one in enumerate(pipeline.offers)
    ]


@pytest.mark.parametrize("work", [candidates, gaps])
@pytest.mark.parametrize("name", PIPELINES)
def test_1500_restrictions_add_at_most_a_tenth(
    name: str, work: Callable[[Pipeline, list[OfferFacts]], object]
) -> None:
    pipeline = PIPELINES[name]()
    offers, restrictions = of_firms(pipeline), made(pipeline, RESTRICTIONS, seed=1)
    work(pipeline, offers)  # what is done once in a process is not of the restrictions
    without = calls(lambda: work(pipeline, offers))
    anew = replace(restrictions)  # as in each run of the program: compiled once, and counted
    barred = [replace(one, restrictions=anew) for one in offers]
    assert calls(lambda: work(pipeline, barred)) <= TENTH * without


def test_restrictions_are_compiled_once_for_all_pairs() -> None:
    """Twice the pairs: the same restrictions cost no more than the pairs that they bar."""
    small, large = dense(250, 200, seed=1), dense(500, 400, seed=1)
    added = []
    for pipeline in (small, large):
        restrictions = made(pipeline, RESTRICTIONS, seed=1)
        offers = of_firms(pipeline)
        candidates(pipeline, offers)
        anew: Restrictions = replace(restrictions)
        barred = [replace(one, restrictions=anew) for one in offers]
        without = calls(lambda: candidates(pipeline, offers))  # noqa: B023 - called at once
        added.append(calls(lambda: candidates(pipeline, barred)) - without)  # noqa: B023
    assert added[1] <= TENTH * added[0], added


def test_only_mandates_that_restrictions_touch_are_taken_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = PIPELINES["sparse"]()
    restrictions = made(pipeline, RESTRICTIONS, seed=3)
    barred = [replace(one, restrictions=restrictions) for one in of_firms(pipeline)]
    part_of, touched = classes._Mandates.part_of, set[int]()

    def noted(mandates: classes._Mandates, mandate: int, offers: int) -> int:
        touched.add(mandate)
        return part_of(mandates, mandate, offers)

    monkeypatch.setattr(classes._Mandates, "part_of", noted)
    candidates(pipeline, barred)
    mandates = {classes._offer_key(one) for one in barred}
    assert 0 < len(touched) < len(mandates) / 2
