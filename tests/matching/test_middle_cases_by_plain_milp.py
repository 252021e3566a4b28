"""Middle pipelines: the matcher equals a plain pairwise model solved by another solver."""

from __future__ import annotations

import plain_milp
import pytest
from case_facts import document_of, problem_of
from case_maker import middle_case
from judge import faults

from ledger.solving.solve import solve

WRITTEN_TO = 10**-7
ALL = 200
SIZES = {seed: len(middle_case(seed).needs) for seed in range(ALL)}
DAILY = sorted(SIZES, key=lambda seed: (SIZES[seed] > 60, seed))[:25]


def check(seed: int) -> None:
    """Compare the matcher's answer to a case with the plain model's, and judge it."""
    case = middle_case(seed)
    built = problem_of(case)
    found = solve(built.problem)
    assert [str(fault) for fault in faults(case, document_of(case, built, found))] == []
    best = plain_milp.best_of(case)
    assert (found.complete.value, found.complete.bound) == (best.weight, best.weight), case.name
    assert abs(found.coverage.value - best.coverage) <= WRITTEN_TO, case.name
    assert best.coverage <= found.coverage.bound <= found.coverage.value + WRITTEN_TO, case.name


@pytest.mark.parametrize("seed", DAILY)
def test_middle_cases_equal_the_plain_model(seed: int):
    check(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", sorted(set(SIZES) - set(DAILY)))
def test_many_more_middle_cases_equal_the_plain_model(seed: int):
    check(seed)
