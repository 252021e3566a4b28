"""The sequence of needs: proposals against a search of every possibility, at every strategy."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from brute_force import best_of
from case_facts import document_of, problem_of
from case_maker import middle_case, small_case
from island_search import TooHard
from judge import faults
from match_cases import Case

from ledger.matching.plan import completeness, coverage
from ledger.matching.problem import MatchingProblem
from ledger.matching.sequence import in_sequence
from ledger.solver import solve as solving
from ledger.solver.formulation import level_two_program
from ledger.solver.highs import Solver
from ledger.solver.options import UNLIMITED, SolverOptions
from ledger.solver.pairs import eligible_pairs

DAILY, ALL, BATCH = 150, 2000, 50
MIDDLE = 3
WRITTEN_TO = 10**-7


def in_a_sequence(case: Case, seed: int, often: float = 0.5) -> Case:
    """Let needs of a project come after earlier ones of it."""
    chance = random.Random(f"sequence {seed}")
    earlier: dict[str, list[str]] = {}
    needs = []
    for need in case.needs:
        before = earlier.setdefault(need.project, [])
        after = tuple(one for one in before if chance.random() < often)
        needs.append(replace(need, after=after))
        before.append(need.code)
    return replace(case, needs=tuple(needs), name=f"{case.name} in sequence {seed}")


def wrong(case: Case) -> str:
    """Say what is wrong with the answer to a case; empty where it is the optimum."""
    built = problem_of(case)
    found = solving.solve(built.problem)
    said = [str(fault) for fault in faults(case, document_of(case, built, found))]
    best = best_of(case)
    if found.complete.value != best.weight:
        said.append(f"completes {found.complete.value}, and {best.weight} can be completed")
    elif not best.coverage - WRITTEN_TO <= found.coverage.value <= best.coverage + best.slack:
        said.append(f"covers {float(found.coverage.value)} of {float(best.coverage)}")
    elif found.coverage.bound < best.coverage:
        said.append(f"bounds level 2 by {float(found.coverage.bound)}")
    return "; ".join(said)


def all_wrong(first: int, last: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for seed in range(first, last):
        case = in_a_sequence(small_case(seed), seed)
        with suppress(TooHard):
            found[case.name] = wrong(case)
    assert len(found) > 0.9 * (last - first)
    return {name: why for name, why in found.items() if why}


@pytest.mark.parametrize("first", range(0, DAILY, BATCH))
def test_small_cases_are_solved_exactly(first: int) -> None:
    assert all_wrong(first, first + BATCH) == {}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(DAILY, ALL, BATCH))
def test_many_more_small_cases_are_solved_exactly(first: int) -> None:
    assert all_wrong(first, first + BATCH) == {}


PARTS_BELOW_THE_TOLERANCE = 571
"""A case whose parts add less to the objective, one by one, than HiGHS takes for zero."""


def test_the_bound_of_a_program_that_counts_parts_is_not_below_a_plan() -> None:
    case = in_a_sequence(small_case(PARTS_BELOW_THE_TOLERANCE), PARTS_BELOW_THE_TOLERANCE)
    best = best_of(case)
    program = level_two_program(
        eligible_pairs(problem_of(case).problem), best.weight, integral=True
    )

    result = Solver(program.model, tolerance=1e-6).solve()

    assert result.optimal
    assert best.coverage <= result.bound / program.scale <= best.coverage + 10**-6


def test_a_need_that_others_come_after_is_rounded_to_all_of_it() -> None:
    seed = PARTS_BELOW_THE_TOLERANCE
    assert all_wrong(seed, seed + 1) == {}


def strategies() -> dict[str, dict[str, int]]:
    """Give the limits that lead each strategy to small problems."""
    return {
        "exact": {},
        "medium": {"MAX_PAIRS_EXACT": 0},
        "large": {"MAX_PAIRS_EXACT": 0, "MAX_PAIRS_MEDIUM": 0},
    }


@pytest.mark.parametrize("name", strategies())
@pytest.mark.parametrize("seed", range(MIDDLE))
def test_every_strategy_keeps_the_sequence(
    seed: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in strategies()[name].items():
        monkeypatch.setattr(solving, limit, value)
    case = in_a_sequence(middle_case(seed), seed, 0.3)
    built = problem_of(case)
    quick = solving.solve(built.problem, SolverOptions(seconds=0))
    solution = solving.solve(built.problem, UNLIMITED)
    for one in (quick, solution):
        assert faults(case, document_of(case, built, one)) == []
    assert rank(built.problem, solution.allocations) >= rank(built.problem, quick.allocations)


def rank(problem: MatchingProblem, plan: object) -> tuple[object, object]:
    return completeness(problem, plan), coverage(problem, plan)  # type: ignore[arg-type]


def test_a_plan_loses_what_has_to_wait_and_no_completed_project() -> None:
    for seed in range(40):
        case = in_a_sequence(small_case(seed), seed)
        free = replace(case, needs=tuple(replace(one, after=()) for one in case.needs))
        problem, without = problem_of(case).problem, problem_of(free).problem
        plan = solving.solve(without).allocations
        kept = in_sequence(problem, plan)
        assert {*kept} <= {*plan}
        assert completeness(problem, kept) == completeness(without, plan)
        assert in_sequence(problem, kept) == kept
