"""The brute force itself: equal to trying every amount of every pair, and to the plain model."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import brute_force
import plain_milp
import pytest
from case_facts import line_of
from case_maker import small_case
from hands import sizes
from judge import Given, faults, level_values, newly_complete
from match_cases import Case
from pair_ranges import pairs_of

AMOUNTS_TRIED = 700


def every_amount(case: Case) -> Iterator[list[tuple[str, str, int]]]:
    """Give every choice of an amount, nothing included, for every need and offer of a factor."""
    pairs = [
        (need.code, offer.code)
        for need in case.needs
        for offer in case.offers
        if need.factor == offer.factor and case.worth(need.code, offer.code) is not None
    ]
    for amounts in product(*(range(case.open[need] + 1) for need, _ in pairs)):
        yield [(*pair, x) for pair, x in zip(pairs, amounts, strict=True) if x]


def sound(case: Case, gives: list[tuple[str, str, int]]) -> list[Given] | None:
    """Give the lines where the judge finds nothing wrong with them, whatever the levels."""
    ordered = sorted(gives, key=lambda give: (case.need[give[0]].project, give[:2]))
    lines = [line_of(case, *give) for give in ordered]
    given = []
    for need, offer, amount in ordered:
        worth = case.worth(need, offer)
        assert worth is not None
        given.append(Given(need, offer, amount, -int(-amount * worth // 1)))
    weight, coverage = level_values(case, given)
    document: dict[str, Any] = {
        "schema": "cityfund.match/1",
        "lines": lines,
        "complete": newly_complete(case, given),
        "levels": [
            {"name": name, "value": text, "bound": text, "gap": "0"}
            for name, text in (("complete", str(weight)), ("coverage", f"{float(coverage):.7f}"))
        ],
    }
    return None if faults(case, document) else given


def tried(case: Case) -> tuple[int, Fraction]:
    """Give the best levels over every amount of every pair that the judge lets pass."""
    passed = (sound(case, gives) for gives in every_amount(case))
    return max(level_values(case, given) for given in passed if given is not None)


def tiny_cases(among: int) -> Iterator[Case]:
    """Give those of so many small cases that are tiny enough to try every amount."""
    for seed in range(10_000, 10_000 + among):
        case = small_case(seed)
        meeting = [
            case.open[need.code] + 1
            for need in case.needs
            for offer in case.offers
            if need.factor == offer.factor
        ]
        if len(meeting) > 1 and prod(meeting) <= AMOUNTS_TRIED and pairs_of(case):
            yield case


@pytest.mark.parametrize("among", sizes(400, 800))
def test_equal_to_trying_every_amount(among: int):
    cases = list(tiny_cases(among))
    assert len(cases) > among // 27
    wrong = {
        case.name: (best, every)
        for case in cases
        if (best := brute_force.best_of(case)[:2]) != (every := tried(case))
    }
    assert wrong == {}


@pytest.mark.parametrize("first", [0, 50, 100, 150])
def test_equal_to_the_plain_model(first: int):
    compared = 0
    for case in map(small_case, range(first, first + 50)):
        if not plain_milp.fits(case):
            continue
        assert plain_milp.best_of(case)[:2] == brute_force.best_of(case)[:2], case.name
        compared += 1
    assert compared > 20
