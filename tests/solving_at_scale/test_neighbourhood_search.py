"""The neighbourhood search: other projects make room, and what it gains is a plan."""

from __future__ import annotations

import pytest
from bench_matching import faults
from pipelines import dense, problem_of, sparse
from problems import ONE, need, offer
from problems import problem as simple

from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingProblem
from ledger.solver.arc_choice import ArcChoice, ArcLimits
from ledger.solver.arcs import Arcs, RestrictedProblem
from ledger.solver.assignment import Assignment
from ledger.solver.bounds import net_gains
from ledger.solver.greedy import Plan, greedy_plan
from ledger.solver.lns import (
    LARGE_ARC_LIMITS,
    LARGE_LIMITS,
    LNS_ARC_LIMITS,
    LNS_LIMITS,
    Lns,
    LnsLimits,
    SubMip,
)
from ledger.solver.options import UNTIMED
from ledger.solver.relaxation import Relaxation, RelaxationOptimum, completable_projects
from ledger.solver.repair import without_unmet_conditions

MANY = 10**7
SEARCHES = {"medium": (LNS_LIMITS, LNS_ARC_LIMITS), "large": (LARGE_LIMITS, LARGE_ARC_LIMITS)}


def relaxed(asked: MatchingProblem) -> tuple[Arcs, RestrictedProblem, RelaxationOptimum]:
    arcs = Arcs(asked, per_offer=True)
    block, completable = arcs.all(), completable_projects(arcs)
    optimum = Relaxation(arcs, block, completable).solve()
    assert optimum is not None
    state = RestrictedProblem(block, completable, optimum.prices, optimum.part, optimum.flow)
    return arcs, state, optimum


def assignment_of(asked: MatchingProblem, plan: Plan) -> Assignment:
    """Return the part of a plan for level 1: what the completed projects get."""
    whole, assignment = Assignment(asked), Assignment(asked)
    for one in plan:
        whole.allocate(*one)
    for one in plan:
        if whole.is_complete(asked.needs[one.need].project):
            assignment.allocate(*one)
    return assignment


def test_a_project_outside_makes_room_and_stays_complete():
    asked = simple(
        [(5, [need(MANY, kind=0)]), (3, [need(MANY, kind=1)])],
        [offer(MANY, kind=0), offer(MANY, kind=1)],
        links=({0: ONE, 1: ONE}, {0: ONE}),
    )
    arcs, state, optimum = relaxed(asked)
    assignment = assignment_of(asked, (Allocation(0, 0, MANY),))
    choice = ArcChoice.select(state, arcs, optimum, assignment, LARGE_ARC_LIMITS)

    result = SubMip(choice, assignment, [1]).improve(1_000_000, 100, UNTIMED)

    assert (result.weight_gain, result.proven) == (3, True)
    assert assignment.plan() == (Allocation(0, 1, MANY), Allocation(1, 0, MANY))


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_each_gain_is_that_of_a_plan_in_whole_numbers(kind, search):
    asked = problem_of(dense(60, 60, seed=3) if kind == "dense" else sparse(500, 500, seed=5))

    gained = searched(asked, *SEARCHES[search])

    assert sum(gained) > 0


def test_a_search_ends_after_failures_and_at_its_total_work_limit():
    asked = problem_of(sparse(500, 500, seed=5))
    failing = [
        LnsLimits(1, work_limit=1, max_failures=most, total_work_limit=10**9) for most in (1, 2)
    ]
    limited = [LnsLimits(30, 10**6, 9, total_work_limit=most) for most in (1, 10**9)]

    assert [searched(asked, one, LARGE_ARC_LIMITS) for one in failing] == [[0], [0, 0]]
    assert [len(searched(asked, one, LARGE_ARC_LIMITS)) for one in limited] == [1, 2]


def searched(asked: MatchingProblem, limits: LnsLimits, arc_limits: ArcLimits) -> list[int]:
    """Search from the quick plan; return the gain of each sub-MIP."""
    arcs, state, optimum = relaxed(asked)
    assignment = assignment_of(asked, greedy_plan(asked))
    choice = ArcChoice.select(state, arcs, optimum, assignment, arc_limits)
    gains = net_gains(arcs, optimum.prices, optimum.dual_charges)
    weight, gained = assignment.completed_weight, list[int]()
    for gain in Lns(choice, assignment, optimum.prices, gains, UNTIMED).rounds(limits):
        gained.append(gain)
        assert gain >= 0
        assert assignment.completed_weight == weight + sum(gained)
        plan = without_unmet_conditions(asked, assignment.plan())
        assert plan == assignment.plan()
        assert not faults(asked, plan)
    return gained
