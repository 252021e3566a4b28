"""Middle pipelines: the matcher equals a plain pairwise model solved by another solver."""

from __future__ import annotations

import plain_milp
import pytest
from case_facts import document_of, problem_of
from case_maker import middle_case, needs_of_middle_case
from hands import tell
from judge import faults
from match_cases import Case

from ledger.matching.plan import Solution
from ledger.solver.solve import solve

WRITTEN_TO = 10**-7
ALL = 200
SIZES = {seed: needs_of_middle_case(seed) for seed in range(ALL)}
LONG = {39, 55, 79}
"""Cases that the plain model, not the matcher, takes minutes to prove on a busy machine."""
PATIENCE = 40.0
"""What the plain model may take of a case that may be too much for it, in its own measure."""
DAILY = sorted(set(SIZES) - LONG, key=lambda seed: (SIZES[seed] > 60, seed))[:25]


def check(seed: int) -> None:
    """Compare the matcher's answer to a case with the plain model's, and judge it."""
    case, found = answered(seed)
    equal(case, found, plain_milp.best_of(case))


def check_as_far_as_known(seed: int) -> None:
    """Do so, or where the plain model gives up, see that the proven optimum is one it allows."""
    case, found = answered(seed)
    try:
        best = plain_milp.best_of(case, work=PATIENCE)
    except plain_milp.NotProven as unproven:
        allowed(found, unproven)
    else:
        equal(case, found, best)


def answered(seed: int) -> tuple[Case, Solution]:
    case = middle_case(seed)
    built = problem_of(case)
    found = solve(built.problem)
    assert [str(fault) for fault in faults(case, document_of(case, built, found))] == []
    return case, found


def equal(case: Case, found: Solution, best: plain_milp.Proven) -> None:
    assert (found.complete.value, found.complete.bound) == (best.weight, best.weight), case.name
    assert abs(found.coverage.value - best.coverage) <= WRITTEN_TO, case.name
    assert best.coverage <= found.coverage.bound <= found.coverage.value + WRITTEN_TO, case.name


def allowed(found: Solution, unproven: plain_milp.NotProven) -> None:
    """See that the matcher's optimum is proven, and between what the plain model found."""
    tell(f"the plain model gave up: {unproven}; the matcher: {found.complete}")
    assert unproven.weight in {None, found.complete.value}
    level = found.complete if unproven.weight is None else found.coverage
    assert unproven.least - WRITTEN_TO <= level.value <= unproven.most + WRITTEN_TO
    assert level.value <= level.bound <= level.value + WRITTEN_TO


@pytest.mark.parametrize("seed", DAILY)
def test_middle_cases_equal_the_plain_model(seed: int):
    check(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", sorted(set(SIZES) - set(DAILY)))
def test_many_more_middle_cases_equal_the_plain_model(seed: int):
    check_as_far_as_known(seed)
