"""Cover cuts cut off fractions of projects, never a plan."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from bench_matching import faults
from pipelines import DAY, dense, rate_of, sparse

from ledger.matching.build import build
from ledger.matching.plan import completed, completeness
from ledger.matching.problem import MatchingProblem
from ledger.solver.arcs import Arcs
from ledger.solver.bounds import complete_bound
from ledger.solver.cover_cuts import lifted_cover
from ledger.solver.exact import solve_exactly
from ledger.solver.options import SolverOptions
from ledger.solver.relaxation import Relaxation, completable_projects


def test_a_cover_cuts_off_no_choice_that_fits():
    lots = np.random.default_rng(5)
    result = 0
    for _ in range(400):
        count = int(lots.integers(2, 8))
        size = np.clip(np.round(lots.uniform(0, 1, count), 2), 0.05, 1.0)
        row = lifted_cover(np.arange(count), size, lots.choice([0, 0.3, 0.5, 0.9, 1], count))
        if row is None:
            continue
        result += 1
        for choice in product((0, 1), repeat=count):
            if size @ choice <= 1 + 1e-12:
                assert row.values @ np.array(choice)[row.columns] <= row.upper + 1e-9
    assert result > 100


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("terms", [True, False])
def test_every_row_holds_for_the_best_plan(seed, terms):
    pipeline = dense(30, 24, seed=seed, terms=terms)
    problem = build(pipeline.needs, pipeline.offers, DAY, rate_of).problem
    arcs = Arcs(problem)
    relaxation = Relaxation(arcs, arcs.all(), completable_projects(arcs))
    begin = relaxation.solve_tightened()
    assert begin is not None

    end = relaxation.add_cover_cuts(begin)
    allocations = solve_exactly(problem, (), SolverOptions()).allocations

    assert not faults(problem, allocations)
    columns = _columns(problem, arcs, allocations)
    for row in relaxation.cover_cuts:
        assert row.values @ columns[row.columns] <= row.upper + 1e-6
    bound = complete_bound(arcs, end.prices, completable_projects(arcs), end.dual_charges)
    assert completeness(problem, allocations) <= bound <= begin.value + 1


def test_cover_cuts_lower_the_bound():
    pipeline = sparse(600, 500, seed=2, terms=False)
    problem = build(pipeline.needs, pipeline.offers, DAY, rate_of).problem
    arcs = Arcs(problem)
    relaxation = Relaxation(arcs, arcs.all(), completable_projects(arcs))
    begin = relaxation.solve_tightened()
    assert begin is not None

    assert relaxation.add_cover_cuts(begin).value < begin.value - 1


def _columns(problem: MatchingProblem, arcs: Arcs, allocations) -> np.ndarray:
    """Give the columns of the relaxation for what a plan gives to the projects it completes."""
    block, ends = arcs.all(), set(completed(problem, allocations))
    index = {
        key: at
        for at, key in enumerate(zip(block.need.tolist(), block.group.tolist(), strict=True))
    }
    flow = np.zeros(len(index))
    for need, offer, amount in allocations:
        if problem.needs[need].project in ends:
            at = index[need, int(arcs.groups.group_of_offer[offer])]
            flow[at] += amount / problem.needs[need].open
    return np.concatenate([[float(at in ends) for at in range(len(problem.projects))], flow])
