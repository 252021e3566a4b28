"""After one change of a pipeline most lines of the plan stay; what changes is counted and said."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from bench_stability import CHANGES, near_baseline, stored_proposal
from pipelines import dense

from ledger.matching.plan import completeness, count_changes, coverage
from ledger.solver.least_changes import is_feasible
from ledger.solver.options import SolverOptions

CHURN = Fraction(1, 1000)


@pytest.mark.parametrize("name", list(CHANGES))
@pytest.mark.parametrize("seed", [1, 2])
def test_a_plan_near_its_baseline_is_sound_and_counts_its_changes(name: str, seed: int):
    pipeline = dense(14, 16, seed=seed)
    stored = stored_proposal(pipeline, SolverOptions())
    changed = CHANGES[name](pipeline, random.Random(seed))
    problem, baseline, solution = near_baseline(changed, stored, CHURN, SolverOptions())
    plan, changes = solution.allocations, solution.changes

    assert changes is not None
    assert is_feasible(problem, plan)
    assert solution.complete.value == completeness(problem, plan)
    assert solution.coverage.value == coverage(problem, plan)
    assert (solution.complete.value, solution.coverage.value) >= (
        completeness(problem, baseline),
        coverage(problem, baseline),
    )
    assert solution.coverage.value >= changes.best_coverage * (1 - CHURN)
    assert 0 <= changes.bound <= changes.value == count_changes(baseline, plan)


def test_five_more_person_days_keep_every_line_of_a_hundred_projects():
    """Once they kept 170 of 298 pairs, and coverage fell."""
    pipeline = dense(100, 120, seed=2)
    stored = stored_proposal(pipeline, SolverOptions())
    changed = CHANGES["5 days more"](pipeline, random.Random(2))
    problem, baseline, solution = near_baseline(changed, stored, CHURN, SolverOptions())

    assert solution.changes is not None
    assert solution.changes.value == 0
    assert solution.allocations == baseline
    assert len(baseline) == len(stored.proposal.lines)
    assert solution.coverage.value >= coverage(problem, baseline)


def test_a_plan_that_was_stored_stays_without_a_change():
    pipeline = dense(30, 30, seed=3)
    stored = stored_proposal(pipeline, SolverOptions())
    for seconds in (None, 0):
        _, baseline, solution = near_baseline(pipeline, stored, CHURN, SolverOptions(seconds))
        assert solution.allocations == baseline
        assert len(baseline) == len(stored.proposal.lines)
